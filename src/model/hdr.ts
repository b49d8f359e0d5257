import { sum } from './sum.ts'
import type { Ms } from './units.ts'

/**
 * The bucket layout of every latency in this project: HdrHistogram with 3 significant digits over 1 µs … 1 h. Each
 * value below 2 048 µs has its own bucket; above, buckets are at most 0.1% wide. The recorder, merging, analysis and
 * artifacts use the same bucket indexes, so no precision is lost between them.
 */
/** Larger values are clamped to this one. */
export const HIGHEST_US = 3_600_000_000

const SUB_BUCKET_BITS = 10
/** Number of buckets. */
export const BUCKETS: number = bucketOf(HIGHEST_US) + 1

/** Returns the bucket of a whole number of microseconds in 0 … `HIGHEST_US`. */
export function bucketOf(valueUs: number): number {
  const shift = Math.max(0, 21 - Math.clz32(valueUs))
  return (shift << SUB_BUCKET_BITS) + (valueUs >>> shift)
}

/** Same for whole numbers up to 2⁵³ − 1, in a histogram that extends beyond `HIGHEST_US`. */
export function wideBucketOf(value: number): number {
  if (value < 2 ** 32) return bucketOf(value)
  const shift = 53 - Math.clz32(value / 2 ** 32)
  return (shift << SUB_BUCKET_BITS) + Math.floor(value / 2 ** shift)
}

/** Returns the lowest value of a bucket, in µs. */
export function bucketLowUs(bucket: number): number {
  const shift = Math.max(0, (bucket >> SUB_BUCKET_BITS) - 1)
  return (bucket - (shift << SUB_BUCKET_BITS)) * 2 ** shift
}

/** Returns the number of whole microseconds in a bucket. */
export function bucketWidthUs(bucket: number): number {
  return 2 ** Math.max(0, (bucket >> SUB_BUCKET_BITS) - 1)
}

/** Returns the highest value of a bucket, in µs: what HdrHistogram reports for a percentile. */
export function bucketHighUs(bucket: number): number {
  return bucketLowUs(bucket) + bucketWidthUs(bucket) - 1
}

/** The non-empty buckets, in ascending order of `buckets`; both arrays have the same length. */
export interface SparseHistogram {
  readonly buckets: ArrayLike<number>
  readonly counts: ArrayLike<number>
}

/**
 * Returns the rank (from 1) of a percentile among `count` values: the smallest one with at least this share of the
 * values at or below it. Subtracting 1e-9 prevents that rounding turns 99% of 100 into 100.
 */
export function rankOf(percentile: number, count: number): number {
  return Math.max(1, Math.ceil((percentile * count) / 100 - 1e-9))
}

/** Returns the bucket of the value at a rank (from 1); undefined if there are fewer values. */
export function bucketAt({ buckets, counts }: SparseHistogram, rank: number): number | undefined {
  let seen = 0
  for (let i = 0; i < buckets.length; i++) {
    seen += counts[i] ?? 0
    if (seen >= rank) return buckets[i]
  }
  return undefined
}

/** Returns a percentile of the values, in ms; null without values. */
export function percentileMs(histogram: SparseHistogram, percentile: number): Ms | null {
  const bucket = bucketAt(histogram, rankOf(percentile, sum(Array.from(histogram.counts))))
  return bucket === undefined ? null : bucketHighUs(bucket) / 1_000
}
