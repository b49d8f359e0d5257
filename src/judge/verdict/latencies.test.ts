import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { resultOf } from '../result.builder.ts'
import { abovePercentile, latencyCourse, latencySums, overLimit, percentileOf, requestsIn } from './latencies.ts'

const times = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 })

describe('latencies of a result', () => {
  test('have the percentiles of the exact values, to within the width of a bucket', () => {
    fc.assert(
      fc.property(times, fc.constantFrom(50, 90, 99, 99.9), (responsesMs, percentile) => {
        const { whole } = latencyCourse(resultOf({ batches: [{ responsesMs }] }), 'responseTime')
        const sorted = Float64Array.from(responsesMs).sort()
        const exact = sorted[Math.max(0, Math.ceil((percentile * sorted.length) / 100 - 1e-9) - 1)] ?? 0
        const error = Math.abs((percentileOf(whole, percentile) ?? 0) - exact)
        expect(error).toBeLessThanOrEqual(0.001 * exact + 0.002)
      }),
    )
  })

  test('bracket the exact count over a limit by the counts without and with its bucket', () => {
    fc.assert(
      fc.property(times, fc.nat(60_000), (responsesMs, limitMs) => {
        const { whole } = latencyCourse(resultOf({ batches: [{ responsesMs }] }), 'responseTime')
        const exact = responsesMs.filter((ms) => Math.round(ms * 1_000) > limitMs * 1_000).length
        const { min, max } = overLimit(whole, limitMs)
        expect(min).toBeLessThanOrEqual(exact)
        expect(max).toBeGreaterThanOrEqual(exact)
      }),
    )
  })

  test('include requests without a response as slower than all others', () => {
    const batches = [{ responsesMs: [1, 2, 3], errors: { timeout: 1 }, dropped: { 'pool-wait': 1 } }]
    const { whole } = latencyCourse(resultOf({ batches }), 'responseTime')
    expect(requestsIn(whole)).toBe(5)
    expect(percentileOf(whole, 60)).toBeCloseTo(3, 2)
    expect(percentileOf(whole, 61)).toBeUndefined()
    expect(overLimit(whole, 3_600_000)).toEqual({ min: 2, max: 2 })
  })

  test('exclude failed requests with a response', () => {
    const batches = [{ responsesMs: [1, 2, 3], errors: { 'http-5xx': 97 } }]
    expect(requestsIn(latencyCourse(resultOf({ batches }), 'responseTime').whole)).toBe(3)
  })

  test('count the requests of each batch above the percentile of the whole run', () => {
    const batches = [
      { responsesMs: [1, 1, 1, 9] },
      { responsesMs: [1, 1, 1, 1] },
      { responsesMs: [1], errors: { timeout: 1 } },
    ]
    const course = latencyCourse(resultOf({ batches }), 'responseTime')
    expect(abovePercentile(course, 80)).toEqual([
      { sum: 1, of: 4 },
      { sum: 0, of: 4 },
      { sum: 1, of: 2 },
    ])
    expect(latencySums(course).map(({ sum, of }) => [Math.round(sum), of])).toEqual([
      [12, 4],
      [4, 4],
      [1, 1],
    ])
  })

  test('cut the tail at the side closer to its nominal share when most requests share a bucket', () => {
    const batches = [{ responsesMs: [1, 1, 5, 5, 5, 5, 5, 5, 5, 9] }]
    const course = latencyCourse(resultOf({ batches }), 'responseTime')
    expect(abovePercentile(course, 90)).toEqual([{ sum: 1, of: 10 }])
    expect(abovePercentile(course, 30)).toEqual([{ sum: 8, of: 10 }])
  })
})
