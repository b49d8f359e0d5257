import type { Ms } from '../../model/units.ts'
import type { Leaning, VerdictReason } from '../../model/verdict.ts'
import { percentileOf, requestsIn, type LatencyCourse } from './latencies.ts'
import { normalQuantile } from './statistics/student.ts'
import { requestsFor } from '../../model/sla.ts'

export interface LeaningWithReason {
  readonly leaning: Leaning
  readonly reasons: readonly VerdictReason[]
}

/** From this variance inflation on, requests count as correlated. */
const CORRELATED = 3
/** Below this many effective requests beyond a percentile, a correlated run may have missed what the service does. */
const FEW_EFFECTIVE = 4
const MIN_MARGIN = 0.12
const MAX_MARGIN = 0.4
/** The margin is zero from this variance inflation on, for a percentile equal to the median … */
const MAX_INFLATION = 125
/** … and in short runs from 1/8 of the requests on: ten batches cannot show an inflation above 1/10 of them. */
const MAX_INFLATION_SHARE = 1 / 8
/** Natural logarithms of inflation over which the margin fades. */
const FADE = 0.6

/**
 * Returns the side of the limit on which an observed percentile lies. `inflation` is the variance inflation of the
 * run's requests, without allowance; undefined where it cannot be estimated.
 *
 * The leaning is `none` where the percentile does not lie among the requests (`n · (1 − p) < 1`). It is also `none`
 * where requests are correlated and the limit exceeds the observation by less than `marginOf`: a calm run may have
 * missed the service's slow times. The constants were chosen by simulation: they more than halve the wrong passes of
 * slow services and add at most two points to their wrong fails (docs/calibration/verdicts.md).
 */
export function percentileLeaning(
  course: LatencyCourse,
  percentile: number,
  limitMs: Ms,
  inflation: number | undefined,
): LeaningWithReason {
  const { whole } = course
  const requests = requestsIn(whole)
  const beyond = (requests * (100 - percentile)) / 100
  if (beyond < 1 - 1e-9) {
    const requiredRequests = requestsFor(percentile)
    return {
      leaning: 'none',
      reasons: [{ code: 'too-few-for-percentile', percentile, requests, requiredRequests }],
    }
  }
  const observedMs = percentileOf(whole, percentile)
  const effective = beyond / (inflation ?? 1)
  const slow = inflation !== undefined && inflation >= CORRELATED && effective < FEW_EFFECTIVE
  const reasons: VerdictReason[] =
    inflation !== undefined && slow
      ? [{ code: 'slow-variation', requests, effective: Math.floor(requests / inflation) }]
      : []
  if (observedMs === undefined || observedMs >= limitMs) return { leaning: 'fail', reasons }
  if (inflation === undefined || inflation < CORRELATED) return { leaning: 'pass', reasons }
  const requiredMs = observedMs * (1 + marginOf(course, percentile, observedMs, inflation))
  return { leaning: limitMs < requiredMs ? 'none' : 'pass', reasons }
}

/**
 * Returns how far a limit must exceed the observed percentile of a correlated run, as a share of that percentile.
 *
 * The whole margin (0.12 to 0.4) is the excess over the observation that a lognormal curve through the run's median
 * and a lower percentile predicts. It fades to zero as the variance inflation approaches `min(125, n / 8) · ∛(median /
 * percentile)`: a run that contains a slow time shows it, as a percentile far above the median and as requests that
 * are strongly correlated, so its percentile is rather too high than too low.
 */
function marginOf(course: LatencyCourse, percentile: number, observedMs: Ms, inflation: number): number {
  const medianMs = percentileOf(course.whole, 50) ?? observedMs
  const maxInflation =
    Math.min(MAX_INFLATION, MAX_INFLATION_SHARE * requestsIn(course.whole)) * Math.cbrt(medianMs / observedMs)
  const calm = Math.min(1, Math.max(0, Math.log(maxInflation / inflation) / FADE))
  const whole = Math.min(MAX_MARGIN, Math.max(MIN_MARGIN, extrapolate(course, percentile) / observedMs - 1))
  return (1 + whole) ** calm - 1
}

/**
 * Returns a percentile as predicted by a lognormal curve through the run's median and a lower percentile: `ln x` is
 * linear in the normal quantile. A calm run estimates its lower percentiles better than its tail.
 */
function extrapolate({ whole }: LatencyCourse, percentile: number): Ms {
  const lower = percentile > 95 ? 90 : 75
  const medianMs = percentileOf(whole, 50) ?? 0
  const lowerMs = percentileOf(whole, lower) ?? Number.POSITIVE_INFINITY
  if (percentile <= lower || medianMs === 0) return 0
  return medianMs * (lowerMs / medianMs) ** (normalQuantile(percentile / 100) / normalQuantile(lower / 100))
}
