/**
 * The one bucket layout of every latency in this project: HdrHistogram with 3 significant digits over 1 µs … 1 h.
 * Values below 2 048 µs have a bucket each; above, buckets are at most 0.1% wide. Recording, merging, judging and
 * artifacts all speak of the same bucket indexes, so nothing is lost between them.
 */
/** Larger values are clamped here. */
export const HIGHEST_US = 3_600_000_000

const SUB_BUCKET_BITS = 10
/** Number of buckets of the layout. */
export const BUCKETS: number = bucketOf(HIGHEST_US) + 1

/** Bucket of a whole number of microseconds in 0 … `HIGHEST_US`. */
export function bucketOf(valueUs: number): number {
  const shift = Math.max(0, 21 - Math.clz32(valueUs))
  return (shift << SUB_BUCKET_BITS) + (valueUs >>> shift)
}

/** Lowest value that falls into a bucket, in µs. */
export function bucketLowUs(bucket: number): number {
  const shift = Math.max(0, (bucket >> SUB_BUCKET_BITS) - 1)
  return (bucket - (shift << SUB_BUCKET_BITS)) * 2 ** shift
}

/** How many whole microseconds a bucket holds. */
export function bucketWidthUs(bucket: number): number {
  return 2 ** Math.max(0, (bucket >> SUB_BUCKET_BITS) - 1)
}

/** Highest value that falls into a bucket, in µs: what HdrHistogram reports for a percentile. */
export function bucketHighUs(bucket: number): number {
  return bucketLowUs(bucket) + bucketWidthUs(bucket) - 1
}

/** Filled buckets only, in rising order of `buckets`; both arrays have the same length. */
export interface SparseHistogram {
  readonly buckets: ArrayLike<number>
  readonly counts: ArrayLike<number>
}
