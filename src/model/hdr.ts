/**
 * The one bucket layout of every latency in this project: HdrHistogram with 3 significant digits over 1 µs … 1 h.
 * Values below 2 048 µs have a bucket each; above, buckets are at most 0.1% wide. Recording, merging, judging and
 * artifacts all speak of the same bucket indexes, so nothing is lost between them.
 */
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, JsHistogram } from 'hdr-histogram-js'

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

const scratch = build({
  bitBucketSize: 64,
  autoResize: false,
  lowestDiscernibleValue: 1,
  highestTrackableValue: HIGHEST_US,
  numberOfSignificantValueDigits: 3,
})

/** The lossless compressed HDR form (V2, base64) that any HdrHistogram reads; an empty text for an empty histogram. */
export function encodeHdr({ buckets, counts }: SparseHistogram): string {
  if (buckets.length === 0) return ''
  scratch.reset()
  for (let i = 0; i < buckets.length; i++) {
    scratch.recordValueWithCount(bucketLowUs(buckets[i] ?? 0), counts[i] ?? 0)
  }
  return encodeIntoCompressedBase64(scratch)
}

/** Inverse of `encodeHdr`. Throws on a text that is not a compressed HDR histogram. */
export function decodeHdr(text: string): SparseHistogram {
  const buckets: number[] = []
  const counts: number[] = []
  if (text === '') return { buckets, counts }
  const histogram = decodeFromCompressedBase64(text, 64)
  if (!(histogram instanceof JsHistogram)) throw new TypeError('the WebAssembly histogram has no buckets to read')
  const last = bucketOf(histogram.maxValue)
  for (let bucket = 0; bucket <= last; bucket++) {
    const count = histogram.getCountAtIndex(bucket)
    if (count > 0) {
      buckets.push(bucket)
      counts.push(count)
    }
  }
  return { buckets, counts }
}
