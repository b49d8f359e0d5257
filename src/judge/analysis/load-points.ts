import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Rps } from '../../model/units.ts'
import type { TrialOutcome } from './limit-trial.ts'

export interface LoadPoints {
  /** Rate of the highest passing step. */
  readonly stableRps: Rps | null
  /** Rate of the first step whose p99 is more than twice that of the first step. */
  readonly degradationPointRps: Rps | null
  /** Rate of the first step over the SLO's error rate, or with less than 90% of its arrivals completed in time. */
  readonly failurePointRps: Rps | null
}

/** Derives coarse load points from the steps 50, 200, 500 …; null if no step shows a point. */
export function loadPointsOf(history: readonly TrialOutcome[], slo: LimitSlo): LoadPoints {
  const steps = history.filter(({ trial, verdict }) => trial.purpose === 'step' && verdict !== 'invalid')
  const baselineMs = steps[0]?.p99Ms ?? null
  const stable = steps.filter(({ verdict }) => verdict === 'pass').map(({ rate }) => rate)
  const degraded = steps.find(({ p99Ms }) => baselineMs !== null && p99Ms !== null && p99Ms > 2 * baselineMs)
  const failed = steps.find(({ errorRate, completedShare }) => errorRate > slo.errorRate || completedShare < 0.9)
  return {
    stableRps: stable.length === 0 ? null : Math.max(...stable),
    degradationPointRps: degraded?.rate ?? null,
    failurePointRps: failed?.rate ?? null,
  }
}
