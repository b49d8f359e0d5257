import { decodeHdr } from '../../model/hdr-codec.ts'
import { bucketHighUs, bucketLowUs, bucketOf, HIGHEST_US, type SparseHistogram } from '../../model/hdr.ts'
import type { Distribution, JudgedFigures } from '../../model/figures.ts'
import type { Ms } from '../../model/units.ts'
import type { BatchSum } from './design-effect.ts'

/** Times that a result keeps per batch. Latency verdicts judge these. */
export type LatencyName = 'responseTime' | 'serviceTime' | 'targetTime'

/** Successful requests by latency, and the number of requests without a response, which are slower than any limit. */
export interface Latencies {
  readonly histogram: SparseHistogram
  readonly unanswered: number
}

/** Latencies of a whole run and of its batches, in order of time. */
export interface LatencyCourse {
  readonly whole: Latencies
  readonly batches: readonly Latencies[]
}

const courses = new WeakMap<JudgedFigures, Map<LatencyName, LatencyCourse>>()

/** Returns the latencies of a group of requests; decodes them only once. */
export function latencyCourse(figures: JudgedFigures, name: LatencyName): LatencyCourse {
  const known = courses.get(figures) ?? new Map<LatencyName, LatencyCourse>()
  courses.set(figures, known)
  let course = known.get(name)
  if (course === undefined) {
    const { batches, unanswered } = figures
    course = {
      whole: { histogram: histogramOf(figures[name]), unanswered },
      batches: batches[name].map((text, i) => ({
        histogram: decodeHdr(text),
        unanswered: batches.unanswered[i] ?? 0,
      })),
    }
    known.set(name, course)
  }
  return course
}

/** Returns the filled buckets of a distribution. */
export function histogramOf(distribution: Distribution): SparseHistogram {
  return decodeHdr(distribution.histogram ?? '')
}

/** Number of values in a histogram. */
function countOf(histogram: SparseHistogram): number {
  return countAbove(histogram, -1)
}

/** Total number of requests. */
export function requestsIn({ histogram, unanswered }: Latencies): number {
  return countOf(histogram) + unanswered
}

/** Minimum and maximum number of requests over a limit. They differ by the values in the limit's own bucket. */
export function overLimit({ histogram, unanswered }: Latencies, limitMs: Ms): { min: number; max: number } {
  const max = countAbove(histogram, limitBucket(limitMs) - 1) + unanswered
  return { min: countOver(histogram, limitMs) + unanswered, max }
}

/** Number of values in the buckets above a limit, not counting the limit's own bucket. */
export function countOver(histogram: SparseHistogram, limitMs: Ms): number {
  return countAbove(histogram, limitBucket(limitMs))
}

function limitBucket(limitMs: Ms): number {
  return bucketOf(Math.min(HIGHEST_US, Math.floor(limitMs * 1_000)))
}

/** Number of values in buckets above `bucket`. */
function countAbove({ buckets, counts }: SparseHistogram, bucket: number): number {
  let count = 0
  for (let i = buckets.length - 1; i >= 0 && (buckets[i] ?? 0) > bucket; i--) count += counts[i] ?? 0
  return count
}

/**
 * Returns the bucket of the value at a rank (from 1); undefined if the rank belongs to a request without a response.
 */
function bucketAt({ buckets, counts }: SparseHistogram, rank: number): number | undefined {
  let seen = 0
  for (let i = 0; i < buckets.length; i++) {
    seen += counts[i] ?? 0
    if (seen >= rank) return buckets[i]
  }
  return undefined
}

/** Rank of a percentile among `n` values. Subtracting 1e-9 prevents that rounding turns 99% of 100 into 100. */
export function rankOf(percentile: number, n: number): number {
  return Math.max(1, Math.ceil((percentile * n) / 100 - 1e-9))
}

/** Latency at a rank (from 1) in ms, as HdrHistogram reports it; undefined for a request without a response. */
export function latencyAt({ histogram }: Latencies, rank: number): Ms | undefined {
  const bucket = bucketAt(histogram, rank)
  return bucket === undefined ? undefined : bucketHighUs(bucket) / 1_000
}

/** Percentile over all requests in ms; undefined if its rank belongs to a request without a response. */
export function percentileOf(latencies: Latencies, percentile: number): Ms | undefined {
  return latencyAt(latencies, rankOf(percentile, requestsIn(latencies)))
}

/**
 * Returns for each batch how many requests were above the run's own percentile. The run's own percentile shows how slow
 * requests cluster even if no request is over the limit.
 */
export function abovePercentile({ whole, batches }: LatencyCourse, percentile: number): readonly BatchSum[] {
  const n = requestsIn(whole)
  const own = bucketAt(whole.histogram, rankOf(percentile, n))
  const threshold = own === undefined ? Number.POSITIVE_INFINITY : own - (startsTail(whole, own, percentile) ? 1 : 0)
  return batches.map(({ histogram, unanswered }) => ({
    sum: countAbove(histogram, threshold) + unanswered,
    of: countOf(histogram) + unanswered,
  }))
}

/**
 * Whether the tail is closer to its nominal share with the percentile's bucket in it, which many requests may share.
 */
function startsTail(whole: Latencies, bucket: number, percentile: number): boolean {
  const nominal = (requestsIn(whole) * (100 - percentile)) / 100
  const without = countAbove(whole.histogram, bucket) + whole.unanswered
  const within = countAbove(whole.histogram, bucket - 1) + whole.unanswered
  return within - nominal < nominal - without
}

/** Returns for each batch the sum of latencies in ms, each taken as the middle of its bucket. */
export function latencySums({ batches }: LatencyCourse): readonly BatchSum[] {
  return batches.map(({ histogram }) => {
    let sum = 0
    for (let i = 0; i < histogram.buckets.length; i++) {
      const bucket = histogram.buckets[i] ?? 0
      sum += ((bucketLowUs(bucket) + bucketHighUs(bucket)) / 2_000) * (histogram.counts[i] ?? 0)
    }
    return { sum, of: countOf(histogram) }
  })
}
