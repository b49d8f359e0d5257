import { bucketHighUs, rankOf } from '../model/hdr.ts'
import { encodeHdr } from '../model/hdr-codec.ts'
import type { Distribution } from '../model/figures.ts'
import type { HistogramDelta } from './histogram.ts'

/**
 * Returns statistics of recorded latencies, or `{ count: 0 }` if there are none. Mean and standard deviation are
 * computed from the values themselves, percentiles from their buckets.
 */
export function distributionOf(delta: HistogramDelta | undefined): Distribution {
  if (delta === undefined) return { count: 0 }
  const { count, sum, sumSquares } = delta
  const meanUs = sum / count
  const varianceUs = Math.max(0, sumSquares / count - meanUs * meanUs)
  const [p50Ms = 0, p75Ms = 0, p90Ms = 0, p95Ms = 0, p99Ms = 0, p999Ms = 0] = percentilesOf(
    delta,
    (bucket) => Math.min(bucketHighUs(bucket), delta.max) / 1_000,
  )
  return {
    count,
    minMs: delta.min / 1_000,
    meanMs: meanUs / 1_000,
    stddevMs: Math.sqrt(varianceUs) / 1_000,
    p50Ms,
    p75Ms,
    p90Ms,
    p95Ms,
    p99Ms,
    p999Ms,
    maxMs: delta.max / 1_000,
    histogram: encodeHdr(delta),
  }
}

const PERCENTILES = [50, 75, 90, 95, 99, 99.9] as const

/**
 * Returns p50, p75, p90, p95, p99 and p99.9. Each is the value of the bucket at its rank (HdrHistogram's definition).
 */
export function percentilesOf(
  { buckets, counts, count }: HistogramDelta,
  valueOf: (bucket: number) => number,
): readonly number[] {
  const found: number[] = []
  let seen = 0
  for (let i = 0; i < buckets.length && found.length < PERCENTILES.length; i++) {
    seen += counts[i] ?? 0
    while (found.length < PERCENTILES.length && seen >= rankOf(PERCENTILES[found.length] ?? 100, count)) {
      found.push(valueOf(buckets[i] ?? 0))
    }
  }
  return found
}
