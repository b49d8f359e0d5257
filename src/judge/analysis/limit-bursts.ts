import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { isFull, isOpen, type OpenOutcome, type TrialOutcome } from './limit-trial.ts'

/** Share of the p99 limit that half of the requests of any trial stay below, and three quarters of a long one at rest. */
const FAST = 0.2
/** Throughput outside of stalls beside all of it, from which on a saturation has stalls. */
const STALLS = 1.08
/** Late requests in a burst, on average: fewer are single slow requests. */
const TOGETHER = 2
/** Bursts that a trial of full length must have. */
const REPEATED = 2

/** Slow requests come in bursts at the lowest rate, so that no rate holds the limit. */
export interface BurstsAtBase {
  readonly rateRps: Rps
  readonly durationMs: Ms
  readonly bursts: number
  readonly lateRequests: number
  readonly p50Ms: Ms
  readonly p99Ms: Ms
  /** Rates of every trial in which slow requests came in bursts. */
  readonly seenAtRps: readonly Rps[]
}

/** A trial had a burst of late requests, and no queue outside of it; or a saturation stalled. */
export function suspectedBursts(history: readonly TrialOutcome[], slo: LimitSlo): boolean {
  return history.some(
    (outcome) =>
      (isOpen(outcome) && isBursty(outcome, slo)) ||
      (outcome.flow !== null && outcome.flow.steadyRps > STALLS * outcome.flow.rps),
  )
}

/** Shown by a trial of full length at the rate of the first step that did not pass. */
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
