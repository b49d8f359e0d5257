/** Checked by `tsc`, and against the declarations of the package by `package.test.ts`. */
import { defineConfig, expect as hostExpect, mergeExpects, mergeTests, test as hostTest } from '@playwright/test'
import type { Page } from '@playwright/test'
import { expectTypeOf } from 'vitest'
import { cookieHeaders, describeLoad, expect, limitsSuite, loadTest, test, withLoad } from './playwright.ts'
import type { LoadResult } from './index.ts'

declare const measured: LoadResult

expectTypeOf(expect(measured).toHaveP99Below).toBeCallableWith(250, { of: 'service', confidence: 0.99 })
expectTypeOf(expect(measured).not.toSustainRps).toBeCallableWith(500, { within: 0.01 })
expectTypeOf(expect(measured).toHaveP99Below(250)).toEqualTypeOf<void>()
expectTypeOf(expect.soft(measured).toHaveErrorRateBelow).toBeCallableWith(0.01)
expectTypeOf(expect.soft(measured).toHaveNoErrors()).toEqualTypeOf<void>()
expectTypeOf(expect.poll(() => measured).toHaveNoErrors()).toEqualTypeOf<Promise<void>>()
expectTypeOf(expect(Promise.resolve(measured)).resolves.toHaveNoErrors()).toEqualTypeOf<Promise<void>>()
expectTypeOf(expect(measured.successes).toBe).toBeCallableWith(5)
expectTypeOf(expect(measured.operations['cart']).toHaveP95Below).toBeCallableWith(100)
expectTypeOf(hostExpect(measured).toHavePercentileBelow).toBeCallableWith(99.5, 250)
expectTypeOf(mergeExpects(hostExpect, expect)(measured).toHaveNoErrors()).toEqualTypeOf<void>()

// @ts-expect-error a limit is a number of milliseconds
expect(measured).toHaveP99Below('250ms')
// @ts-expect-error there is no such latency
expect(measured).toHaveP99Below(250, { of: 'wire' })

loadTest('with a plan', { rate: 5, test: { timeout: 5_000, tag: '@slow' } }, ({ result, load, signal, page }) => {
  expectTypeOf(result).toEqualTypeOf<LoadResult>()
  expectTypeOf(load({ rate: 5 })).resolves.toEqualTypeOf<LoadResult>()
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  expectTypeOf(page).toEqualTypeOf<Page>()
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
loadTest.extend<{ amount: number }>({ amount: 3 })('with a fixture', {}, ({ amount, result }) => {
  expectTypeOf(amount).toBeNumber()
  expectTypeOf(result).toEqualTypeOf<LoadResult>()
})
describeLoad('a group', { target: 'http://127.0.0.1', test: { timeout: 0 } }, () => {})
limitsSuite({ target: 'http://127.0.0.1' })

mergeTests(test, hostTest)('loads in a test of Playwright', async ({ load, context, page }) => {
  expectTypeOf(page).toEqualTypeOf<Page>()
  const headers = cookieHeaders(await context.storageState(), 'http://127.0.0.1')
  expectTypeOf(await load({ headers })).toEqualTypeOf<LoadResult>()
})
test.use({ loadPlan: { rate: 5 } })
withLoad(defineConfig({ workers: 2 }), { plan: { rate: 5 }, artifacts: ['ctrf'] })
expectTypeOf(withLoad({ workers: 2 as const }, { plan: { rate: 5 } }).workers).toEqualTypeOf<2>()

// @ts-expect-error Playwright has no such option
loadTest('wrong', { rate: 5, test: { repeats: 2 } }, () => {})
// @ts-expect-error a rate is a number
loadTest('wrong', { rate: '50' }, () => {})
// @ts-expect-error `duratoin` is not a key of a plan
describeLoad('wrong', { duratoin: '5s' }, () => {})
// @ts-expect-error `withLoad` has no such option
withLoad({}, { confidenc: 0.9 })
