/**
 * Checked by `tsc` against Vitest 5 with the rest of the repository, and against Vitest 4.1 by `vitest.test.ts`. One of
 * the two fails if a matcher loses its type or accepts an invalid argument.
 */
import { expect as hostExpect, expectTypeOf } from 'vitest'
import { describeLoad, expect, loadTest } from './vitest.ts'
import type { LoadResult } from './index.ts'
import type { LoadRun } from './run/index.ts'

declare const measured: LoadResult

// A matcher returns void; with `resolves` and `poll` it returns a promise.
expectTypeOf(expect(measured).toHaveP99Below).toBeCallableWith(250)
expectTypeOf(expect(measured).toHaveP99Below).toBeCallableWith(250, { of: 'service', confidence: 0.99 })
expectTypeOf(expect(measured).not.toSustainRps).toBeCallableWith(500, { within: 0.01 })
expectTypeOf(expect(measured).toHaveP99Below(250)).toEqualTypeOf<void>()
expectTypeOf(expect.soft(measured).toHaveErrorRateBelow).toBeCallableWith(0.01)
expectTypeOf(expect(Promise.resolve(measured)).resolves.toHaveNoErrors).toBeCallableWith()
expectTypeOf(expect.poll(() => measured).toMeetSla).toBeCallableWith({ p99Ms: 250 })
expectTypeOf(expect.toHaveP50Below).toBeCallableWith(10)
expectTypeOf(hostExpect(measured).toHavePercentileBelow).toBeCallableWith(99.5, 250)

// @ts-expect-error a limit is a number of milliseconds
expect(measured).toHaveP99Below('250ms')
// @ts-expect-error there is no such latency
expect(measured).toHaveP99Below(250, { of: 'wire' })

// Every key of a distribution can be read; those of an empty one are undefined.
expectTypeOf(measured.responseTime.p95Ms).toEqualTypeOf<number | undefined>()
if (measured.responseTime.p95Ms !== undefined) expectTypeOf(measured.responseTime.histogram).toBeString()
// With and without `noUncheckedIndexedAccess`.
expectTypeOf(expect(measured.operations['cart']).toHaveP95Below).toBeCallableWith(100)
expectTypeOf(expect(measured.metrics['cart_size']).toHaveP95Below).toBeCallableWith(30, { confidence: 0.9 })
expectTypeOf<LoadResult['metrics'][string]['p95']>().toEqualTypeOf<number>()
expectTypeOf(expect(measured).toHaveFirstMessageP95Below).toBeCallableWith(200)
expectTypeOf(expect(measured.operations['feed']).not.toHaveMessageGapP99Below).toBeCallableWith(50, { confidence: 0.9 })
expectTypeOf(measured.phases['peak']?.serviceTime.p99Ms).toEqualTypeOf<number | undefined>()

loadTest('with a plan', { rate: 5, duration: '1s' }, ({ result, load, task, signal, expect: own }) => {
  expectTypeOf(result).toEqualTypeOf<LoadResult>()
  expectTypeOf(load).toBeCallableWith({ rate: 5, request: { path: '/' } })
  expectTypeOf(load({ rate: 5 })).resolves.toEqualTypeOf<LoadResult>()
  expectTypeOf(task.name).toBeString()
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
  expectTypeOf(task.meta.load?.results).toEqualTypeOf<readonly LoadResult[] | undefined>()
  expectTypeOf(own(result).toHaveNoErrors).toBeCallableWith()
})

loadTest('without one', async (context) => {
  expectTypeOf(context.startLoad({ rate: 5 })).resolves.toEqualTypeOf<LoadRun>()
  // @ts-expect-error nothing has run yet
  expectTypeOf(context.result).toBeUndefined()
})

loadTest.each([
  [1, 'a'],
  [2, 'b'],
])(
  '%d',
  (rate) => ({ rate }),
  (rate, name, { result }) => {
    expectTypeOf(rate).toBeNumber()
    expectTypeOf(name).toBeString()
    expectTypeOf(result).toEqualTypeOf<LoadResult>()
  },
)
loadTest.for([{ rate: 1 }])(
  '$rate',
  ({ rate }) => ({ rate }),
  ({ rate }, { result }) => {
    expectTypeOf(rate).toEqualTypeOf<1>()
    expectTypeOf(result).toEqualTypeOf<LoadResult>()
  },
)
loadTest.extend({ limitMs: 250 })('with a fixture', {}, ({ result, limitMs }) => {
  expectTypeOf(limitMs).toBeNumber()
  expectTypeOf(result).toEqualTypeOf<LoadResult>()
})
loadTest.extend<{ db: string }>({ db: async ({ task }, use) => use(task.name) })('with another', async ({ db }) => {
  expectTypeOf(db).toBeString()
})
loadTest('options of the host', { rate: 5, test: { timeout: 5_000 } }, () => {})
describeLoad('a group', { target: 'http://127.0.0.1', test: { skip: true } }, () => {})

// @ts-expect-error two loads at the same time distort each other
loadTest.concurrent('concurrent test', () => {})
// @ts-expect-error a rate is a number
loadTest('wrong', { rate: '50' }, () => {})
// @ts-expect-error `duratoin` is not a key of a plan
describeLoad('wrong', { duratoin: '5s' }, () => {})
