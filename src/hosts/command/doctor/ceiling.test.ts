import { expect, test } from 'vitest'
import { evenBatches, resultOf } from '../../../judge/result.builder.ts'
import type { LoadResult } from '../../../model/result.ts'
import { type CeilingSearch, findCeiling, type RateTrial, rateTrial } from './ceiling.ts'

const SEARCH: CeilingSearch = { firstRps: 1_000, factor: 4, halvings: 3, attempts: 2, stepMs: 1_000 }

/** A generator that is late above a rate, and records the rates that it was asked for. */
function generator(limitRps: number): { readonly asked: number[]; trial(rps: number): Promise<RateTrial> } {
  const asked: number[] = []
  return {
    asked,
    trial(rps) {
      asked.push(rps)
      return Promise.resolve({ isOnTime: rps <= limitRps, lagP99Ms: rps <= limitRps ? 0.3 : rps / 1_000 })
    },
  }
}

test.each([
  [20_000, 19_027, 22_627],
  [300, 297, 354],
  [1_000_000, 64_000 * 2 ** 0, null],
])('a ceiling of %i req/s lies between %i and %s req/s', async (limitRps, heldRps, lateRps) => {
  const { trial } = generator(limitRps)
  const found = await findCeiling(SEARCH, trial)
  expect(found?.heldRps).toBe(heldRps)
  expect(found?.lateRps).toBe(lateRps)
  expect(found?.lateLagP99Ms).toBe(lateRps === null ? null : lateRps / 1_000)
})

test('a pause of the machine is no limit of the generator', async () => {
  const { trial } = generator(20_000)
  let calls = 0
  const found = await findCeiling(SEARCH, async (rps) => {
    calls++
    return calls === 1 ? { isOnTime: false, lagP99Ms: 400 } : trial(rps)
  })
  expect(found?.heldRps).toBe(19_027)
})

test('a generator that is always late has no ceiling', async () => {
  const { asked, trial } = generator(0)
  expect(await findCeiling({ ...SEARCH, attempts: 1 }, trial)).toEqual({
    heldRps: null,
    lateRps: 62.5,
    lateLagP99Ms: 0.0625,
  })
  expect(asked).toEqual([1_000, 250, 62.5])
})

test('an interrupted search has what it found so far', async () => {
  const { trial } = generator(20_000)
  let calls = 0
  const interrupted = (after: number) => async (rps: number) => (calls++ < after ? trial(rps) : undefined)
  expect(await findCeiling(SEARCH, interrupted(0))).toBeNull()
  calls = 0
  expect(await findCeiling(SEARCH, interrupted(2))).toEqual({ heldRps: 4_000, lateRps: null, lateLagP99Ms: null })
})

test('a rate is on time if the generator sent it, and if the server answered', () => {
  const run = resultOf({ batches: evenBatches(40, 100, () => 1) })
  const { responseTime } = run
  if (responseTime.p99Ms === undefined) throw new TypeError('the run has responses')
  const lag = (p99Ms: number): LoadResult => ({ ...run, scheduleLag: { ...responseTime, p99Ms } })
  expect(rateTrial(lag(0.4))).toEqual({ isOnTime: true, lagP99Ms: 0.4 })
  expect(rateTrial(lag(60))).toEqual({ isOnTime: false, lagP99Ms: 60 })
  expect(rateTrial({ ...lag(0.4), droppedByReason: { generator: run.requestsScheduled / 10 } }).isOnTime).toBe(false)
  expect(rateTrial({ ...lag(0.4), successes: run.requestsScheduled / 2 }).isOnTime).toBe(false)
  expect(rateTrial({ ...lag(0.4), achievedRps: run.offeredRps / 2 }).isOnTime).toBe(false)
})
