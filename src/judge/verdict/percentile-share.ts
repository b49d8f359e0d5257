import type { JudgedFigures } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { varianceInflation, withAllowance } from './design-effect.ts'
import { abovePercentile, latencyAt, overLimit, requestsIn, type LatencyCourse } from './latencies.ts'
import type { ShareQuestion } from './share.ts'

/** Which time is judged: from the intended start, which is what a user waits, or from the actual send. */
export type LatencyOf = 'response' | 'service'

/** Requests whose fate nobody knows, and those whose time was not the target's doing. */
export interface KnownCounts {
  /** Successes over the limit where the run counted them exactly. */
  readonly exactlyOver?: number
  /** Unanswered requests that prove nothing against the target. */
  readonly unproven: number
}

/** What the counts of a result say beside its histograms. */
export function knownCounts(figures: JudgedFigures, limitMs: Ms, of: LatencyOf): KnownCounts {
  const counted = Object.values(figures.overLimit).find((over) => over.limitMs === limitMs)
  const { errorsByClass, droppedByReason, dropped } = figures
  const cancelled = errorsByClass.cancelled?.count ?? 0
  // A request that was never sent has no service time that could have been too long.
  const unsent = of === 'service' ? dropped : (droppedByReason.stopped ?? 0)
  const unproven = cancelled + unsent
  return of === 'response' && counted !== undefined ? { exactlyOver: counted.count, unproven } : { unproven }
}

/** The question about a share that a percentile is: at most 1% of requests may be over the limit of a p99. */
export function percentileShare(
  course: LatencyCourse,
  { percentile, limitMs, confidence }: { percentile: number; limitMs: Ms; confidence: Ratio },
  { exactlyOver, unproven }: KnownCounts,
): ShareQuestion {
  const { whole } = course
  const of = requestsIn(whole)
  const bracket = overLimit(whole, limitMs)
  const exactly = exactlyOver === undefined ? undefined : exactlyOver + whole.unanswered
  const over = exactly ?? bracket.most
  const effect = percentileDesignEffect(course, percentile)
  return {
    allowed: (100 - percentile) / 100,
    confidence,
    designEffect: effect === undefined || over > 0 ? effect : wellBelow(course, limitMs, effect),
    forPass: { over, of },
    forFail: { over: Math.max(0, (exactly ?? bracket.least) - unproven), of: of - unproven },
  }
}

/** Percentiles whose exceedances show correlation, beside the judged one. Far fewer requests lie beyond a p99. */
const WATCHED_PERCENTILES = [50, 75, 90, 95]

/**
 * How far requests are correlated in time, as a variance inflation without allowance: the largest of the indicators
 * "above the run's own percentile", for the judged percentile and several lower ones. A p99 has too few requests beyond it
 * for a reliable estimate of its own; queues are correlated at all percentiles alike, and a pause shows at its own.
 * Undefined in a run too short to see it.
 */
export function latencyInflation(course: LatencyCourse, percentile: number): number | undefined {
  const requests = requestsIn(course.whole)
  const inflations = [...WATCHED_PERCENTILES, percentile].map((watched) => {
    const above = abovePercentile(course, watched)
    const share = above.reduce((sum, stretch) => sum + stretch.sum, 0) / requests
    return varianceInflation(above, share * (1 - share))
  })
  return inflations.some((inflation) => inflation === undefined)
    ? undefined
    : Math.max(...inflations.map((inflation) => inflation ?? 1))
}

/** The design effect of a percentile; undefined in a run too short to see it. */
export function percentileDesignEffect(course: LatencyCourse, percentile: number): number | undefined {
  const inflation = latencyInflation(course, percentile)
  return inflation === undefined ? undefined : withAllowance(inflation)
}

/** Of 3, 5, 10, 20 and 30 the smallest with which short runs of the simulated servers pass no more often wrongly. */
const WELL_BELOW = 30

/**
 * Where all requests stayed below the limit by a factor k of at least 30, their clusters weigh k times less: a tail
 * that falls no slower than 1/x has at least k times as many requests over the slowest one seen as over the limit, and
 * those would have been seen. Without this, a pause of a few milliseconds that makes up the slowest 1% of a run leaves a
 * limit of a second open. The number of requests that a pass takes at least stays what it is.
 *
 * A short run of a busy queue may well see only a third or a tenth of its true p99, so that smaller factors say nothing.
 */
function wellBelow({ whole }: LatencyCourse, limitMs: Ms, effect: number): number {
  const slowestMs = latencyAt(whole, requestsIn(whole)) ?? limitMs
  const factor = limitMs / Math.max(slowestMs, 0.001)
  return factor < WELL_BELOW ? effect : Math.max(1, effect / factor)
}
