import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ArrivalPattern, ArrivalProcessName, PatternSpec } from '../../model/pattern.ts'
import { arrivalsOf } from '../arrivals/index.ts'
import { patternIssues, curveFrom } from './index.ts'

const planned = { durationMs: 60_000, seed: '8f2c1e' }

/** Conformance tests for every pattern; each pattern's test file calls this with its own data. */
export function describePattern(spec: PatternSpec): void {
  describe(`fulfils the pattern contract: ${JSON.stringify(spec).slice(0, 160)}`, () => {
    const pattern = curveFrom(spec, planned)
    const { durationMs } = pattern
    const total = pattern.expectedBy(durationMs)
    const instant = fc.double({ min: 0, max: durationMs, noNaN: true })

    test('its data has no issue', () => {
      expect(patternIssues(spec, 'pattern')).toEqual([])
    })

    test('Λ is 0 at the start and constant after the end', () => {
      expect(pattern.expectedBy(0)).toBe(0)
      expect(pattern.expectedBy(-1)).toBe(0)
      expect(pattern.expectedBy(durationMs + 5_000)).toBe(total)
      expect(total).toBeGreaterThan(0)
    })

    test('Λ never decreases and λ is never negative', () => {
      fc.assert(
        fc.property(instant, instant, (one, other) => {
          const [earlier, later] = one < other ? [one, other] : [other, one]
          expect(pattern.expectedBy(later)).toBeGreaterThanOrEqual(pattern.expectedBy(earlier) - 1e-9)
          expect(pattern.rateAt(one)).toBeGreaterThanOrEqual(0)
        }),
      )
    })

    test('λ is the derivative of Λ', () => {
      fc.assert(
        fc.property(instant, (tMs) => {
          const [fromMs, toMs] = [Math.max(tMs - 0.5, 0), Math.min(tMs + 0.5, durationMs)]
          const slope = (1_000 * (pattern.expectedBy(toMs) - pattern.expectedBy(fromMs))) / (toMs - fromMs)
          // Within a millisecond a rate is almost linear unless it jumps; then the mean lies between the two sides.
          const rates = [fromMs, tMs, toMs].map((atMs) => pattern.rateAt(atMs))
          const rounding = 1e-3 * pattern.peakRps + 1e-6
          expect(slope).toBeGreaterThanOrEqual(Math.min(...rates) - rounding)
          expect(slope).toBeLessThanOrEqual(Math.max(...rates) + rounding)
        }),
      )
    })

    test('timeOf inverts Λ', () => {
      fc.assert(
        fc.property(fc.double({ min: 0, max: total, noNaN: true }), (expected) => {
          const tMs = pattern.timeOf?.(expected) ?? Number.NaN
          expect(tMs).toBeLessThanOrEqual(durationMs)
          expect(Math.abs(pattern.expectedBy(tMs) - expected)).toBeLessThanOrEqual(1e-6)
        }),
      )
      expect(pattern.timeOf?.(0)).toBe(0)
      expect(pattern.timeOf?.(total + 1)).toBe(Number.POSITIVE_INFINITY)
    })

    test('searching arrival by arrival gives the same times as the inverse', () => {
      const { timeOf: _, ...searched } = pattern
      const byFormula = allArrivals(pattern, 'uniform')
      const bySearch = allArrivals(searched, 'uniform')
      expect(bySearch).toHaveLength(byFormula.length)
      for (const [i, tMs] of bySearch.entries()) {
        const truthMs = byFormula[i] ?? 0
        // Where the rate approaches 0, Λ stays nearly constant for a long time.
        expect(Math.abs(tMs - truthMs)).toBeLessThan(pattern.rateAt(tMs) > 0.1 ? 1e-3 : 0.1)
        expect(Math.abs(pattern.expectedBy(tMs) - pattern.expectedBy(truthMs))).toBeLessThan(1e-6)
      }
    })

    test('the mean and the peak rate match the curve', () => {
      const rates = Array.from({ length: 20_001 }, (_, i) => pattern.rateAt((i / 20_000) * durationMs))
      const highest = Math.max(...rates)
      expect(pattern.meanRps).toBeCloseTo((1_000 * total) / durationMs, 9)
      expect(pattern.peakRps).toBeGreaterThanOrEqual(highest - 1e-9)
      expect(pattern.peakRps).toBeLessThanOrEqual(highest * 1.01)
    })

    test('its data survives structured cloning and JSON', () => {
      expect(structuredClone(spec)).toEqual(spec)
      expect(JSON.parse(JSON.stringify(spec))).toEqual(spec)
      const revived = curveFrom(JSON.parse(JSON.stringify(spec)) as PatternSpec, planned)
      expect(allArrivals(revived, 'poisson')).toEqual(allArrivals(pattern, 'poisson'))
    })

    test('uniform arrivals occur where Λ reaches 1, 2, 3 …, up to Λ at the end', () => {
      const arrivals = allArrivals(pattern, 'uniform')
      expect(arrivals).toHaveLength(Math.floor(total + 1e-6))
      for (const [i, tMs] of arrivals.entries()) {
        expect(Math.abs(pattern.expectedBy(tMs) - (i + 1))).toBeLessThan(1e-5)
        expect(tMs).toBeGreaterThanOrEqual(arrivals[i - 1] ?? 0)
        expect(tMs).toBeLessThanOrEqual(durationMs)
      }
    })

    test('each slot of Λ contains one jittered arrival, for any seed, with and without the inverse', () => {
      const { timeOf: _, ...searched } = pattern
      fc.assert(
        fc.property(fc.string(), fc.constantFrom(pattern, searched), (seed, curve) => {
          const arrivals = allArrivals(curve, 'jittered', seed)
          expect(arrivals).toHaveLength(Math.floor(total + 1e-6))
          const misplaced = arrivals.filter((tMs, i) => Math.abs(pattern.expectedBy(tMs) - (i + 0.5)) > 0.5 + 1e-5)
          const unordered = arrivals.filter((tMs, i) => tMs < (arrivals[i - 1] ?? 0) || tMs > durationMs)
          expect({ misplaced, unordered }).toEqual({ misplaced: [], unordered: [] })
        }),
        { numRuns: 10 },
      )
    })

    test('jittered arrivals are uniformly distributed within their slots', () => {
      const offsets = allArrivals(pattern, 'jittered').map((tMs, i) => i + 1 - pattern.expectedBy(tMs))
      expect(kolmogorovDistance(offsets, (offset) => offset)).toBeLessThan(2.23)
    })

    test.each(['jittered', 'poisson'] as const)(
      'the same seed gives the same %s arrivals, another seed gives different ones',
      (process) => {
        expect(allArrivals(pattern, process)).toEqual(allArrivals(pattern, process))
        expect(allArrivals(pattern, process, 'other')).not.toEqual(allArrivals(pattern, process))
      },
    )

    test('the number of Poisson arrivals follows a Poisson distribution', () => {
      const counts = Array.from({ length: 40 }, (_, i) => allArrivals(pattern, 'poisson', `${i}`).length)
      const sum = counts.reduce((before, count) => before + count, 0)
      // The sum of 40 counts is Poisson-distributed with mean 40 Λ(D). Their index of dispersion × 39 is χ² with 39
      // degrees of freedom.
      expect(Math.abs(sum - 40 * total)).toBeLessThan(4 * Math.sqrt(40 * total))
      const mean = sum / 40
      const dispersion = counts.reduce((before, count) => before + (count - mean) ** 2, 0) / mean
      expect(dispersion).toBeGreaterThan(12.5)
      expect(dispersion).toBeLessThan(85)
    })

    test('in operational time the gaps of Poisson arrivals are exponential', () => {
      const counts = allArrivals(pattern, 'poisson').map((tMs) => pattern.expectedBy(tMs))
      const gaps = counts.map((count, i) => count - (counts[i - 1] ?? 0))
      expect(kolmogorovDistance(gaps, (gap) => 1 - Math.exp(-gap))).toBeLessThan(2.23)
    })
  })
}

/** The Kolmogorov–Smirnov statistic times √n: above 2.23 with probability 0.01% if `cdf` is the true distribution. */
function kolmogorovDistance(values: readonly number[], cdf: (value: number) => number): number {
  const distances = values
    .toSorted((a, b) => a - b)
    .map((value, i) => Math.max(cdf(value) - i / values.length, (i + 1) / values.length - cdf(value)))
  return Math.max(...distances) * Math.sqrt(values.length)
}

/** Returns every arrival time of a pattern. */
export function allArrivals(
  pattern: ArrivalPattern,
  process: ArrivalProcessName,
  seed = 'a',
  batchSize = 1,
): readonly number[] {
  const arrivals = arrivalsOf(pattern, { arrivals: process, seed, batchSize })
  const all: number[] = []
  for (let tMs = arrivals.next(); tMs < Number.POSITIVE_INFINITY; tMs = arrivals.next()) all.push(tMs)
  return all
}
