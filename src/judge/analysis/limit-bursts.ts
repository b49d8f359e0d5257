import type { LimitNoteFacts } from '../../model/limit-note.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import { isFull, isOpen, type OpenOutcome, type TrialOutcome } from './limit-trial.ts'

/**
 * Maximum p50 of a trial with bursts, and p75 of a full-length trial at the lowest rate, as a share of the p99 limit.
 */
const FAST = 0.2
/** Ratio of the throughput without stalls to the whole throughput, above which a saturation has stalls. */
const STALLS = 1.08
/** Minimum mean number of late requests per burst; fewer are single slow requests. */
const TOGETHER = 2
/** Minimum number of bursts in a full-length trial. */
const REPEATED = 2

/** Slow requests in bursts at the lowest rate, so that no rate meets the service level. */
export type BurstsAtBase = Omit<Extract<LimitNoteFacts, { readonly code: 'slow-bursts' }>, 'code'>

/** Whether a trial had a burst of late requests and no queue outside it, or a saturation stalled. */
export function suspectedBursts(history: readonly TrialOutcome[], slo: LimitSlo): boolean {
  return history.some(
    (outcome) =>
      (isOpen(outcome) && isBursty(outcome, slo)) ||
      (outcome.flow !== null && outcome.flow.steadyRps > STALLS * outcome.flow.rps),
  )
}

/**
 * Returns the bursts of a full-length trial at the rate of the first step, if that trial did not pass because of them.
 */
export function baseBursts(history: readonly TrialOutcome[], slo: LimitSlo): BurstsAtBase | undefined {
  const first = history.find(isOpen)
  const base = history.filter(isFull).find(({ rate, verdict }) => rate === first?.rate && verdict !== 'pass')
  if (base === undefined || !isBursty(base, slo) || base.lateBursts.count < REPEATED) return undefined
  const { rate, lateBursts, tookMs, p50Ms, p75Ms, p99Ms } = base
  if (p50Ms === null || p75Ms === null || p99Ms === null || p75Ms > FAST * slo.p99Ms) return undefined
  const bursty = history.filter(isOpen).filter((outcome) => isBursty(outcome, slo))
  const seenAtRps = [...new Set(bursty.map((outcome) => outcome.rate))].toSorted((a, b) => a - b)
  const { count: bursts, late: lateRequests } = lateBursts
  return { rateRps: rate, durationMs: tookMs, bursts, lateRequests, p50Ms, p99Ms, seenAtRps }
}

function isBursty({ lateBursts: { late, count }, p50Ms, trial }: OpenOutcome, { p99Ms }: LimitSlo): boolean {
  if (p50Ms === null || trial.arrivals !== 'uniform') return false
  return count > 0 && late >= TOGETHER * count && p50Ms <= FAST * p99Ms
}
