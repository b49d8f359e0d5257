import { expect, test } from 'vitest'
import * as patterns from './traffic/patterns/registry.ts'
import * as entry from './index.ts'
import * as vitestEntry from './vitest.ts'

test('a matcher that is called on anything but a result throws the LoadMatcherError that users import', () => {
  expect(() => vitestEntry.expect(5).toHaveP99Below(50)).toThrow(entry.LoadMatcherError)
})

test('a suite whose requirement does not hold throws an error that users can catch as LoadError', () => {
  const error = new entry.LoadVerdictError('ERR_LOAD_LIMITS', 'fail', 'fail: the limit is too low')
  expect(error).toBeInstanceOf(entry.LoadError)
  expect(error).toMatchObject({ code: 'ERR_LOAD_LIMITS', verdict: 'fail', message: 'fail: the limit is too low' })
})

test.each(Object.entries(patterns))('exports %s, as every registered pattern', (name, builder) => {
  expect(entry).toHaveProperty(name, builder)
})

test('exports everything from describe-load/vitest, too', () => {
  expect(vitestEntry).toMatchObject(entry)
})
