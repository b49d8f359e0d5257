import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { atLeast, atMost } from './binomial.ts'
import { proportionBounds, quantileRanks } from './binomial-intervals.ts'
import { median } from './median.ts'
import { neweyWestSlope } from './newey-west.ts'

/**
 * Minimum n for which t requests over the limit prove that the share over it is below q, at the given error
 * probability.
 */
function smallestPass(t: number, q: number, doubt: number): number {
  let n = t + 1
  while (atMost(n, q, t) > doubt) n++
  return n
}

describe('binomial tails', () => {
  test.each([
    [0, 59, 299, 459, 4_603],
    [1, 93, 473, 662, 6_636],
    [5, 208, 1_049, 1_307, 13_105],
    [10, 336, 1_693, 2_010, 20_140],
  ])('%i over the limit pass from n = %i (p95 at 0.95), %i (p99), %i (p99 at 0.99), %i (p99.9 at 0.99)', (t, ...n) => {
    expect([
      smallestPass(t, 0.05, 0.05),
      smallestPass(t, 0.01, 0.05),
      smallestPass(t, 0.01, 0.01),
      smallestPass(t, 0.001, 0.01),
    ]).toEqual(n)
  })

  test('have known values for ten coins and for ten million', () => {
    expect(atMost(10, 0.5, 3)).toBeCloseTo(176 / 1_024, 12)
    expect(atLeast(10, 0.5, 8)).toBeCloseTo(56 / 1_024, 12)
    expect(atMost(10_000_000, 0.5, 4_999_999)).toBeCloseTo(0.5 - 0.5 * 0.000_252_313_25, 10)
    expect(atMost(10_000_000, 0.01, 99_500)).toBeCloseTo(0.056_108_506_780_563_4, 12)
  })

  test('are complements, and the lower tail rises with k and falls with q', () => {
    const cases = fc.record({
      n: fc.integer({ min: 1, max: 5_000 }),
      q: fc.double({ min: 1e-4, max: 0.9999, noNaN: true }),
    })
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), ({ n, q }, share) => {
        const k = Math.round(share * n)
        expect(atMost(n, q, k) + atLeast(n, q, k + 1)).toBeCloseTo(1, 10)
        expect(atMost(n, q, k)).toBeGreaterThanOrEqual(atMost(n, q, k - 1) - 1e-12)
        expect(atMost(n, q / 2, k)).toBeGreaterThanOrEqual(atMost(n, q, k) - 1e-12)
      }),
    )
  })

  test('are 0 or 1 for counts outside the range', () => {
    expect([atMost(5, 0.1, -1), atMost(5, 0.1, 5), atLeast(5, 0.1, 0), atLeast(5, 0.1, 6)]).toEqual([0, 1, 1, 0])
    expect([atMost(0, 0.1, 0), atMost(5, 0, 0), atLeast(5, 1, 5), atMost(5, 1, 4)]).toEqual([1, 1, 1, 0])
  })
})

describe('Clopper–Pearson bounds', () => {
  test('agree with published values', () => {
    const ten = proportionBounds(10, 0, 0.025)
    expect(ten.low).toBe(0)
    expect(ten.high).toBeCloseTo(0.308_5, 4)
    const hundred = proportionBounds(100, 10, 0.025)
    expect(hundred.low).toBeCloseTo(0.049_0, 4)
    expect(hundred.high).toBeCloseTo(0.176_2, 4)
    expect(proportionBounds(0, 0, 0.05)).toEqual({ low: 0, high: 1 })
  })

  test('enclose the observed proportion', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const count = Math.round(share * n)
        const { low, high } = proportionBounds(n, count, 0.05)
        expect(low).toBeLessThanOrEqual(count / n)
        expect(high).toBeGreaterThanOrEqual(count / n)
      }),
      { numRuns: 50 },
    )
  })
})

describe('ranks around a quantile', () => {
  test.each([
    [1_000, 983, 997],
    [3_000, 2_959, 2_981],
    [10_000, 9_880, 9_920],
  ])('p99 at 0.95 of %i values lies between ranks %i and %i', (n, low, high) => {
    expect(quantileRanks(n, 0.99, 0.025)).toEqual({ low, high })
  })

  test('have no upper bound for p99 at 95% with fewer than 368 values', () => {
    expect(quantileRanks(367, 0.99, 0.025).high).toBeUndefined()
    expect(quantileRanks(368, 0.99, 0.025).high).toBe(368)
    expect(quantileRanks(3, 0.5, 0.025)).toEqual({ low: undefined, high: undefined })
  })
})

describe('Newey–West slope', () => {
  test('finds a line exactly', () => {
    const slope = neweyWestSlope([3, 5, 7, 9, 11, 13])
    expect(slope.perStep).toBeCloseTo(2, 12)
    expect(slope.error).toBeCloseTo(0, 12)
  })

  test('has White’s error without lags: computed by hand for 0, 1, 0, 1', () => {
    // Slope 0.2, residuals −0.2, 0.6, −0.6, 0.2; Σ(x−x̄)²e² = 2·(2.25·0.04 + 0.25·0.36) = 0.36; factor 4/2; spread 5.
    const slope = neweyWestSlope([0, 1, 0, 1], 0)
    expect(slope.perStep).toBeCloseTo(0.2, 12)
    expect(slope.error).toBeCloseTo(Math.sqrt(0.36 * 2) / 5, 12)
  })

  test('has a larger error with lags for a slowly varying series', () => {
    const wander = Array.from({ length: 60 }, (_, i) => Math.sin(i / 5))
    expect(neweyWestSlope(wander, 5).error).toBeGreaterThan(1.5 * neweyWestSlope(wander, 0).error)
  })
})

test('the median does not depend on the order of the values', () => {
  expect([median([3]), median([9, 1, 4]), median([1, 20, 3, 2]), median([])]).toEqual([3, 4, 2.5, Number.NaN])
})
