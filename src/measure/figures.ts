import { DISTRIBUTIONS, type DistributionName, type Figures, type OverLimit } from '../model/figures.ts'
import type { Ms } from '../model/units.ts'
import { distributionOf } from './distribution.ts'
import type { LatencyLimit, TallyDelta } from './tally.ts'
import { sum } from '../model/sum.ts'

/**
 * Returns counts, ratios and distributions in the form of a LoadResult. Rates are per `durationMs`. For an interval,
 * `intervalMs` is its length, and the offered rate counts the requests that were due in that time instead of those that
 * ended, which differ within an interval. Intervals have no samples of responses, because a run may have hundreds of
 * them.
 */
export function figuresOf(
  counted: TallyDelta,
  limits: readonly LatencyLimit[],
  durationMs: Ms,
  intervalMs?: Ms,
): Figures {
  const { successes, answeredErrors } = counted
  const errors = sum(Object.values(counted.errors).map(({ count }) => count))
  const dropped = sum(Object.values(counted.dropped))
  const requestsSent = successes + errors
  const requestsScheduled = requestsSent + dropped
  const errorRate = requestsScheduled === 0 ? 0 : (errors + dropped) / requestsScheduled
  const perSecond = (count: number, ms = durationMs): number => (ms > 0 ? (count * 1_000) / ms : 0)
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
    offeredRps: intervalMs === undefined ? perSecond(requestsScheduled) : perSecond(counted.arrivals, intervalMs),
    throughputRps: perSecond(successes),
    bytesSent: counted.bytesSent,
    bytesReceived: counted.bytesReceived,
    statuses: Object.fromEntries(counted.statuses),
    errorsByClass: intervalMs !== undefined ? withoutSamples(counted.errors) : { ...counted.errors },
    overLimit: Object.fromEntries(
      limits.map(({ key, limitMs }, i) => [key, { limitMs, count: counted.overLimit[i] ?? 0 } satisfies OverLimit]),
    ),
    ...distributions,
  }
}

function withoutSamples(errors: TallyDelta['errors']): Figures['errorsByClass'] {
  return Object.fromEntries(Object.entries(errors).map(([name, { count, first }]) => [name, { count, first }]))
}
