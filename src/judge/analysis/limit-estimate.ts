import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { FULL_LENGTH_MS, isOpen, saturations, type TrialOutcome } from './limit-trial.ts'

/** Limit that the saturations indicate, and the rates to try for it. */
export interface LimitEstimate {
  readonly limitRps: Rps
  /** Rate below the limit by the precision of a trial. */
  readonly holdRps: Rps
  /** Rate above the limit by the precision of a trial. */
  readonly refuteRps: Rps
  /** The service time is nearly constant, so trials at one rate agree. */
  readonly isExact: boolean
}

/** Margins of the rate to hold below the limit and of the rate to refute above it, for a constant service time. */
const BELOW = 0.025
const ABOVE = 0.035
/** Maximum margin on each side, for an interval of ±9%. */
const WIDEST = 0.09
/** Standard deviations per margin. */
const DEVIATIONS = 2
/** −ln(1 − 0.99): the tail of the waiting time falls to 1% at this multiple of its mean. */
const TAIL = Math.log(100)

/**
 * Estimates the limit from the throughput Ĉ of a full pool. With random service times, the p99 crosses its limit below
 * Ĉ. In heavy traffic, the waiting time is exponential with mean I / (2Ĉ(1 − ρ)) for uniform arrivals (Kingman 1962),
 * where I is the index of dispersion of the completions. Its p99 equals the limit minus the service time at
 * 1 − ρ = I · ln 100 / (2 · Ĉ · (limit − service time)). I is also the squared coefficient of variation of the service
 * time. Both are estimated and the larger one counts, so the rate to hold is too low rather than too high.
 *
 * The margins cover the uncertainty of Ĉ, √(I / completions), and that of a full-length trial.
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
  const dispersion = Math.max(significant(seen), Math.min(MAX_ABOVE * seen, (calm?.serviceCv ?? 0) ** 2))
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

/** Maximum ratio of the two estimates of I: a pause of the machine widens the service times of a short step. */
const MAX_ABOVE = 2

/** Ignores dispersion below 0.2, which several servers cause when they complete requests in rounds. */
function significant(dispersion: number): number {
  return dispersion < 0.2 ? 0 : dispersion
}

/** Returns the first step if it passed: its service times are those without load. */
export function calmStep(history: readonly TrialOutcome[]): TrialOutcome | undefined {
  const first = history.find(isOpen)
  return first?.verdict === 'pass' ? first : undefined
}

/**
 * Returns the saturation with the higher throughput: the one with fewer requests in flight if a full pool slows the
 * target.
 */
function bestSaturation(history: readonly TrialOutcome[]): TrialOutcome | undefined {
  return saturations(history).toSorted((a, b) => b.achievedRps - a.achievedRps)[0]
}

/** Share of the best throughput below which a saturated target has collapsed. */
const COLLAPSED = 0.9
/** Standard errors by which the best throughput of a trial must exceed that of a saturation. */
const ERRORS = 3

/**
 * Returns the throughput that suggests a collapse: a trial completed clearly more than a full pool completes without
 * stalls, or passed at a higher rate. Undefined if there is no such trial.
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

/** Returns the highest throughput of the open trials, minus three standard errors. */
function surely(history: readonly TrialOutcome[], dispersion: number): Rps {
  const lowest = history.filter(isOpen).map(({ achievedRps, tookMs }) => {
    const completions = Math.max(1, (achievedRps * tookMs) / 1_000)
    return achievedRps * (1 - ERRORS * Math.sqrt(dispersion / completions))
  })
  return Math.max(0, ...lowest)
}

/**
 * Number of requests in flight that keeps a target of this throughput busy without overload: twice Little's law, plus
 * two.
 */
export function gentleConcurrency(rps: Rps, serviceMs: Ms): number {
  return Math.ceil((2 * rps * serviceMs) / 1_000) + 2
}

export interface ShownCollapse {
  readonly rps: Rps
  readonly concurrency: number
  readonly bestRps: Rps
  /** Requests in flight at the best throughput; null if an open trial held that rate. */
  readonly bestConcurrency: number | null
}

/**
 * Returns a proven collapse: a full pool completes less than 0.9 of the throughput with fewer requests in flight, or of
 * a rate that a full-length trial held.
 */
export function shownCollapse(history: readonly TrialOutcome[], heldRps: Rps | null): ShownCollapse | undefined {
  const [full, gentle] = saturations(history)
  if (full?.trial.purpose !== 'saturate' || full.flow === null || full.isToolLimited) return undefined
  const { steadyRps: rps } = full.flow
  const { concurrency } = full.trial
  if (gentle?.trial.purpose === 'saturate' && rps < COLLAPSED * gentle.achievedRps) {
    return { rps, concurrency, bestRps: gentle.achievedRps, bestConcurrency: gentle.trial.concurrency }
  }
  if (heldRps !== null && rps < COLLAPSED * heldRps)
    return { rps, concurrency, bestRps: heldRps, bestConcurrency: null }
  return undefined
}
