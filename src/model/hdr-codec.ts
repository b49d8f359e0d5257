/**
 * Encodes histograms as text. Separate from their layout, because a generator thread records histograms and never
 * encodes them.
 */
import { createRequire } from 'node:module'
import type * as Library from 'hdr-histogram-js'
import { HIGHEST_US, bucketLowUs, wideBucketOf, type SparseHistogram } from './hdr.ts'
import { bucketOfValue, lowestIn } from './value-buckets.ts'

type Codec = typeof Library & {
  readonly scratch: Library.Histogram
  /** For values in any unit; created when a metric is encoded for the first time. */
  wideScratch?: Library.Histogram
}

let loaded: Codec | undefined

/**
 * Loads the library, which takes about 40 ms. Otherwise the first call of the functions below does. A run calls this
 * before its traffic starts, because the delay would disturb it.
 */
export function loadHdrCodec(): void {
  codec()
}

/** Synchronous, because matchers and analyses are. */
function codec(): Codec {
  if (loaded !== undefined) return loaded
  const library = createRequire(import.meta.url)('hdr-histogram-js') as typeof Library
  loaded = { ...library, scratch: histogramUpTo(HIGHEST_US, library) }
  return loaded
}

function histogramUpTo(highestTrackableValue: number, { build }: typeof Library): Library.Histogram {
  return build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue,
    numberOfSignificantValueDigits: 3,
  })
}

/**
 * Returns the lossless compressed HDR form (V2, base64) that any HdrHistogram reads; an empty string for an empty
 * histogram.
 */
export function encodeHdr({ buckets, counts }: SparseHistogram): string {
  if (buckets.length === 0) return ''
  const { scratch, encodeIntoCompressedBase64 } = codec()
  scratch.reset()
  for (let i = 0; i < buckets.length; i++) {
    scratch.recordValueWithCount(bucketLowUs(buckets[i] ?? 0), counts[i] ?? 0)
  }
  return encodeIntoCompressedBase64(scratch)
}

/** Same for a histogram in the layout of `value-buckets.ts`: its values become whole multiples of `resolution`. */
export function encodeValues({ buckets, counts }: SparseHistogram, resolution: number): string {
  if (buckets.length === 0) return ''
  const library = codec()
  const scratch = (library.wideScratch ??= histogramUpTo(Number.MAX_SAFE_INTEGER, library))
  scratch.reset()
  for (let i = 0; i < buckets.length; i++) {
    scratch.recordValueWithCount(Math.round(lowestIn(buckets[i] ?? 0) / resolution), counts[i] ?? 0)
  }
  return library.encodeIntoCompressedBase64(scratch)
}

/** Inverse of `encodeValues`. Throws if the text is not a compressed HDR histogram. */
export function decodeValues(text: string, resolution: number): SparseHistogram {
  const { buckets, counts } = decodeHdr(text)
  return { buckets: Array.from(buckets, (bucket) => bucketOfValue(bucketLowUs(bucket) * resolution)), counts }
}

/**
 * Returns the percentiles of an encoded histogram of µs as HdrHistogram prints them: four columns (value in ms,
 * percentile, count up to it, 1/(1 − percentile)), five lines per halving of the remaining share, and a summary.
 */
export function percentileTable(text: string): string {
  return codec().decodeFromCompressedBase64(text, 64).outputPercentileDistribution(5, 1_000)
}

/** Inverse of `encodeHdr`. Throws if the text is not a compressed HDR histogram. */
export function decodeHdr(text: string): SparseHistogram {
  const buckets: number[] = []
  const counts: number[] = []
  if (text === '') return { buckets, counts }
  const { decodeFromCompressedBase64, JsHistogram } = codec()
  const histogram = decodeFromCompressedBase64(text, 64)
  if (!(histogram instanceof JsHistogram)) throw new TypeError('a WebAssembly histogram does not expose its buckets')
  const last = wideBucketOf(histogram.maxValue)
  for (let bucket = 0; bucket <= last; bucket++) {
    const count = histogram.getCountAtIndex(bucket)
    if (count > 0) {
      buckets.push(bucket)
      counts.push(count)
    }
  }
  return { buckets, counts }
}
