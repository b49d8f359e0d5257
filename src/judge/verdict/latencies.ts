import {
  bucketAt,
  bucketHighUs,
  bucketLowUs,
  bucketOf,
  HIGHEST_US,
  rankOf,
  type SparseHistogram,
} from '../../model/hdr.ts'
import { batchHistograms } from '../../model/batch-times.ts'
import type { IntervalDistribution, JudgedFigures, LatencyName } from '../../model/figures.ts'
import { decodeHdr, decodeValues } from '../../model/hdr-codec.ts'
import type { MetricFigures } from '../../model/metric.ts'
import { bucketOfValue, lowestIn, middleOf } from '../../model/value-buckets.ts'
import type { Ms } from '../../model/units.ts'
import type { BatchSum } from './design-effect.ts'

/** Relation between the buckets of a histogram and the quantity that they count. */
interface Scale {
  /** Returns the bucket of a limit. */
  bucketOf(limit: number): number
  /** Whether every value in the bucket of a limit reaches the limit. Otherwise the bucket hides which of them do. */
  isLowest(limit: number): boolean
  /** Returns the value that the results show for a bucket. */
  valueOf(bucket: number): number
  middleOf(bucket: number): number
}

/** Milliseconds, whose buckets count µs. */
const MILLISECONDS: Scale = {
  bucketOf: limitBucket,
  isLowest: () => false,
  valueOf: (bucket) => bucketHighUs(bucket) / 1_000,
  middleOf: (bucket) => (bucketLowUs(bucket) + bucketHighUs(bucket)) / 2_000,
}

/** Values of a custom metric. A value equal to a limit is not below it. */
const VALUES: Scale = {
  bucketOf: bucketOfValue,
  isLowest: (limit) => lowestIn(bucketOfValue(limit)) === limit,
  valueOf: lowestIn,
  middleOf,
}

/**
 * Successful requests by latency, and the number of requests without a response, which are slower than any limit; or
 * the values of a metric.
 */
export interface Latencies {
  readonly histogram: SparseHistogram
  readonly unanswered: number
  /** Default: milliseconds. */
  readonly scale?: Scale
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
    const { batches } = figures
    // A gap belongs to messages that arrived, so a request without a response has none.
    const silent = (unanswered: number): number => (name === 'messageGap' ? 0 : unanswered)
    course = {
      whole: { histogram: histogramOf(figures[name]), unanswered: silent(figures.unanswered) },
      batches: batchHistograms(figures, name).map((histogram, i) => ({
        histogram,
        unanswered: silent(batches.unanswered[i] ?? 0),
      })),
    }
    known.set(name, course)
  }
  return course
}

const metricCourses = new WeakMap<MetricFigures, LatencyCourse>()

/** Returns the values of a metric; decodes them only once. */
export function metricCourse(metric: MetricFigures): LatencyCourse {
  let course = metricCourses.get(metric)
  if (course === undefined) {
    const { histogram, resolution, batches } = metric
    const valuesOf = (text: string): Latencies => ({
      histogram: decodeValues(text, resolution),
      unanswered: 0,
      scale: VALUES,
    })
    course = { whole: valuesOf(histogram), batches: batches.values.map(valuesOf) }
    metricCourses.set(metric, course)
  }
  return course
}

/** Returns the filled buckets of a distribution. */
export function histogramOf(distribution: IntervalDistribution): SparseHistogram {
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
export function overLimit(
  { histogram, unanswered, scale = MILLISECONDS }: Latencies,
  limit: number,
): { min: number; max: number } {
  const bucket = scale.bucketOf(limit)
  const max = countAbove(histogram, bucket - 1) + unanswered
  return { min: scale.isLowest(limit) ? max : countAbove(histogram, bucket) + unanswered, max }
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

/** Latency at a rank (from 1), as the result shows it; undefined for a request without a response. */
export function latencyAt({ histogram, scale = MILLISECONDS }: Latencies, rank: number): number | undefined {
  const bucket = bucketAt(histogram, rank)
  return bucket === undefined ? undefined : scale.valueOf(bucket)
}

/** Percentile over all requests; undefined if its rank belongs to a request without a response. */
export function percentileOf(latencies: Latencies, percentile: number): number | undefined {
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

/** Returns for each batch the sum of latencies, each taken as the middle of its bucket. */
export function latencySums({ batches }: LatencyCourse): readonly BatchSum[] {
  return batches.map(({ histogram, scale = MILLISECONDS }) => {
    let sum = 0
    for (let i = 0; i < histogram.buckets.length; i++) {
      sum += scale.middleOf(histogram.buckets[i] ?? 0) * (histogram.counts[i] ?? 0)
    }
    return { sum, of: countOf(histogram) }
  })
}
