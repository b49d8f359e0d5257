/**
 * Encodes histograms as text, in the compressed V2 form of HdrHistogram that every implementation reads: a header and
 * the counts of all buckets as variable-length integers, where a negative number stands for so many empty buckets.
 * Written directly from the filled buckets, because the library fills an array of all 23 000 buckets for each
 * histogram, and a result has hundreds of histograms. Separate from their layout, because a generator thread records
 * histograms and never encodes them.
 */
import { createRequire } from 'node:module'
import { deflateSync, inflateSync } from 'node:zlib'
import type * as Library from 'hdr-histogram-js'
import { HIGHEST_US, bucketLowUs, wideBucketOf, type SparseHistogram } from './hdr.ts'
import { bucketOfValue, lowestIn } from './value-buckets.ts'

/** The low bits are the version of the counts: variable-length integers. */
const COOKIE = 0x1c849313
const COMPRESSED_COOKIE = 0x1c849314
/** Cookie and length of what follows, of the compressed form. */
const COMPRESSED_HEADER_BYTES = 8
/** Cookie, length of the counts, index offset, digits, lowest and highest value, ratio to floating-point values. */
const HEADER_BYTES = 40
const SIGNIFICANT_DIGITS = 3
/** A count and the empty buckets before it. */
const MAX_BYTES_PER_BUCKET = 18

/**
 * Returns the lossless compressed HDR form (V2, base64) that any HdrHistogram reads; an empty string for an empty
 * histogram.
 */
export function encodeHdr(histogram: SparseHistogram): string {
  return encode(histogram, HIGHEST_US)
}

/** Same for a histogram in the layout of `value-buckets.ts`: its values become whole multiples of `resolution`. */
export function encodeValues({ buckets, counts }: SparseHistogram, resolution: number): string {
  const wholeBuckets: number[] = []
  const wholeCounts: number[] = []
  for (let i = 0; i < buckets.length; i++) {
    const bucket = wideBucketOf(Math.round(lowestIn(buckets[i] ?? 0) / resolution))
    const count = counts[i] ?? 0
    const last = wholeBuckets.length - 1
    // Values that are too small for the resolution share a bucket.
    if (wholeBuckets[last] === bucket) wholeCounts[last] = (wholeCounts[last] ?? 0) + count
    else {
      wholeBuckets.push(bucket)
      wholeCounts.push(count)
    }
  }
  return encode({ buckets: wholeBuckets, counts: wholeCounts }, Number.MAX_SAFE_INTEGER)
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
  // Loaded only here, because that takes about 40 ms. Synchronous, because artifacts are.
  const { decodeFromCompressedBase64 } = createRequire(import.meta.url)('hdr-histogram-js') as typeof Library
  return decodeFromCompressedBase64(text, 64).outputPercentileDistribution(5, 1_000)
}

/** Inverse of `encodeHdr`. Throws if the text is not a compressed HDR histogram. */
export function decodeHdr(text: string): SparseHistogram {
  const buckets: number[] = []
  const counts: number[] = []
  if (text === '') return { buckets, counts }
  const bytes = uncompressed(text)
  const end = HEADER_BYTES + bytes.readInt32BE(4)
  let bucket = 0
  for (let at = HEADER_BYTES; at < end;) {
    let word = 0
    let factor = 1
    for (let more = true; more; factor *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw new RangeError('the counts of an HDR histogram end too early')
      // The ninth byte has eight bits of the number.
      more = byte >= 128 && factor < 2 ** 56
      word += (more ? byte - 128 : byte) * factor
    }
    // Odd numbers encode negative ones.
    if (word % 2 === 1) bucket += (word + 1) / 2
    else {
      if (word > 0) {
        buckets.push(bucket)
        counts.push(word / 2)
      }
      bucket++
    }
  }
  return { buckets, counts }
}

function encode({ buckets, counts }: SparseHistogram, highest: number): string {
  if (buckets.length === 0) return ''
  const bytes = Buffer.alloc(HEADER_BYTES + MAX_BYTES_PER_BUCKET * buckets.length)
  let end = HEADER_BYTES
  let next = 0
  const write = (word: number): void => {
    let rest = word
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[end++] = (rest % 128) + 128
    bytes[end++] = rest
  }
  for (let i = 0; i < buckets.length; i++) {
    const bucket = buckets[i] ?? 0
    const empty = bucket - next
    // One empty bucket is a count of 0.
    if (empty > 0) write(empty === 1 ? 0 : 2 * empty - 1)
    write(2 * (counts[i] ?? 0))
    next = bucket + 1
  }
  bytes.writeInt32BE(COOKIE, 0)
  bytes.writeInt32BE(end - HEADER_BYTES, 4)
  bytes.writeInt32BE(1, 8)
  bytes.writeInt32BE(SIGNIFICANT_DIGITS, 12)
  bytes.writeBigInt64BE(1n, 16)
  bytes.writeBigInt64BE(BigInt(highest), 24)
  bytes.writeBigInt64BE(1n, 32)
  const compressed = deflateSync(bytes.subarray(0, end))
  const header = Buffer.alloc(COMPRESSED_HEADER_BYTES)
  header.writeInt32BE(COMPRESSED_COOKIE, 0)
  header.writeInt32BE(compressed.length, 4)
  return Buffer.concat([header, compressed]).toString('base64')
}

function uncompressed(text: string): Buffer {
  const compressed = Buffer.from(text, 'base64')
  if (compressed.length < COMPRESSED_HEADER_BYTES || compressed.readInt32BE(0) !== COMPRESSED_COOKIE) {
    throw new TypeError('not a compressed HDR histogram: only V2 is supported')
  }
  const length = compressed.readInt32BE(4)
  const bytes = inflateSync(compressed.subarray(COMPRESSED_HEADER_BYTES, COMPRESSED_HEADER_BYTES + length))
  if (bytes.length < HEADER_BYTES || bytes.readInt32BE(0) !== COOKIE) {
    throw new TypeError('not an HDR histogram: only V2 is supported')
  }
  const digits = bytes.readInt32BE(12)
  const lowest = bytes.readBigInt64BE(16)
  if (digits !== SIGNIFICANT_DIGITS || lowest !== 1n) {
    throw new TypeError(
      `an HDR histogram has ${digits} significant digits from ${lowest}; only ${SIGNIFICANT_DIGITS} digits from 1 are supported`,
    )
  }
  return bytes
}
