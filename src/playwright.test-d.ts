/** Checked by `tsc`. */
import { defineConfig, expect as hostExpect, mergeExpects, mergeTests, test as hostTest } from '@playwright/test'
import type { Page } from '@playwright/test'
import { expectTypeOf } from 'vitest'
import { cookieHeaders, describeLoad, expect, limitsSuite, loadTest, test, withLoad } from './playwright.ts'
import type { LoadResult } from './index.ts'

declare const measured: LoadResult

expectTypeOf(expect(measured).toHaveP99Below).toBeCallableWith(250, { of: 'service', confidence: 0.99 })
expectTypeOf(expect(measured).not.toSustainRps).toBeCallableWith(500, { within: 0.01 })
expectTypeOf(expect(measured).toHaveP99Below(250)).toEqualTypeOf<void>()
expectTypeOf(expect.soft(measured).toHaveNoErrors()).toEqualTypeOf<void>()
expectTypeOf(expect.poll(() => measured).toHaveNoErrors()).toEqualTypeOf<Promise<void>>()
expectTypeOf(expect(Promise.resolve(measured)).resolves.toHaveNoErrors()).toEqualTypeOf<Promise<void>>()
expectTypeOf(mergeExpects(hostExpect, expect)(measured).toHaveNoErrors()).toEqualTypeOf<void>()

// @ts-expect-error a limit is a number of milliseconds
expect(measured).toHaveP99Below('250ms')

test('with a browser', async ({ page, context, load }) => {
  expectTypeOf(page).toEqualTypeOf<Page>()
  const headers = cookieHeaders(await context.storageState(), 'http://127.0.0.1')
  expectTypeOf(load({ rate: 5, headers })).resolves.toEqualTypeOf<LoadResult>()
})
mergeTests(hostTest, test)('merged', ({ load }) => {
  expectTypeOf(load).toBeFunction()
})
loadTest('with a plan', { rate: 5, duration: '1s', test: { timeout: 5_000, tag: '@slow' } }, ({ result, page }) => {
  expectTypeOf(result).toEqualTypeOf<LoadResult>()
  expectTypeOf(page).toEqualTypeOf<Page>()
})
loadTest('without one', async (context) => {
  // @ts-expect-error nothing has run yet
  expectTypeOf(context.result).toBeUndefined()
})
loadTest.extend<{ amount: number }>({ amount: 3 })('extended', {}, ({ amount }) => {
  expectTypeOf(amount).toBeNumber()
})
describeLoad('a group', { target: 'http://127.0.0.1', test: { timeout: 0 } }, () => {})
limitsSuite({ target: 'http://127.0.0.1' })
withLoad(defineConfig({ workers: 2 }), { plan: { rate: 5 }, artifacts: ['ctrf'] })

// @ts-expect-error Playwright has no such option
loadTest('wrong', { rate: 5, test: { repeats: 2 } }, () => {})
// @ts-expect-error a rate is a number
loadTest('wrong', { rate: '50' }, () => {})
