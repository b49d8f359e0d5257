import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeHdr, decodeValues, encodeValues } from './hdr-codec.ts'
import { bucketLowUs } from './hdr.ts'
import { bucketOfValue, HIGHEST_VALUE, lowestIn, middleOf, resolutionFor } from './value-buckets.ts'

/** Values of every order of magnitude. */
const value = fc
  .tuple(fc.integer({ min: -20, max: 39 }), fc.double({ min: 1, max: 2, maxExcluded: true, noNaN: true }))
  .map(([power, factor]) => Math.min(HIGHEST_VALUE, 2 ** power * factor))

test('the lower edge of a bucket is at most 0.1% below each of its values', () => {
  fc.assert(
    fc.property(value, (each) => {
      const bucket = bucketOfValue(each)
      expect(lowestIn(bucket)).toBeLessThanOrEqual(each)
      expect(each).toBeLessThan(lowestIn(bucket + 1))
      expect(lowestIn(bucket)).toBeGreaterThanOrEqual(each * 0.999)
      expect(middleOf(bucket) / each).toBeCloseTo(1, 3)
    }),
  )
})

test('whole numbers up to 2 048 are exact', () => {
  for (let whole = 0; whole <= 2_048; whole++) expect(lowestIn(bucketOfValue(whole))).toBe(whole)
})

test.each([0, 5e-324, 9e-7])('%d belongs to the bucket of zero', (tiny) => {
  expect(bucketOfValue(tiny)).toBe(0)
  expect([lowestIn(0), middleOf(0)]).toEqual([0, 0])
})

test('the number of the last bucket has 16 bits', () => {
  expect(bucketOfValue(HIGHEST_VALUE)).toBeLessThan(2 ** 16)
})

const histogram = fc.uniqueArray(value.map(bucketOfValue), { minLength: 1, maxLength: 50 }).map((buckets) => {
  const sorted = buckets.toSorted((a, b) => a - b)
  return { buckets: sorted, counts: sorted.map((bucket) => (bucket % 7) + 1) }
})

test('encoding keeps every bucket whose values are up to 2⁴² apart, and every count beyond that', () => {
  fc.assert(
    fc.property(histogram, ({ buckets, counts }) => {
      const resolution = resolutionFor(buckets)
      const decoded = decodeValues(encodeValues({ buckets, counts }, resolution), resolution)
      const [low = 0, high = 0] = [buckets[0], buckets.at(-1)].map((bucket) => lowestIn(bucket ?? 0))
      if (high / low < 2 ** 41) expect(decoded).toEqual({ buckets, counts })
      const sum = (of: ArrayLike<number>): number => Array.from(of).reduce((total, count) => total + count, 0)
      expect(sum(decoded.counts)).toBe(sum(counts))
      expect(decoded.buckets[decoded.buckets.length - 1]).toBe(buckets.at(-1))
    }),
  )
})

test('an encoded value is a whole multiple of the resolution for any reader of HDR histograms', () => {
  const buckets = [0, bucketOfValue(3), bucketOfValue(40), bucketOfValue(5e6)]
  const resolution = resolutionFor(buckets)
  const read = decodeHdr(encodeValues({ buckets, counts: [1, 1, 1, 1] }, resolution))
  const values = Array.from(read.buckets, (bucket) => bucketLowUs(bucket) * resolution)
  expect(values.slice(0, 3)).toEqual([0, 3, 40])
  expect(values[3]).toBeCloseTo(5e6, -4)
})
