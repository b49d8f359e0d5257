import type { Distribution, JudgedFigures } from '../../model/figures.ts'
import { sum } from '../../model/sum.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { MIN_BATCHES } from './design-effect.ts'
import { histogramOf, percentileOf } from './latencies.ts'
import { neweyWestSlope } from './statistics/newey-west.ts'
import { studentQuantile } from './statistics/student.ts'

/** How the number of requests in flight changed from the start of the traffic to its end. */
export interface Growth {
  readonly requests: number
  /** `requests` divided by the number of arrivals. */
  readonly share: Ratio
  /** The growth exceeds what chance and the normal variation of a healthy queue explain. */
  readonly shown: boolean
}

/** A growth with the figures that distinguish it from chance. */
export interface MeasuredGrowth extends Growth {
  /** Requests that arrived. */
  readonly arrived: number
  /**
   * Standard error of `requests` for a queue at its capacity, whose length is a random walk: `√(6/5 · Σ Δ²)` over the
   * changes Δ from batch to batch. 6/5 is the factor of a least-squares slope through a random walk. A queue below its
   * capacity returns to its mean, so for such a queue the error is an upper bound.
   */
  readonly noise: number
  /** Maximum difference between two numbers in flight, in requests. */
  readonly range: number
}

/** Significance level of a slope. */
const DOUBT = 0.01
/** Minimum growth that counts as an overload, as a share of the arrivals. */
const LEAST_SHARE = 0.01
const WALK_FACTOR = 6 / 5
/**
 * Percentile of the service time without queueing. Requests that arrived within that time are in flight without an
 * overload.
 */
const FAST_PERCENTILE = 10

/**
 * Measures whether the number in flight grew: a slope over at least 20 batches with Newey–West errors, significant at
 * 99%, and growth of at least 1% of the arrivals. A slope alone gives false alarms on healthy queues, whose length
 * varies.
 *
 * Counts only batches that lie entirely within the traffic, because the others drain the last requests. Undefined with
 * fewer than 20 such batches, or without traffic.
 */
export function growthOf(
  figures: JudgedFigures & { readonly startMs?: Ms },
  requiredBatches: number = MIN_BATCHES,
): MeasuredGrowth | undefined {
  const { batches, durationMs, startMs = 0, serviceTime } = figures
  // The batches of an operation begin with its first request, which may be long after the start of the traffic.
  const from = Math.max(0, Math.ceil((startMs - batches.startMs) / batches.lengthMs))
  const to = Math.max(from, Math.floor((startMs - batches.startMs + durationMs) / batches.lengthMs))
  const serviceBatches = fastServiceMs(serviceTime) / batches.lengthMs
  return growthIn(batches.arrivals.slice(from, to), batches.inFlight.slice(from, to), serviceBatches, requiredBatches)
}

/** Service time without queueing; 0 if no request succeeded. */
function fastServiceMs(serviceTime: Distribution): Ms {
  return percentileOf({ histogram: histogramOf(serviceTime), unanswered: 0 }, FAST_PERCENTILE) ?? 0
}

/**
 * Computes growth from the arrivals in each batch and the number in flight at its end. Requests that arrived within the
 * last `serviceBatches` batches are in flight without an overload. They are subtracted first, so that neither a
 * rising rate nor the first service time of a run, in which no request can be done yet, looks like a growing queue.
 */
export function growthIn(
  arrivals: readonly number[],
  inFlight: readonly number[],
  serviceBatches: number,
  requiredBatches: number = MIN_BATCHES,
): MeasuredGrowth | undefined {
  const backlog = inFlight.map((count, i) => count - arrivedWithin(arrivals, i, serviceBatches))
  const arrived = sum(arrivals)
  if (backlog.length < requiredBatches || arrived === 0) return undefined
  const { perStep, error } = neweyWestSlope(backlog)
  const requests = perStep * (backlog.length - 1)
  const significant = perStep > studentQuantile(1 - DOUBT, backlog.length - 2) * error
  const squares = sum(backlog.slice(1).map((count, i) => (count - (backlog[i] ?? 0)) ** 2))
  return {
    requests,
    share: requests / arrived,
    shown: significant && requests >= LEAST_SHARE * arrived,
    arrived,
    noise: Math.sqrt(WALK_FACTOR * squares),
    range: Math.max(...backlog) - Math.min(...backlog),
  }
}

/**
 * Returns the requests that arrived in the `count` batches up to and including batch `last`; the earliest counts in
 * proportion.
 */
function arrivedWithin(arrivals: readonly number[], last: number, count: number): number {
  const whole = Math.min(last + 1, Math.floor(count))
  const arrived = sum(arrivals.slice(last + 1 - whole, last + 1))
  return arrived + (count - Math.floor(count)) * (arrivals[last - whole] ?? 0)
}
