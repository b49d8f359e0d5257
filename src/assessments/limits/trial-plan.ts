import { type OpenTrial, provingMs, type Trial } from '../../judge/analysis/limit-trial.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import type { Ms } from '../../model/units.ts'
import { formatCount, formatRate } from '../../wording/figures.ts'
import { constant, sequence } from '../../traffic/patterns/index.ts'

/**
 * Timeout of a trial: long enough to distinguish late from lost requests, short enough that an overload ends soon after
 * its last arrival, because nothing waits longer for a connection or a response.
 */
export function patienceMs({ p99Ms }: LimitSlo): Ms {
  return Math.max(1_000, Math.min(10_000, 4 * p99Ms), 1.5 * p99Ms)
}

/**
 * Returns the plan of one trial of the search, without the keys that all trials share. `share` is its length relative
 * to the one that the search planned; a trial that must prove a p99 keeps the requests for that.
 */
export function trialPlan(trial: Trial, slo: LimitSlo, share = 1): WrittenPlan {
  // The service level is set only to count requests over its limits exactly; the search judges trials by its own rules.
  const sla = { p99Ms: slo.p99Ms, errorRate: slo.errorRate }
  const common = { requestTimeout: patienceMs(slo), sla, judge: false }
  switch (trial.purpose) {
    case 'saturate':
      // Counts every response, however late, because only the throughput matters.
      return {
        concurrency: trial.concurrency,
        duration: share * trial.durationMs,
        warmUp: share * trial.warmUpMs,
        requestTimeout: Math.max(10_000, patienceMs(slo)),
      }
    case 'recover':
      return {
        ...common,
        arrivals: 'uniform',
        pattern: sequence(
          constant({ rate: trial.overloadRps, duration: share * trial.overloadMs, name: 'overload' }),
          constant({ rate: trial.afterRps, duration: share * trial.afterMs, name: 'recovery' }),
        ),
      }
    default:
      return { ...common, rate: trial.rate, arrivals: trial.arrivals, duration: openDurationMs(trial, share) }
  }
}

function openDurationMs({ purpose, rate, durationMs }: OpenTrial, share: number): Ms {
  const leastMs = purpose === 'step' ? 0 : provingMs(rate)
  return Math.min(durationMs, Math.max(share * durationMs, Math.ceil(leastMs)))
}

/** Describes a trial for the progress line: `200 req/s`. */
export function describeTrial(trial: Trial): string {
  if (trial.purpose === 'saturate') return `${formatCount(trial.concurrency)} in flight`
  return formatRate(trial.purpose === 'recover' ? trial.overloadRps : trial.rate)
}

/** Returns the length of the traffic of a trial. */
export function plannedMs(trial: Trial): Ms {
  switch (trial.purpose) {
    case 'saturate':
      return trial.warmUpMs + trial.durationMs
    case 'recover':
      return trial.overloadMs + trial.afterMs
    default:
      return trial.durationMs
  }
}
