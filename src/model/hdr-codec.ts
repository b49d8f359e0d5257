/**
 * Encodes histograms as text. Separate from their layout, because a generator thread records histograms and never
 * encodes them.
 */
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, JsHistogram } from 'hdr-histogram-js'
import { HIGHEST_US, bucketLowUs, bucketOf, type SparseHistogram } from './hdr.ts'

const scratch = build({
  bitBucketSize: 64,
  autoResize: false,
  lowestDiscernibleValue: 1,
  highestTrackableValue: HIGHEST_US,
  numberOfSignificantValueDigits: 3,
})

/**
 * Returns the lossless compressed HDR form (V2, base64) that any HdrHistogram reads; an empty string for an empty
 * histogram.
 */
export function encodeHdr({ buckets, counts }: SparseHistogram): string {
  if (buckets.length === 0) return ''
  scratch.reset()
  for (let i = 0; i < buckets.length; i++) {
    scratch.recordValueWithCount(bucketLowUs(buckets[i] ?? 0), counts[i] ?? 0)
  }
  return encodeIntoCompressedBase64(scratch)
}

/** Inverse of `encodeHdr`. Throws if the text is not a compressed HDR histogram. */
export function decodeHdr(text: string): SparseHistogram {
  const buckets: number[] = []
  const counts: number[] = []
  if (text === '') return { buckets, counts }
  const histogram = decodeFromCompressedBase64(text, 64)
  if (!(histogram instanceof JsHistogram)) throw new TypeError('a WebAssembly histogram does not expose its buckets')
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
