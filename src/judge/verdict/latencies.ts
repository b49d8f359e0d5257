import { decodeHdr } from '../../model/hdr-codec.ts'
import { bucketHighUs, bucketLowUs, bucketOf, HIGHEST_US, type SparseHistogram } from '../../model/hdr.ts'
import type { Distribution, JudgedFigures } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { Stretch } from './design-effect.ts'

/** The times of which a result keeps the course, and on which latency verdicts are given. */
export type LatencyName = 'responseTime' | 'serviceTime' | 'targetTime'

/** Successful requests by latency, and beside them those that never got an answer: slower than any limit. */
export interface Latencies {
  readonly histogram: SparseHistogram
  readonly unanswered: number
}

/** Latencies of a whole run and of its stretches, in order of time. */
export interface LatencyCourse {
  readonly whole: Latencies
  readonly stretches: readonly Latencies[]
}

const courses = new WeakMap<JudgedFigures, Map<LatencyName, LatencyCourse>>()

/** The course of one of the times of a group of requests, decoded once. */
export function latencyCourse(figures: JudgedFigures, name: LatencyName): LatencyCourse {
  const known = courses.get(figures) ?? new Map<LatencyName, LatencyCourse>()
  courses.set(figures, known)
  let course = known.get(name)
  if (course === undefined) {
    const { batches, unanswered } = figures
    course = {
      whole: { histogram: histogramOf(figures[name]), unanswered },
      stretches: batches[name].map((text, i) => ({
        histogram: decodeHdr(text),
        unanswered: batches.unanswered[i] ?? 0,
      })),
    }
    known.set(name, course)
  }
  return course
}

/** The filled buckets of a distribution. */
export function histogramOf(distribution: Distribution): SparseHistogram {
  return decodeHdr('histogram' in distribution ? distribution.histogram : '')
}

/** How many values a histogram holds. */
function countOf(histogram: SparseHistogram): number {
  return countAbove(histogram, -1)
}

/** How many requests there are in all. */
export function requestsIn({ histogram, unanswered }: Latencies): number {
  return countOf(histogram) + unanswered
}

/** How many requests are over a limit: for sure, and at most. The values in the limit's own bucket make the difference. */
export function overLimit({ histogram, unanswered }: Latencies, limitMs: Ms): { least: number; most: number } {
  const bucket = bucketOf(Math.min(HIGHEST_US, Math.floor(limitMs * 1_000)))
  return { least: countAbove(histogram, bucket) + unanswered, most: countAbove(histogram, bucket - 1) + unanswered }
}

/** How many values lie in buckets above `bucket`. */
function countAbove({ buckets, counts }: SparseHistogram, bucket: number): number {
  let count = 0
  for (let i = buckets.length - 1; i >= 0 && (buckets[i] ?? 0) > bucket; i--) count += counts[i] ?? 0
  return count
}

/** The bucket of the value at a rank from 1; undefined where the rank lies among the unanswered. */
function bucketAt({ buckets, counts }: SparseHistogram, rank: number): number | undefined {
  let seen = 0
  for (let i = 0; i < buckets.length; i++) {
    seen += counts[i] ?? 0
    if (seen >= rank) return buckets[i]
  }
  return undefined
}

/** The rank of a percentile among `n` values. The tiny allowance keeps 99% of 100 from becoming 100 by rounding. */
export function rankOf(percentile: number, n: number): number {
  return Math.max(1, Math.ceil((percentile * n) / 100 - 1e-9))
}

/** The latency at a rank (from 1) in ms, as HdrHistogram reports it; undefined where no answer came. */
export function latencyAt({ histogram }: Latencies, rank: number): Ms | undefined {
  const bucket = bucketAt(histogram, rank)
  return bucket === undefined ? undefined : bucketHighUs(bucket) / 1_000
}

/** The percentile over all requests; undefined where it lies among the unanswered. */
export function percentileOf(latencies: Latencies, percentile: number): Ms | undefined {
  return latencyAt(latencies, rankOf(percentile, requestsIn(latencies)))
}

/**
 * Stretch by stretch, how many requests were above the run's own percentile. Its own one: how requests cluster must be
 * seen even where none of them is over the limit that is asked about.
 */
export function abovePercentile({ whole, stretches }: LatencyCourse, percentile: number): readonly Stretch[] {
  const n = requestsIn(whole)
  const own = bucketAt(whole.histogram, rankOf(percentile, n))
  const threshold = own === undefined ? Number.POSITIVE_INFINITY : own - (startsTail(whole, own, percentile) ? 1 : 0)
  return stretches.map(({ histogram, unanswered }) => ({
    sum: countAbove(histogram, threshold) + unanswered,
    of: countOf(histogram) + unanswered,
  }))
}

/** Where many requests share the percentile's bucket, the tail may be closer to its nominal share with that bucket in it. */
function startsTail(whole: Latencies, bucket: number, percentile: number): boolean {
  const nominal = (requestsIn(whole) * (100 - percentile)) / 100
  const without = countAbove(whole.histogram, bucket) + whole.unanswered
  const within = countAbove(whole.histogram, bucket - 1) + whole.unanswered
  return within - nominal < nominal - without
}

/** Stretch by stretch, the sum of latencies in ms, each taken as the middle of its bucket. */
export function latencySums({ stretches }: LatencyCourse): readonly Stretch[] {
  return stretches.map(({ histogram }) => {
    let sum = 0
    for (let i = 0; i < histogram.buckets.length; i++) {
      const bucket = histogram.buckets[i] ?? 0
      sum += ((bucketLowUs(bucket) + bucketHighUs(bucket)) / 2_000) * (histogram.counts[i] ?? 0)
    }
    return { sum, of: countOf(histogram) }
  })
}
