import assert from 'node:assert/strict'
import { expect, test } from 'vitest'
import { LoadError, LoadInternalError, LoadPlanError, LoadTargetError, formatValue } from './errors.ts'

test('prints the name and the stable code of an error', () => {
  const error = new LoadTargetError('ERR_LOAD_TARGET_UNREACHABLE', 'no server responds at http://127.0.0.1:1')
  expect(error).toBeInstanceOf(LoadError)
  expect(error.code).toBe('ERR_LOAD_TARGET_UNREACHABLE')
  expect(error.stack?.split('\n')[0]).toBe(
    'LoadTargetError [ERR_LOAD_TARGET_UNREACHABLE]: no server responds at http://127.0.0.1:1',
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

test('shows no secret and no control character, also of its causes and issues', () => {
  const cause = new Error('\u001b[2J sent token=canary-1', { cause: new Error('\n::error::x, pwd=canary-2') })
  const error = new LoadTargetError('ERR_LOAD_TARGET_START', 'x\n::error::y authorization: Bearer canary-3', { cause })
  expect(error.message).toBe('x\n\\x3a:error::y authorization: [redacted]')
  expect(error.stack).not.toContain('canary')
  expect(error.cause).toMatchObject({ message: '\\x1b[2J sent token=[redacted]' })
  expect(error.cause).toMatchObject({ cause: { message: '\n\\x3a:error::x, pwd=[redacted]' } })
  const value = { path: '/?jwt=canary-4', more: ['\u0007'] }
  expect(new LoadPlanError([{ key: 'request', value, rule: 'must be' }])).toMatchObject({
    message: `request must be, got {"path":"/?jwt=[redacted]","more":["\\u0007"]}`,
    issues: [{ value: { path: '/?jwt=[redacted]', more: ['\\x07'] } }],
  })
})

test('has any thrown value as its cause, even one that contains itself or cannot be read', () => {
  const own = new Error('own')
  own.cause = own
  const unreadable = Object.defineProperties(new Error('x'), {
    message: { value: { toString: 1 } },
    cause: { get: () => assert.fail('unreadable') },
  })
  for (const cause of [own, unreadable, Symbol('x'), null]) {
    expect(new LoadError('ERR_LOAD_X', 'failed', { cause })).toMatchObject({ message: 'failed' })
  }
  expect(new LoadPlanError([{ key: 'rate', value: ring, rule: 'must be a number' }]).issues[0]?.value).toEqual([
    undefined,
  ])
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
