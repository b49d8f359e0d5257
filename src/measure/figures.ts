import { DISTRIBUTIONS, type DistributionName, type Figures, type OverLimit } from '../model/result.ts'
import type { Ms } from '../model/units.ts'
import { distributionOf } from './distribution.ts'
import type { LatencyLimit, TallyDelta } from './tally.ts'
import { sum } from '../model/sum.ts'

/**
 * Returns counts, ratios and distributions in the form of a LoadResult. Rates are per `durationMs`. With
 * `arrivalsOnly`, the offered rate counts the requests that were due instead of those that ended; the two differ within
 * an interval.
 */
export function figuresOf(
  counted: TallyDelta,
  limits: readonly LatencyLimit[],
  durationMs: Ms,
  arrivalsOnly = false,
): Figures {
  const { successes, answeredErrors } = counted
  const errors = sum(Object.values(counted.errors).map(({ count }) => count))
  const dropped = sum(Object.values(counted.dropped))
  const requestsSent = successes + errors
  const requestsScheduled = requestsSent + dropped
  const errorRate = requestsScheduled === 0 ? 0 : (errors + dropped) / requestsScheduled
  const perSecond = (count: number): number => (durationMs > 0 ? (count * 1_000) / durationMs : 0)
  const distributions = Object.fromEntries(
    DISTRIBUTIONS.map((name) => [name, distributionOf(counted.distributions[name])]),
  ) as Pick<Figures, DistributionName>
  return {
    requestsScheduled,
    requestsSent,
    responsesReceived: successes + answeredErrors,
    successes,
    errors,
    timeouts: counted.errors.timeout?.count ?? 0,
    dropped,
    droppedByReason: { ...counted.dropped },
    unanswered: errors - answeredErrors + dropped,
    successRate: 1 - errorRate,
    errorRate,
    offeredRps: perSecond(arrivalsOnly ? counted.arrivals : requestsScheduled),
    throughputRps: perSecond(successes),
    bytesSent: counted.bytesSent,
    bytesReceived: counted.bytesReceived,
    statuses: Object.fromEntries(counted.statuses),
    errorsByClass: { ...counted.errors },
    overLimit: Object.fromEntries(
      limits.map(({ key, limitMs }, i) => [key, { limitMs, count: counted.overLimit[i] ?? 0 } satisfies OverLimit]),
    ),
    ...distributions,
  }
}
