import type { Ms } from '../../model/units.ts'
import type { Leaning, VerdictReason } from '../../model/verdict.ts'
import { percentileOf, requestsIn, type LatencyCourse } from './latencies.ts'
import { normalQuantile } from './statistics/student.ts'

export interface LeaningWithReason {
  readonly leaning: Leaning
  readonly reasons: readonly VerdictReason[]
}

/** From this variance inflation on, requests count as correlated. */
const CORRELATED = 3
/** Effective requests beyond a percentile at which half of the margin below remains. */
const HALF_MARGIN = 4
const MIN_MARGIN = 0.15
const MAX_MARGIN = 0.4
/** Share of the extrapolated percentile that counts. */
const EXTRAPOLATED = 0.7

/**
 * Which side of the limit an observed percentile lies on. `inflation` is the variance inflation of the run's requests,
 * without allowance; undefined where it cannot be estimated.
 *
 * `none` where the percentile does not lie among the requests (`n · (1 − p) < 1`). Also where requests are correlated, so
 * that a calm run may have missed what the service does at other times, and the limit is close above the observation: the
 * limit must then exceed it by a margin of `m · 4 / (4 + e)`. Here `e = n · (1 − p) / inflation` is the effective number
 * of requests beyond the percentile, and m (0.15 to 0.4) the excess of 0.7 × the percentile that a lognormal curve through
 * the run's median and a lower percentile predicts. The constants were chosen by simulation: they halve the wrong passes
 * of slow processes and add at most two points to their wrong fails (docs/calibration/verdicts.md).
 */
export function percentileLeaning(
  course: LatencyCourse,
  percentile: number,
  limitMs: Ms,
  inflation: number | undefined,
  spanMs: Ms,
): LeaningWithReason {
  const { whole } = course
  const requests = requestsIn(whole)
  const beyond = (requests * (100 - percentile)) / 100
  if (beyond < 1 - 1e-9) {
    const requiredRequests = Math.ceil(100 / (100 - percentile) - 1e-9)
    const perSecond = spanMs > 0 ? (1_000 * requests) / spanMs : 0
    return {
      leaning: 'none',
      reasons: [{ code: 'too-few-for-percentile', percentile, requests, requiredRequests, perSecond }],
    }
  }
  const observedMs = percentileOf(whole, percentile)
  const effective = beyond / (inflation ?? 1)
  const slow = inflation !== undefined && inflation >= CORRELATED && effective < HALF_MARGIN
  const reasons: VerdictReason[] =
    inflation !== undefined && slow
      ? [{ code: 'slow-variation', requests, effective: Math.floor(requests / inflation) }]
      : []
  if (observedMs === undefined || observedMs >= limitMs) return { leaning: 'fail', reasons }
  if (inflation === undefined || inflation < CORRELATED) return { leaning: 'pass', reasons }
  const extrapolated = (EXTRAPOLATED * extrapolate(course, percentile)) / observedMs - 1
  const margin = Math.min(MAX_MARGIN, Math.max(MIN_MARGIN, extrapolated))
  const requiredMs = observedMs * (1 + (margin * HALF_MARGIN) / (HALF_MARGIN + effective))
  return { leaning: limitMs < requiredMs ? 'none' : 'pass', reasons }
}

/**
 * A percentile as a lognormal curve through the run's median and a lower percentile predicts it: `ln x` is linear in the
 * normal quantile. A calm run knows its lower percentiles better than its tail.
 */
function extrapolate({ whole }: LatencyCourse, percentile: number): Ms {
  const lower = percentile > 95 ? 90 : 75
  const medianMs = percentileOf(whole, 50) ?? 0
  const lowerMs = percentileOf(whole, lower) ?? Number.POSITIVE_INFINITY
  if (percentile <= lower || medianMs === 0) return 0
  return medianMs * (lowerMs / medianMs) ** (normalQuantile(percentile / 100) / normalQuantile(lower / 100))
}
