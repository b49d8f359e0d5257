import {
  type MeasuredTrial,
  isOpen,
  isOpenTrial,
  saturations,
  type SearchEnd,
  type TrialOutcome,
} from './limit-trial.ts'
import type { Bottleneck } from '../../model/bottleneck.ts'
import type { LimitSlo, LimitsFindings, LimitTrial, Recovery } from '../../model/limits-findings.ts'
import { bottleneck, bottleneckOf, type OverloadEvidence } from './bottleneck.ts'
import { degradationOf } from './degradation.ts'
import { limitNotes } from './limit-notes.ts'
import { kneeOf } from './knee.ts'
import { recoveryFinding } from './recovery.ts'
import type { Rps } from '../../model/units.ts'

interface LimitsEvidence {
  readonly slo: LimitSlo
  readonly measured: readonly MeasuredTrial[]
  readonly end: SearchEnd
  readonly machine: OverloadEvidence['machine']
}

/** Returns the findings of a finished search. */
export function limitsFindings({ slo, measured, end, machine }: LimitsEvidence): LimitsFindings {
  const history = measured.map(({ outcome }) => outcome)
  const isCut = end.ended === 'budget' || end.ended === 'interrupted'
  const isFound = end.ended === 'found' || (isCut && end.high !== null)
  return {
    slo,
    maxSustainableRps: isFound && end.confirmed ? end.low : null,
    interval: [end.low, end.high],
    confirmed: end.confirmed,
    recommendedRps: end.recommendedRps,
    ...loadPointsOf(history, slo),
    kneeRps: kneeOf(latencyCurve(history), 'convex'),
    degradation: degradationOf(history),
    bottleneck: bottleneckFrom(measured, end, machine),
    recovery: recoveryFrom(measured, end),
    trials: history.flatMap(limitTrial),
    saturation: saturationOf(history),
    ended: end.ended,
    notes: limitNotes(measured, end, slo),
  }
}

function limitTrial({ trial, ...outcome }: TrialOutcome): LimitTrial[] {
  if (!isOpenTrial(trial)) return []
  const { rate, verdict, achievedRps, p50Ms, p99Ms, errorRate, inFlightGrowth, reasons, tookMs } = outcome
  const { purpose, arrivals } = trial
  return [
    {
      purpose,
      rate,
      arrivals,
      durationMs: tookMs,
      verdict,
      achievedRps,
      p50Ms,
      p99Ms,
      errorRate,
      inFlightGrowth,
      reasons,
    },
  ]
}

function latencyCurve(history: readonly TrialOutcome[]): { x: number; y: number }[] {
  return history
    .filter(isOpen)
    .filter(({ trial, verdict }) => trial.arrivals === 'uniform' && verdict !== 'invalid')
    .flatMap(({ rate, p99Ms }) => (p99Ms === null ? [] : [{ x: rate, y: p99Ms }]))
}

function saturationOf(history: readonly TrialOutcome[]): LimitsFindings['saturation'] {
  const [saturated] = saturations(history)
  if (saturated?.trial.purpose !== 'saturate') return null
  const { trial, achievedRps, p50Ms, p99Ms } = saturated
  return { concurrency: trial.concurrency, completionsRps: achievedRps, p50Ms, p99Ms }
}

function bottleneckFrom(
  measured: readonly MeasuredTrial[],
  { ended, low }: SearchEnd,
  machine: OverloadEvidence['machine'],
): Bottleneck {
  const [first] = measured
  if (ended === 'bursts') {
    return bottleneck(null, [{ code: 'pauses-at-every-rate' }])
  }
  if (ended === 'failing' && first?.outcome.errors?.isAnswered === true) {
    return bottleneck(null, [{ code: 'errors-at-every-rate' }])
  }
  const toolLimited =
    ended === 'generator' ? measured.flatMap(({ outcome }) => (outcome.isToolLimited ? outcome : [])) : []
  const calm = measured[0]
  const [saturated] = saturations(measured.map(({ outcome }) => outcome))
  const overloaded =
    (toolLimited.length === 0 ? measured.find(({ outcome }) => outcome === saturated) : undefined) ??
    measured.findLast(
      ({ outcome }) =>
        isOpen(outcome) && outcome.verdict !== 'pass' && (ended === 'generator' || !outcome.isToolLimited),
    )
  if (calm === undefined || overloaded === undefined) {
    const passed = measured.filter(({ outcome }) => isOpen(outcome) && outcome.verdict === 'pass')
    const highest = Math.max(low ?? 0, ...passed.map(({ outcome }) => outcome.rate))
    return bottleneck(null, highest === 0 ? [] : [{ code: 'nothing-exhausted', rateRps: highest }])
  }
  return bottleneckOf({ calm: calm.result, overloaded: overloaded.result, toolLimited, machine })
}

function recoveryFrom(measured: readonly MeasuredTrial[], { low }: SearchEnd): Recovery {
  const recovering = measured.find(({ outcome }) => outcome.trial.purpose === 'recover')
  const held = measured.findLast(({ outcome }) => isOpen(outcome) && outcome.rate === low && outcome.verdict === 'pass')
  const phase = recovering?.result.phases['recovery']
  if (recovering === undefined || phase === undefined || held === undefined) return { recovered: null, recoverMs: null }
  return recoveryFinding(recovering.result, { recovery: phase, baseline: held.result })
}

interface LoadPoints {
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
