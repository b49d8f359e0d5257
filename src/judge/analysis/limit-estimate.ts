import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { FULL_LENGTH_MS, isOpen, saturations, type TrialOutcome } from './limit-trial.ts'

/** Where the saturations put the limit, and which rates are worth a trial for it. */
export interface LimitEstimate {
  readonly limitRps: Rps
  /** Just below the limit, by as much as a trial can tell. */
  readonly holdRps: Rps
  /** Just above it. */
  readonly refuteRps: Rps
  /** The service time is constant, or nearly so: trials at one rate agree. */
  readonly isExact: boolean
}

/** Share by which a rate to hold lies below the limit, and a rate to refute above it, with a constant service time. */
const BELOW = 0.025
const ABOVE = 0.035
/** Widest margin on each side: the interval is then ±9% wide. */
const WIDEST = 0.09
/** Standard deviations that make a margin. */
const DEVIATIONS = 2
/** −ln(1 − 0.99): the tail of the waiting time falls to 1% over so many of its means. */
const TAIL = Math.log(100)

/**
 * The limit from the throughput Ĉ of a full pool. With random service times the p99 crosses its limit below Ĉ. In heavy
 * traffic the waiting time is exponential with mean I / (2Ĉ(1 − ρ)) for even arrivals (Kingman 1962), I being the index
 * of dispersion of the completions. Its p99 is the limit less the service time where
 * 1 − ρ = I · ln 100 / (2 · Ĉ · (limit − service time)). I is also the squared coefficient of variation of the service
 * time; both are estimated, and the larger one counts, so that the rate to hold is rather too low.
 *
 * The margins cover what Ĉ itself is uncertain by, √(I / completions), and what a trial of full length is.
 */
export function estimateLimit(history: readonly TrialOutcome[], slo: LimitSlo): LimitEstimate | null {
  const saturation = bestSaturation(history)
  if (saturation === undefined || saturation.achievedRps < 1) return null
  if (
    saturation.achievedRps <
    COLLAPSED *
      surely(
        history.filter(({ verdict }) => verdict === 'pass'),
        0,
      )
  )
    return null
  const { achievedRps: capacity, flow } = saturation
  const calm = calmStep(history)
  const { completions } = flow ?? { completions: 1 }
  const seen = flow?.dispersion ?? 0
  const dispersion = Math.max(significant(seen), Math.min(MOST_ABOVE * seen, (calm?.serviceCv ?? 0) ** 2))
  const serviceMs = calm?.serviceMs ?? 0
  const spareMs = Math.max(slo.p99Ms / 4, slo.p99Ms - serviceMs)
  const belowCapacity = Math.min(0.5, (1_000 * dispersion * TAIL) / (2 * capacity * spareMs))
  const limitRps = capacity * (1 - belowCapacity)
  const inTrial = (capacity * FULL_LENGTH_MS) / 1_000
  const margin = DEVIATIONS * Math.sqrt(dispersion / Math.max(1, completions) + dispersion / inTrial)
  const isExact = margin <= ABOVE
  return {
    limitRps,
    holdRps: limitRps * (1 - Math.min(WIDEST, isExact ? BELOW : margin)),
    refuteRps: limitRps * (1 + Math.min(WIDEST, isExact ? ABOVE : margin)),
    isExact,
  }
}

/** A pause of the machine widens the service times of a short step, so these count up to so many times what was seen. */
const MOST_ABOVE = 2

/** Completions of several servers come in rounds, which makes as much dispersion as this. */
function significant(dispersion: number): number {
  return dispersion < 0.2 ? 0 : dispersion
}

/** The first step, where it passed: its service times are those without load. */
export function calmStep(history: readonly TrialOutcome[]): TrialOutcome | undefined {
  const first = history.find(isOpen)
  return first?.verdict === 'pass' ? first : undefined
}

/** Of two saturations that of the higher throughput: with fewer requests in flight, where a full pool slows the target. */
function bestSaturation(history: readonly TrialOutcome[]): TrialOutcome | undefined {
  return saturations(history).toSorted((a, b) => b.achievedRps - a.achievedRps)[0]
}

/** Below this share of the best throughput, a saturated target has collapsed. */
const COLLAPSED = 0.9
/** Standard errors by which the best throughput of a trial must lie above what a saturation shows. */
const ERRORS = 3

/**
 * Throughput that makes a collapse likely: a trial completed clearly more than a full pool completes outside of stalls, or
 * passed at a rate above that. Undefined when there is no such trial.
 */
export function suspectedCollapse(history: readonly TrialOutcome[]): Rps | undefined {
  const [saturation] = saturations(history)
  if (saturation?.flow === undefined || saturation.flow === null) return undefined
  const { steadyRps, dispersion } = saturation.flow
  const best = surely(history, dispersion)
  const passed = surely(
    history.filter(({ verdict }) => verdict === 'pass'),
    dispersion,
  )
  return steadyRps < Math.max(COLLAPSED * best, passed) ? best : undefined
}

/** The highest throughput of an open trial, less three standard errors. */
function surely(history: readonly TrialOutcome[], dispersion: number): Rps {
  const lowest = history.filter(isOpen).map(({ achievedRps, tookMs }) => {
    const completions = Math.max(1, (achievedRps * tookMs) / 1_000)
    return achievedRps * (1 - ERRORS * Math.sqrt(dispersion / completions))
  })
  return Math.max(0, ...lowest)
}

/** Requests in flight that keep a target of this throughput busy and no more: twice Little's law, and two. */
export function gentleConcurrency(rps: Rps, serviceMs: Ms): number {
  return Math.ceil((2 * rps * serviceMs) / 1_000) + 2
}

export interface ShownCollapse {
  readonly rps: Rps
  readonly concurrency: number
  readonly bestRps: Rps
  /** Requests in flight with which the best throughput was reached; null: at an open rate that was held. */
  readonly bestConcurrency: number | null
}

/**
 * A collapse that is shown: a full pool completes less than 0.9 of what fewer requests in flight complete, or of a rate
 * that a trial of full length held.
 */
export function shownCollapse(history: readonly TrialOutcome[], heldRps: Rps | null): ShownCollapse | undefined {
  const [full, gentle] = saturations(history)
  if (full?.trial.purpose !== 'saturate' || full.flow === null || full.toolRanOut) return undefined
  const { steadyRps: rps } = full.flow
  const { concurrency } = full.trial
  if (gentle?.trial.purpose === 'saturate' && rps < COLLAPSED * gentle.achievedRps) {
    return { rps, concurrency, bestRps: gentle.achievedRps, bestConcurrency: gentle.trial.concurrency }
  }
  if (heldRps !== null && rps < COLLAPSED * heldRps)
    return { rps, concurrency, bestRps: heldRps, bestConcurrency: null }
  return undefined
}
