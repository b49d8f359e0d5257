import fc from 'fast-check'
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import { decodeHdr, encodeHdr } from './hdr-codec.ts'
import { sum } from './sum.ts'
import { bucketHighUs, bucketLowUs, bucketOf, BUCKETS, bucketWidthUs, HIGHEST_US, percentileMs } from './hdr.ts'

/** Values of every magnitude: uniformly distributed ones would nearly all lie in the last quarter of an hour. */
const valueUs = fc
  .tuple(fc.integer({ min: 0, max: 31 }), fc.double({ min: 1, max: 2, noNaN: true }))
  .map(([power, factor]) => Math.min(HIGHEST_US, Math.floor(2 ** power * factor)))

test('every value lies in its bucket, and the next bucket is adjacent', () => {
  fc.assert(
    fc.property(valueUs, (us) => {
      const bucket = bucketOf(us)
      expect(bucketLowUs(bucket)).toBeLessThanOrEqual(us)
      expect(bucketHighUs(bucket)).toBeGreaterThanOrEqual(us)
      expect(bucketHighUs(bucket) - bucketLowUs(bucket) + 1).toBe(bucketWidthUs(bucket))
      expect(bucketLowUs(bucket + 1)).toBe(bucketHighUs(bucket) + 1)
      expect(bucketOf(bucketLowUs(bucket))).toBe(bucket)
      expect(bucketOf(Math.min(HIGHEST_US, bucketHighUs(bucket)))).toBe(bucket)
    }),
    { examples: [[0], [1], [2_047], [2_048], [HIGHEST_US]] },
  )
})

test('a bucket holds one value below 2 048 µs, and at most 0.1% of its values above', () => {
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const widthUs = bucketWidthUs(bucket)
    const lowUs = bucketLowUs(bucket)
    if (lowUs < 2_048 ? widthUs !== 1 : widthUs > lowUs / 1_000) {
      expect.fail(`bucket ${bucket} from ${lowUs} µs is ${widthUs} µs wide`)
    }
  }
})

test('the last bucket contains one hour', () => {
  expect(bucketOf(HIGHEST_US)).toBe(BUCKETS - 1)
  expect(BUCKETS).toBeLessThan(2 ** 16)
})

test('buckets equal those of HdrHistogram', () => {
  const reference = build({ highestTrackableValue: HIGHEST_US, numberOfSignificantValueDigits: 3 })
  fc.assert(
    fc.property(valueUs, (us) => {
      reference.reset()
      reference.recordValue(us)
      expect(reference.getValueAtPercentile(100)).toBe(bucketHighUs(bucketOf(us)))
    }),
  )
})

const filled = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: BUCKETS - 1 }), fc.integer({ min: 1, max: 2 ** 32 - 1 })), {
    selector: ([bucket]) => bucket,
    maxLength: 50,
  })
  .map((pairs) => pairs.toSorted(([one], [other]) => one - other))

test('encoding and decoding are lossless', () => {
  fc.assert(
    fc.property(filled, (pairs) => {
      const histogram = { buckets: pairs.map(([bucket]) => bucket), counts: pairs.map(([, count]) => count) }
      expect(decodeHdr(encodeHdr(histogram))).toEqual(histogram)
    }),
    { numRuns: 50, examples: [[[]], [[[0, 1]]], [[[BUCKETS - 1, 2 ** 32 - 1]]]] },
  )
})

test('the library reads what is encoded, and its own encoding is decoded', () => {
  fc.assert(
    fc.property(filled, (pairs) => {
      fc.pre(pairs.length > 0)
      const histogram = { buckets: pairs.map(([bucket]) => bucket), counts: pairs.map(([, count]) => count) }
      const read = decodeFromCompressedBase64(encodeHdr(histogram), 64)
      expect(read.totalCount).toBe(sum(histogram.counts))
      expect(read.getValueAtPercentile(100)).toBe(bucketHighUs(histogram.buckets.at(-1) ?? 0))
      expect(decodeHdr(encodeIntoCompressedBase64(read))).toEqual(histogram)
    }),
    { numRuns: 20, examples: [[[[0, 1]]], [[[BUCKETS - 1, 2 ** 32 - 1]]]] },
  )
})

test('encodes a form that any HdrHistogram reads', () => {
  const text = encodeHdr({ buckets: [bucketOf(1_000), bucketOf(250_000)], counts: [99, 1] })
  const histogram = decodeFromCompressedBase64(text)
  expect(histogram.totalCount).toBe(100)
  expect(histogram.getValueAtPercentile(99)).toBe(1_000)
  expect(histogram.getValueAtPercentile(100)).toBe(bucketHighUs(bucketOf(250_000)))
})

test('rejects a text that is not a histogram', () => {
  expect(() => decodeHdr('bm90IGEgaGlzdG9ncmFt')).toThrow('only V2 is supported')
  expect(() => decodeHdr('short')).toThrow('only V2 is supported')
})

test('rejects a histogram with other buckets', () => {
  const coarse = build({ highestTrackableValue: HIGHEST_US, numberOfSignificantValueDigits: 2 })
  coarse.recordValue(5)
  expect(() => decodeHdr(encodeIntoCompressedBase64(coarse))).toThrow('2 significant digits')
})

test('a percentile is the highest value of the bucket at its rank, and null without values', () => {
  const hundred = { buckets: [bucketOf(1_000), bucketOf(5_000)], counts: [99, 1] }
  expect([50, 99, 99.9].map((percentile) => percentileMs(hundred, percentile))).toEqual([1, 1, 5.003])
  expect(percentileMs({ buckets: [], counts: [] }, 50)).toBeNull()
})
