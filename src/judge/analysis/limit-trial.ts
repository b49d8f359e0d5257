import type { LoadResult } from '../../model/result.ts'
import type { LimitsFindings } from '../../model/limits-findings.ts'
import type { TrialReason } from '../../model/trial-reason.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import type { TrialFigures } from './trial-figures.ts'

/** Minimum length of a trial that confirms its rate. */
export const FULL_LENGTH_MS: Ms = 12_000

/** Share of requests that a target answers with errors from which it refuses load: a rate limit, or a circuit breaker. */
export const REFUSED: Ratio = 0.5

/** Number of requests that prove a p99 at 95% confidence if none of them is late. */
export const SHOWN_BY = 299

/** Returns the length of a trial that can prove a p99 at this rate. */
export function provingMs(rate: Rps): Ms {
  return (1_000 * SHOWN_BY * 1.02) / rate
}

/** Trial at a constant rate in the open model. */
export interface OpenTrial {
  readonly purpose: 'step' | 'hold' | 'refute' | 'bisect' | 'recommend'
  readonly rate: Rps
  readonly arrivals: 'uniform' | 'poisson'
  readonly durationMs: Ms
}

/** Trial with a constant number of requests in flight; its completions per second are the capacity Ĉ. */
export interface SaturateTrial {
  readonly purpose: 'saturate'
  readonly concurrency: number
  readonly warmUpMs: Ms
  readonly durationMs: Ms
}

/** Trial with an overload, then a rate that the target holds easily, in one run without a pause. */
export interface RecoverTrial {
  readonly purpose: 'recover'
  readonly overloadRps: Rps
  readonly overloadMs: Ms
  readonly afterRps: Rps
  readonly afterMs: Ms
  /** Total duration of both parts. */
  readonly durationMs: Ms
}

export type Trial = OpenTrial | SaturateTrial | RecoverTrial

/** End of the search: `low` is the highest rate held, `high` the lowest rate not held. */
export interface SearchEnd {
  readonly purpose: 'done'
  readonly low: Rps | null
  readonly high: Rps | null
  /** Whether a full-length trial held `low`. */
  readonly confirmed: boolean
  readonly recommendedRps: Rps | null
  readonly ended: LimitsFindings['ended']
}

/** A trial and its outcome. */
export interface TrialOutcome extends Pick<
  TrialFigures,
  | 'tookMs'
  | 'achievedRps'
  | 'completedShare'
  | 'p50Ms'
  | 'p75Ms'
  | 'p99Ms'
  | 'serviceMs'
  | 'serviceCv'
  | 'flow'
  | 'lateBursts'
  | 'errors'
> {
  readonly trial: Trial
  /** Offered rate; for a saturation, the achieved rate. */
  readonly rate: Rps
  readonly verdict: VerdictValue
  readonly errorRate: Ratio
  /** Growth of the number in flight, as a share of the arrivals; null if the trial was too short. */
  readonly inFlightGrowth: number | null
  /** Reasons against a pass, the most important first. */
  readonly reasons: readonly TrialReason[]
  /**
   * The load was not delivered as planned, or the generator had no free CPU, so the trial does not show the target's
   * limit.
   */
  readonly isToolLimited: boolean
}

export function isOpenTrial(trial: Trial): trial is OpenTrial {
  return trial.purpose !== 'saturate' && trial.purpose !== 'recover'
}

/**
 * Whether a trial has an open rate and uniform arrivals, can confirm its rate by its length, and delivered the load.
 */
export function isFull(outcome: TrialOutcome): outcome is OpenOutcome {
  return (
    isOpen(outcome) &&
    !outcome.isToolLimited &&
    outcome.trial.arrivals === 'uniform' &&
    outcome.trial.durationMs >= FULL_LENGTH_MS
  )
}

export type OpenOutcome = TrialOutcome & { readonly trial: OpenTrial }

export function isOpen(outcome: TrialOutcome): outcome is OpenOutcome {
  return isOpenTrial(outcome.trial)
}

/**
 * Returns the saturations that measured a throughput or exhausted the generator, without those in which it was stopped.
 */
export function saturations(history: readonly TrialOutcome[]): readonly TrialOutcome[] {
  return history.filter(({ trial, verdict, isToolLimited }) => {
    return trial.purpose === 'saturate' && (verdict !== 'invalid' || isToolLimited)
  })
}

/** Rounds a rate to four significant digits, so that reports show it exactly. */
export function tidy(rate: Rps): Rps {
  return Number(rate.toPrecision(4))
}

/** A trial with its result. */
export interface MeasuredTrial {
  readonly outcome: TrialOutcome
  readonly result: LoadResult
}
