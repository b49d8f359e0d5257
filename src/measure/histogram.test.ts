import fc from 'fast-check'
import { build } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import { decodeHdr } from '../model/hdr-codec.ts'
import { bucketHighUs, bucketOf, HIGHEST_US } from '../model/hdr.ts'
import type { Distribution } from '../model/figures.ts'
import { distributionOf } from './distribution.ts'
import { Histogram, type HistogramDelta } from './histogram.ts'

const PERCENTILES = { p50Ms: 0.5, p75Ms: 0.75, p90Ms: 0.9, p95Ms: 0.95, p99Ms: 0.99, p999Ms: 0.999 } as const

/** Latencies in whole µs, of every order of magnitude. */
const latencyUs = fc
  .tuple(fc.integer({ min: 0, max: 31 }), fc.double({ min: 1, max: 2, noNaN: true }))
  .map(([power, factor]) => Math.min(HIGHEST_US, Math.floor(2 ** power * factor)))
const latenciesUs = fc.array(latencyUs, { minLength: 1, maxLength: 1_500, size: 'max' })

function recorded(us: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of us) histogram.record(value / 1_000)
  return histogram
}

function figuresOf(histogram: Histogram): Exclude<Distribution, { count: 0 }> {
  const distribution = distributionOf(histogram.peek())
  if (distribution.histogram === undefined) throw new Error('no value was recorded')
  return distribution
}

test('a percentile lies in the bucket of the exact quantile', () => {
  fc.assert(
    fc.property(latenciesUs, (us) => {
      const sorted = us.toSorted((one, other) => one - other)
      const figures = figuresOf(recorded(us))
      for (const [key, p] of Object.entries(PERCENTILES)) {
        // Integers: p · n as a product of decimals would sometimes be off by one rank.
        const rank = Math.ceil((Math.round(p * 1_000) * us.length) / 1_000)
        const exactUs = sorted[rank - 1] ?? Number.NaN
        const seenUs = 1_000 * figures[key as keyof typeof PERCENTILES]
        expect(seenUs).toBeGreaterThanOrEqual(exactUs - 1e-6)
        expect(seenUs).toBeLessThanOrEqual(bucketHighUs(bucketOf(exactUs)) + 1e-6)
      }
      expect(figures).toMatchObject({
        count: us.length,
        minMs: (sorted[0] ?? Number.NaN) / 1_000,
        maxMs: (sorted.at(-1) ?? Number.NaN) / 1_000,
      })
    }),
    { numRuns: 60 },
  )
})

test("percentiles equal HdrHistogram's, capped at the largest value", () => {
  const reference = build({ highestTrackableValue: HIGHEST_US, numberOfSignificantValueDigits: 3 })
  fc.assert(
    fc.property(latenciesUs, (us) => {
      reference.reset()
      for (const value of us) reference.recordValue(value)
      const figures = figuresOf(recorded(us))
      for (const [key, p] of Object.entries(PERCENTILES)) {
        const referenceUs = Math.min(reference.getValueAtPercentile(100 * p), Math.max(...us))
        expect(figures[key as keyof typeof PERCENTILES]).toBe(referenceUs / 1_000)
      }
    }),
    { numRuns: 60 },
  )
})

test('the p-quantile of n values has rank ⌈pn⌉ despite rounding errors', () => {
  const figures = figuresOf(recorded(Array.from({ length: 100 }, (_, i) => i + 1)))
  expect(figures).toMatchObject({ p50Ms: 0.05, p75Ms: 0.075, p90Ms: 0.09, p95Ms: 0.095, p99Ms: 0.099, p999Ms: 0.1 })
})

test('computes mean and deviation from the values, not from their buckets', () => {
  fc.assert(
    fc.property(latenciesUs, (us) => {
      const mean = us.reduce((sum, value) => sum + value, 0) / us.length
      const variance = us.reduce((sum, value) => sum + (value - mean) ** 2, 0) / us.length
      const figures = figuresOf(recorded(us))
      expect(1_000 * figures.meanMs).toBeCloseTo(mean, 3)
      // A difference of squares loses half of the digits.
      expect(Math.abs(1_000 * figures.stddevMs - Math.sqrt(variance))).toBeLessThan(1e-3 + 1e-6 * mean)
    }),
    { numRuns: 60 },
  )
})

test('the lossless encoding keeps every value in its bucket', () => {
  const { histogram } = figuresOf(recorded([1_500, 1_500, 70, 3_000_000]))
  const { buckets, counts } = decodeHdr(histogram)
  expect(buckets).toEqual([70, 1_500, bucketOf(3_000_000)])
  expect(counts).toEqual([1, 2, 1])
})

test('adding up partial histograms loses nothing, for any split and order', () => {
  fc.assert(
    fc.property(
      fc.array(latencyUs, { minLength: 1, maxLength: 100 }),
      fc.array(fc.nat(100), { maxLength: 8 }),
      (us, cuts) => {
        const source = new Histogram()
        const pieces: HistogramDelta[] = []
        for (const [i, value] of us.entries()) {
          source.record(value / 1_000)
          const piece = cuts.includes(i) ? source.take() : undefined
          if (piece !== undefined) pieces.push(piece)
        }
        const last = source.take()
        const sum = new Histogram()
        for (const piece of [...(last === undefined ? [] : [last]), ...pieces.reverse()])
          sum.add(structuredClone(piece))
        const { sumSquares = 0, ...whole } = recorded(us).peek() ?? {}
        // Squares of hours exceed 2⁵³, where the order of addition decides the last digit.
        expect((sum.peek()?.sumSquares ?? 0) / sumSquares).toBeCloseTo(1, 12)
        expect(sum.peek()).toMatchObject(whole)
        expect(distributionOf(source.peek())).toEqual({ count: 0 })
        expect(source.take()).toBeUndefined()
      },
    ),
    { numRuns: 60 },
  )
})

test('a histogram records again after it was emptied', () => {
  const histogram = recorded([5_000, 5_000, 40_000])
  histogram.take()
  histogram.record(5)
  expect(histogram.peek()).toMatchObject({ count: 1, sum: 5_000, min: 5_000, max: 5_000 })
  expect(figuresOf(histogram)).toMatchObject({ count: 1, minMs: 5, p50Ms: 5, p999Ms: 5, maxMs: 5, stddevMs: 0 })
})

test('clamps values below 0 to 0 and values above an hour to an hour', () => {
  const histogram = new Histogram()
  histogram.record(-0.5)
  histogram.record(7_200_000)
  histogram.record(Number.POSITIVE_INFINITY)
  expect(figuresOf(histogram)).toMatchObject({ count: 3, minMs: 0, maxMs: 3_600_000, p50Ms: 3_600_000 })
})
