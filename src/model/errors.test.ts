import { expect, test } from 'vitest'
import { LoadError, LoadInternalError, LoadPlanError, LoadTargetError, formatValue } from './errors.ts'

test('prints the name and the stable code of an error', () => {
  const error = new LoadTargetError('ERR_LOAD_TARGET_UNREACHABLE', 'nothing answers at http://127.0.0.1:1')
  expect(error).toBeInstanceOf(LoadError)
  expect(error.code).toBe('ERR_LOAD_TARGET_UNREACHABLE')
  expect(error.stack?.split('\n')[0]).toBe(
    'LoadTargetError [ERR_LOAD_TARGET_UNREACHABLE]: nothing answers at http://127.0.0.1:1',
  )
})

test('prints a single plan issue in the first line', () => {
  const error = new LoadPlanError([{ key: 'rate', value: -1, rule: 'must be greater than 0' }])
  expect(error.message).toBe('rate must be greater than 0, got -1')
  expect(error.code).toBe('ERR_LOAD_PLAN')
})

test('lists every plan issue with its remedy', () => {
  const error = new LoadPlanError([
    { key: 'rate', value: '50', rule: 'must be a number' },
    { key: 'durration', value: 5, rule: 'is not a key of a plan', remedy: 'did you mean `duration`?' },
  ])
  expect(error.message).toMatchInlineSnapshot(`
    "the plan has 2 issues
      - rate must be a number, got '50'
      - durration is not a key of a plan, got 5
        → did you mean \`duration\`?"
  `)
})

test('keeps the cause of an internal error and asks for a report', () => {
  const cause = new Error('underneath')
  const error = new LoadInternalError('a request has no outcome', { cause })
  expect(error.cause).toBe(cause)
  expect(error.message).toContain('please report it')
})

const ring: unknown[] = []
ring.push(ring)

test.each([
  ['text', "'text'"],
  [Number.NaN, 'NaN'],
  [undefined, 'undefined'],
  [null, 'null'],
  [7n, '7n'],
  [{ a: [1] }, '{"a":[1]}'],
  [formatValue, 'function formatValue'],
  [() => 0, 'function (anonymous)'],
  [ring, '[object Array]'],
  [Symbol('s'), '[object Symbol]'],
])('formats %o as %s', (value, words) => {
  expect(formatValue(value)).toBe(words)
})

test('truncates a value that is too long for a line', () => {
  expect(formatValue('x'.repeat(500))).toHaveLength(80)
})
