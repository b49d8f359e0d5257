import type { Trial } from '../judge/analysis/limit-trial.ts'
import type { LimitSlo } from '../model/limits-findings.ts'
import type { LoadPlan } from '../model/plan.ts'
import type { Ms } from '../model/units.ts'
import { constant, sequence } from '../traffic/patterns/index.ts'

/**
 * Long enough to tell late from lost, short enough that an overload is over soon after it ends: nothing waits longer
 * than this for a connection, nor after the last arrival.
 */
export function patienceMs({ p99Ms }: LimitSlo): Ms {
  return Math.min(10_000, Math.max(1_000, 4 * p99Ms))
}

/** The plan of one trial of the search, without what all of them share. */
export function trialPlan(trial: Trial, slo: LimitSlo): LoadPlan {
  // The service level is there to be counted exactly; a trial is judged by its own, plainer rules.
  const sla = { p99Ms: slo.p99Ms, errorRate: slo.errorRate }
  const common = { requestTimeout: patienceMs(slo), sla, judge: false }
  switch (trial.purpose) {
    case 'saturate':
      // Every answer counts here, however late: what matters is how many come per second.
      return { concurrency: trial.concurrency, duration: trial.durationMs, warmUp: trial.warmUpMs }
    case 'recover':
      return {
        ...common,
        arrivals: 'uniform',
        pattern: sequence(
          constant({ rate: trial.overloadRps, duration: trial.overloadMs, name: 'overload' }),
          constant({ rate: trial.afterRps, duration: trial.afterMs, name: 'recovery' }),
        ),
      }
    default:
      return { ...common, rate: trial.rate, arrivals: trial.arrivals, duration: trial.durationMs }
  }
}
