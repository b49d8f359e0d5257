import type { JudgedFigures } from '../../model/figures.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { varianceInflation, withAllowance } from './design-effect.ts'
import { abovePercentile, latencyAt, overLimit, requestsIn, type LatencyCourse } from './latencies.ts'
import type { ShareQuestion } from './share.ts'

/** Time to judge: from the intended start, which is how long a user waits, or from the actual send. */
export type LatencyOf = 'response' | 'service'

/** Same, or a time of a stream: from the send to the first message, or from one message to the next. */
export type JudgedTime = LatencyOf | 'first-message' | 'message-gap'

/** Counts that the histograms of a result do not contain. */
export interface KnownCounts {
  /** Successes over the limit, if the run counted them exactly. */
  readonly exactlyOver?: number
  /** Requests without a response for which the target is not responsible. */
  readonly unproven: number
}

/** Returns the counts that complete the histograms of a result. */
export function knownCounts(figures: JudgedFigures, limitMs: Ms, of: JudgedTime): KnownCounts {
  // A request without a response has no gap that could have been too long.
  if (of === 'message-gap') return { unproven: 0 }
  const counted = Object.values(figures.overLimit).find((over) => over.limitMs === limitMs)
  const { errorsByClass, droppedByReason, dropped } = figures
  const cancelled = errorsByClass.cancelled?.count ?? 0
  // The times of a request that was never sent could not have been too long, except for its response time.
  const unsent = of === 'response' ? (droppedByReason.stopped ?? 0) : dropped
  const unproven = cancelled + unsent
  return of === 'response' && counted !== undefined ? { exactlyOver: counted.count, unproven } : { unproven }
}

/** Expresses a percentile limit as a question about a share: a p99 allows at most 1% of the requests over the limit. */
export function percentileShare(
  course: LatencyCourse,
  { percentile, limitMs, confidence }: { percentile: number; limitMs: Ms; confidence: Ratio },
  { exactlyOver, unproven }: KnownCounts,
): ShareQuestion {
  const { whole } = course
  const of = requestsIn(whole)
  const bracket = overLimit(whole, limitMs)
  const exactly = exactlyOver === undefined ? undefined : exactlyOver + whole.unanswered
  const over = exactly ?? bracket.max
  const effect = percentileDesignEffect(course, percentile)
  return {
    allowed: (100 - percentile) / 100,
    confidence,
    designEffect: effect === undefined || over > 0 ? effect : wellBelow(course, limitMs, effect),
    forPass: { over, of },
    forFail: { over: Math.max(0, (exactly ?? bracket.min) - unproven), of: of - unproven },
  }
}

/**
 * Percentiles that show correlation, in addition to the judged one. Far fewer requests lie above a p99 than above
 * these.
 */
const WATCHED_PERCENTILES = [50, 75, 90, 95]

/**
 * Returns the correlation of requests in time, as a variance inflation without allowance: the maximum over the
 * indicators "above the run's own percentile", for the judged percentile and several lower ones. Too few requests lie
 * above a p99 for a reliable estimate from it alone. Queues are correlated at all percentiles alike, and a pause shows
 * at its own percentile. Undefined if the run is too short for an estimate.
 */
export function latencyInflation(course: LatencyCourse, percentile: number): number | undefined {
  const requests = requestsIn(course.whole)
  const inflations = [...WATCHED_PERCENTILES, percentile].map((watched) => {
    const above = abovePercentile(course, watched)
    const share = above.reduce((sum, batch) => sum + batch.sum, 0) / requests
    return varianceInflation(above, share * (1 - share))
  })
  return inflations.some((inflation) => inflation === undefined)
    ? undefined
    : Math.max(...inflations.map((inflation) => inflation ?? 1))
}

/** Design effect of a percentile; undefined if the run is too short for an estimate. */
export function percentileDesignEffect(course: LatencyCourse, percentile: number): number | undefined {
  const inflation = latencyInflation(course, percentile)
  return inflation === undefined ? undefined : withAllowance(inflation)
}

/**
 * The smallest of 3, 5, 10, 20 and 30 that does not increase the wrong passes in short runs of the simulated servers.
 */
const WELL_BELOW = 30

/**
 * Divides the design effect by k if all requests stayed below the limit by a factor k of at least 30. A tail that falls
 * at least as fast as 1/x has at least k times as many requests over the slowest observed one as over the limit, and
 * the run would have contained some of those. Without this rule, a pause of a few milliseconds that makes up the
 * slowest 1% of a run makes a limit of one second inconclusive. The minimum number of requests for a pass does not
 * change.
 *
 * A short run of a busy queue may observe only a third or a tenth of its true p99, so smaller factors prove nothing.
 */
function wellBelow({ whole }: LatencyCourse, limitMs: Ms, effect: number): number {
  const slowestMs = latencyAt(whole, requestsIn(whole)) ?? limitMs
  const factor = limitMs / Math.max(slowestMs, 0.001)
  return factor < WELL_BELOW ? effect : Math.max(1, effect / factor)
}
