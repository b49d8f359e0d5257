import type { VerdictValue } from '../../model/verdict.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import type { SaturatedFlow } from './completions.ts'
import type { LateBursts } from './late-bursts.ts'
import type { TrialErrors } from './trial-figures.ts'

/** From here on a trial that held confirms its rate. */
export const FULL_LENGTH_MS: Ms = 12_000

/** A constant rate in the open model. */
export interface OpenTrial {
  readonly purpose: 'step' | 'hold' | 'refute' | 'bisect' | 'recommend'
  readonly rate: Rps
  readonly arrivals: 'uniform' | 'poisson'
  readonly durationMs: Ms
}

/** So many requests always in flight: the completions per second are the capacity Ĉ. */
export interface SaturateTrial {
  readonly purpose: 'saturate'
  readonly concurrency: number
  readonly warmUpMs: Ms
  readonly durationMs: Ms
}

/** An overload, then a rate the target holds with ease, in one run without a pause. */
export interface RecoverTrial {
  readonly purpose: 'recover'
  readonly overloadRps: Rps
  readonly overloadMs: Ms
  readonly afterRps: Rps
  readonly afterMs: Ms
  /** Of both together. */
  readonly durationMs: Ms
}

export type Trial = OpenTrial | SaturateTrial | RecoverTrial

/** The search is over: `low` is the highest rate held, `high` the lowest that was not. */
export interface SearchEnd {
  readonly purpose: 'done'
  readonly low: Rps | null
  readonly high: Rps | null
  /** `low` was held in a trial of full length. */
  readonly confirmed: boolean
  readonly recommendedRps: Rps | null
  readonly ended: 'found' | 'ceiling' | 'generator' | 'failing' | 'budget' | 'bursts'
}

/** A trial and what came of it. */
export interface TrialOutcome {
  readonly trial: Trial
  /** Offered; of a saturation, what it achieved. */
  readonly rate: Rps
  /** How long it really took; less than planned when it was stopped early. */
  readonly tookMs: Ms
  readonly verdict: VerdictValue
  readonly achievedRps: Rps
  /** Share of the arrivals that were completed by the end of the traffic, or within the p99 limit after it. */
  readonly completedShare: Ratio
  readonly p50Ms: Ms | null
  readonly p75Ms: Ms | null
  readonly p99Ms: Ms | null
  /** Mean service time. */
  readonly serviceMs: Ms | null
  /** Coefficient of variation of the service time. */
  readonly serviceCv: number | null
  /** What a saturation shows; null of any other trial. */
  readonly flow: SaturatedFlow | null
  readonly lateBursts: LateBursts
  readonly errors: TrialErrors | null
  readonly errorRate: Ratio
  /** Growth of the number in flight as a share of the arrivals; null when too short to tell. */
  readonly inFlightGrowth: number | null
  /** What spoke against a pass, most telling first. */
  readonly reasons: readonly string[]
  /** The load was not made as planned, or the generator was out of CPU: nothing here is the target's limit. */
  readonly toolRanOut: boolean
}

export function isOpenTrial(trial: Trial): trial is OpenTrial {
  return trial.purpose !== 'saturate' && trial.purpose !== 'recover'
}

/** A trial of an open rate, with even spacing, that is long enough to confirm its rate, and not the tool's own failure. */
export function isFull(outcome: TrialOutcome): outcome is OpenOutcome {
  return (
    isOpen(outcome) &&
    !outcome.toolRanOut &&
    outcome.trial.arrivals === 'uniform' &&
    outcome.trial.durationMs >= FULL_LENGTH_MS
  )
}

export type OpenOutcome = TrialOutcome & { readonly trial: OpenTrial }

export function isOpen(outcome: TrialOutcome): outcome is OpenOutcome {
  return isOpenTrial(outcome.trial)
}

/** Saturations that measured a throughput, or filled the tool: all but those in which the generator was stopped. */
export function saturations(history: readonly TrialOutcome[]): readonly TrialOutcome[] {
  return history.filter(({ trial, verdict, toolRanOut }) => {
    return trial.purpose === 'saturate' && (verdict !== 'invalid' || toolRanOut)
  })
}

/** A rate in four digits: what is asked for can then be said in a report as it was. */
export function tidy(rate: Rps): Rps {
  return Number(rate.toPrecision(4))
}
