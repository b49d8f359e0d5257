import type { Distribution, JudgedFigures } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { FEWEST_STRETCHES } from './design-effect.ts'
import { histogramOf, percentileOf } from './latencies.ts'
import { neweyWestSlope } from './statistics/newey-west.ts'
import { studentQuantile } from './statistics/student.ts'

/** How the number of requests in flight changed from the start of the traffic to its end. */
export interface Growth {
  readonly requests: number
  /** `requests` beside the number that arrived. */
  readonly share: Ratio
  /** Beyond what chance and a healthy queue's wandering would do. */
  readonly shown: boolean
}

/** A growth with what it takes to tell it from chance. */
export interface MeasuredGrowth extends Growth {
  /** Requests that arrived. */
  readonly arrived: number
  /**
   * Standard error of `requests` for a queue at its capacity, whose length is a random walk: `√(6/5 · Σ Δ²)` over the
   * changes Δ from batch to batch. The factor is that of a least-squares slope through a random walk. A queue below its
   * capacity returns to its mean, so that for it the error is an upper bound.
   */
  readonly noise: number
  /** Largest difference between the numbers in flight, in requests. */
  readonly range: number
}

/** Doubt at which a slope counts as one. */
const DOUBT = 0.01
/** Growth below this share of the arrivals is no overload worth the name. */
const LEAST_SHARE = 0.01
const WALK_FACTOR = 6 / 5
/** A fast request, which no queue held up: what arrived within its service time is rightly in flight. */
const FAST_PERCENTILE = 10

/**
 * Whether more and more requests were in flight: a slope over at least 20 stretches with Newey–West errors, shown at
 * 99%, and growth of at least 1% of the arrivals. A slope alone alarms on healthy queues, whose length wanders.
 *
 * Only stretches that lie wholly within the traffic count: in the others the last requests are drained. Undefined with
 * fewer than 20 of them, or without traffic.
 */
export function growthOf(figures: JudgedFigures & { readonly startMs?: Ms }): MeasuredGrowth | undefined {
  const { batches, durationMs, startMs = 0, serviceTime } = figures
  // The stretches of an operation begin with its first request, which may be long after the start of the traffic.
  const from = Math.max(0, Math.ceil((startMs - batches.startMs) / batches.lengthMs))
  const to = Math.max(from, Math.floor((startMs - batches.startMs + durationMs) / batches.lengthMs))
  const stretches = fastServiceMs(serviceTime) / batches.lengthMs
  return growthIn(batches.arrivals.slice(from, to), batches.inFlight.slice(from, to), stretches)
}

/** Service time of a request that no queue held up; 0 where nothing was served. */
function fastServiceMs(serviceTime: Distribution): Ms {
  return percentileOf({ histogram: histogramOf(serviceTime), unanswered: 0 }, FAST_PERCENTILE) ?? 0
}

/**
 * Growth from what arrived in each stretch and what was in flight at its end. What arrived within the last
 * `serviceStretches` is rightly in flight; that is taken off first, so that neither a rising rate nor the first service
 * time of a run, in which nothing can be done yet, is mistaken for a growing queue.
 */
export function growthIn(
  arrivals: readonly number[],
  inFlight: readonly number[],
  serviceStretches: number,
): MeasuredGrowth | undefined {
  const backlog = inFlight.map((count, i) => count - arrivedWithin(arrivals, i, serviceStretches))
  const arrived = arrivals.reduce((sum, count) => sum + count, 0)
  if (backlog.length < FEWEST_STRETCHES || arrived === 0) return undefined
  const { perStep, error } = neweyWestSlope(backlog)
  const requests = perStep * (backlog.length - 1)
  const significant = perStep > studentQuantile(1 - DOUBT, backlog.length - 2) * error
  const squares = backlog.slice(1).reduce((sum, count, i) => sum + (count - (backlog[i] ?? 0)) ** 2, 0)
  return {
    requests,
    share: requests / arrived,
    shown: significant && requests >= LEAST_SHARE * arrived,
    arrived,
    noise: Math.sqrt(WALK_FACTOR * squares),
    range: Math.max(...backlog) - Math.min(...backlog),
  }
}

/** Requests that arrived in the `stretches` up to the end of stretch `last`; of the earliest of them, in proportion. */
function arrivedWithin(arrivals: readonly number[], last: number, stretches: number): number {
  const whole = Math.min(last + 1, Math.floor(stretches))
  const arrived = arrivals.slice(last + 1 - whole, last + 1).reduce((sum, count) => sum + count, 0)
  return arrived + (stretches - Math.floor(stretches)) * (arrivals[last - whole] ?? 0)
}
