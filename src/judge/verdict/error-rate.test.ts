import { describe, expect, test } from 'vitest'

import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenBatches, resultOf, type BatchCase } from '../result.builder.ts'
import { noDroppedRequestsVerdict, noErrorsVerdict } from './absence.ts'
import { errorRateVerdict, successRateVerdict } from './error-rate.ts'

/** 10 s at 400 requests per second. */
const healthy = evenBatches(40, 100, () => 10)

function failing(failures: (i: number) => Omit<BatchCase, 'responsesMs'>): LoadResult {
  return resultOf({ batches: eachWith(healthy, (i) => ({ ...failures(i) })) })
}

function errorRate(result: LoadResult, limit: number): string {
  return errorRateVerdict(result, result, { limit }).verdict
}

function leaning(result: LoadResult, limit: number): string | undefined {
  return errorRateVerdict(result, result, { limit }).leaning
}

describe('an error rate below a limit', () => {
  test('counts errors and dropped requests among the scheduled requests', () => {
    const result = failing(() => ({ errors: { 'http-5xx': 2 }, dropped: { overflow: 2 } }))
    expect(errorRate(result, 0.25)).toBe('pass')
    expect(errorRate(result, 0.03)).toBe('fail')
    expect(leaning(result, 0.041)).toBe('pass')
    expect(leaning(result, 0.038)).toBe('fail')
  })

  test('passes without a failure only in a run long enough to contain outages of half a second', () => {
    // 299 independent half seconds without a failure prove that less than 1% of them fail.
    const lasting = (seconds: number): LoadResult =>
      resultOf({ batches: evenBatches(50, 4 * seconds, () => 10), batchMs: 20 * seconds })
    expect(errorRate(lasting(150), 0.01)).toBe('pass')
    const run = lasting(100)
    const short = errorRateVerdict(run, run, { limit: 0.01 })
    expect(short).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
    expect(short.reasons).toEqual([{ code: 'possible-outages', outageMs: 500, requiredMs: 149_500 }])
    expect(short.advice).toBe("about 10 000 more requests would decide (duration: '150s')")
    // Without a single failure, the observation is not close to the limit.
    expect(errorRateVerdict(run, run, { limit: 0.000_01 }).advice).toBe(
      'a proof would take more than a day: the run varies too slowly, or the limit is too strict; exclude the start with warmUp, or allow more failures',
    )
  })

  test('is not proven in less than 10 s, unless every request fails', () => {
    const short = eachWith(healthy.slice(0, 30), () => ({ errors: { 'http-5xx': 2 } }))
    const result = resultOf({ batches: short })
    expect(errorRate(result, 0.01)).toBe('inconclusive')
    expect(leaning(result, 0.01)).toBe('fail')
    const broken = eachWith(
      evenBatches(4, 0, () => 0),
      () => ({ errors: { 'http-5xx': 5 } }),
    )
    expect(errorRate(resultOf({ batches: broken }), 0.5)).toBe('fail')
  })

  test('counts failures in one cluster less than the same number spread out', () => {
    const spread = failing((i) => (i % 5 === 0 ? { errors: { connection: 2 } } : {}))
    const cluster = failing((i) => (i === 7 ? { errors: { connection: 16 } } : {}))
    expect([spread.errors, cluster.errors]).toEqual([16, 16])
    const effective = (result: LoadResult): number =>
      Number(
        /effective ([\d\s]+)\)/
          .exec(errorRateVerdict(result, result, { limit: 0.01 }).observed)?.[1]
          ?.replaceAll(/\s/g, ''),
      )
    expect(effective(spread)).toBeGreaterThan(10 * effective(cluster))
  })

  test('fails when the target responds to no request, however short the run is', () => {
    const batches = eachWith(
      evenBatches(3, 0, () => 0),
      () => ({ errors: { connect: 4 } }),
    )
    expect(errorRate(resultOf({ batches }), 0.01)).toBe('fail')
  })

  test('does not blame the target for requests in flight when the run was stopped', () => {
    const result = failing((i) => (i === 39 ? { errors: { cancelled: 400 } } : {}))
    expect(errorRate(result, 0.01)).not.toBe('fail')
  })

  test('does not blame the target for requests that the generator did not dispatch', () => {
    expect(
      errorRate(
        failing(() => ({ dropped: { generator: 5 } })),
        0.01,
      ),
    ).toBe('invalid')
  })

  test('is counted when the limit is 0', () => {
    expect(errorRate(resultOf({ batches: healthy }), 0)).toBe('pass')
    expect(
      errorRate(
        failing((i) => (i === 7 ? { errors: { status: 1 } } : {})),
        0,
      ),
    ).toBe('fail')
  })

  test('is the complement of the success rate', () => {
    const result = failing(() => ({ errors: { 'http-5xx': 4 } }))
    const above = (ratio: number): string => successRateVerdict(result, result, { above: ratio }).verdict
    expect([above(0.75), above(0.97)]).toEqual([errorRate(result, 0.25), errorRate(result, 0.03)])
    expect(above(0.75)).toBe('pass')
  })
})

describe('no errors and no dropped requests', () => {
  test('are exact counts: one fails', () => {
    const error = failing((i) => (i === 7 ? { errors: { check: 1 } } : {}))
    expect(noErrorsVerdict(error, error).verdict).toBe('fail')
    expect(noDroppedRequestsVerdict(error, error).verdict).toBe('pass')
    const dropped = failing((i) => (i === 7 ? { dropped: { 'pool-wait': 1 } } : {}))
    expect(noErrorsVerdict(dropped, dropped).verdict).toBe('pass')
    expect(noDroppedRequestsVerdict(dropped, dropped).verdict).toBe('fail')
  })

  test('do not blame the target when the generator dropped or cancelled requests', () => {
    const generator = failing((i) => (i === 7 ? { dropped: { generator: 1 } } : {}))
    expect(noDroppedRequestsVerdict(generator, generator).verdict).toBe('invalid')
    const batches = [...healthy, { responsesMs: [], errors: { cancelled: 3 } }]
    const stopped = resultOf({ batches, rest: { ended: 'interrupted' } })
    expect(noErrorsVerdict(stopped, stopped).verdict).toBe('invalid')
  })
})
