/** Checked by `tsc`, and against the declarations of the package by `package.test.ts`. */
import { expect as hostExpect } from '@jest/globals'
import { expectTypeOf } from 'vitest'
import { describeLoad, expect, limitsSuite, loadTest } from './jest.ts'
import type { LoadResult } from './index.ts'

declare const measured: LoadResult

expectTypeOf(expect(measured).toHaveP99Below).toBeCallableWith(250, { of: 'service', confidence: 0.99 })
expectTypeOf(expect(measured).not.toSustainRps).toBeCallableWith(500, { within: 0.01 })
expectTypeOf(expect(measured).toHaveP99Below(250)).toEqualTypeOf<void>()
expectTypeOf(expect(Promise.resolve(measured)).resolves.toHaveNoErrors()).toEqualTypeOf<Promise<void>>()
expectTypeOf(expect(measured.successes).toBe).toBeCallableWith(5)
expectTypeOf(expect(measured.operations['cart']).toHaveP95Below).toBeCallableWith(100)
expectTypeOf(hostExpect(measured).toHavePercentileBelow).toBeCallableWith(99.5, 250)
expectTypeOf(hostExpect(measured).not.toHaveNoErrors).returns.toBeVoid()

// @ts-expect-error a limit is a number of milliseconds
expect(measured).toHaveP99Below('250ms')
// @ts-expect-error there is no such latency
expect(measured).toHaveP99Below(250, { of: 'wire' })

loadTest('with a plan', { rate: 5, duration: '1s', test: { timeout: 5_000 } }, ({ result, load, signal }) => {
  expectTypeOf(result).toEqualTypeOf<LoadResult>()
  expectTypeOf(load({ rate: 5 })).resolves.toEqualTypeOf<LoadResult>()
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
})
loadTest('without one', async (context) => {
  // @ts-expect-error nothing has run yet
  expectTypeOf(context.result).toBeUndefined()
})
loadTest.each([[1, 'a']])(
  '%d',
  (rate) => ({ rate }),
  (rate, name, { result }) => {
    expectTypeOf(rate).toBeNumber()
    expectTypeOf(name).toBeString()
    expectTypeOf(result).toEqualTypeOf<LoadResult>()
  },
)
describeLoad('a group', { target: 'http://127.0.0.1', test: { timeout: 0 } }, () => {})
limitsSuite({ target: 'http://127.0.0.1' })

// @ts-expect-error Jest has no such option
loadTest('wrong', { rate: 5, test: { repeats: 2 } }, () => {})
// @ts-expect-error a rate is a number
loadTest('wrong', { rate: '50' }, () => {})
// @ts-expect-error `duratoin` is not a key of a plan
describeLoad('wrong', { duratoin: '5s' }, () => {})
