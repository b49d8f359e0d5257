/** Throughput of a trial, computed from the successes in each of its batches. */
import type { Ms, Rps } from '../../model/units.ts'
import { sum } from '../../model/sum.ts'

export interface Completions {
  /** Successes in each batch. The first batch starts with the traffic; the last ones may be after its end. */
  readonly counts: readonly number[]
  readonly lengthMs: Ms
}

/**
 * Returns the completions per second of open-model traffic that lasts `trafficMs`. The window has the length of the
 * traffic and starts one service time later. A target that keeps up completes every arrival within this window, and a
 * target of capacity C completes at most C requests per second in it. `serviceMs` is the service time without load.
 */
export function completedRps(completions: Completions, trafficMs: Ms, serviceMs: Ms): Rps {
  if (trafficMs <= 0) return 0
  return (1_000 * completedBetween(completions, serviceMs, serviceMs + trafficMs)) / trafficMs
}

/** Returns the completions in a period; a batch that is partly in the period counts in proportion. */
export function completedBetween({ counts, lengthMs }: Completions, fromMs: Ms, toMs: Ms): number {
  return counts.reduce((total, count, i) => {
    const insideMs = Math.min(toMs, (i + 1) * lengthMs) - Math.max(fromMs, i * lengthMs)
    return total + count * Math.min(1, Math.max(0, insideMs / lengthMs))
  }, 0)
}

/** Throughput of a saturation. */
export interface SaturatedFlow {
  readonly rps: Rps
  /** Throughput without the batches in which the target stalled, because a pause does not make the target slower. */
  readonly steadyRps: Rps
  /**
   * Index of dispersion of the completions: variance of their number over its mean, in the long run. 0 for a
   * deterministic service time, the squared coefficient of variation of the service time for a random one.
   */
  readonly dispersion: number
  readonly completions: number
}

/** Share of the median batch's completions below which a batch is a stall. */
const STALLED = 0.25
/** Completions of the median batch below which an empty batch is not a stall. */
const LEAST_MEDIAN = 8

/** Counts from the batch after the first completion, because the target is empty at the start of a saturation. */
export function saturatedFlow({ counts, lengthMs }: Completions): SaturatedFlow {
  const from = counts.findIndex((count) => count > 0)
  const flow = from < 0 ? [] : counts.slice(from + 1)
  const completions = sum(flow)
  if (completions === 0) return { rps: 0, steadyRps: 0, dispersion: 0, completions: 0 }
  const median = flow.toSorted((a, b) => a - b)[Math.floor(flow.length / 2)] ?? 0
  const steady = median < LEAST_MEDIAN ? flow : flow.filter((count) => count >= STALLED * median)
  const perSecond = (batches: readonly number[]): Rps => (1_000 * sum(batches)) / (batches.length * lengthMs)
  return { rps: perSecond(flow), steadyRps: perSecond(steady), dispersion: dispersionOf(steady), completions }
}

/** Number of neighbouring batches that a burst of completions spans: several servers complete requests in rounds. */
const LAGS = 3

/** Long-run variance (Bartlett weights) divided by the mean. */
function dispersionOf(counts: readonly number[]): number {
  const mean = sum(counts) / counts.length
  const off = counts.map((count) => count - mean)
  const covariance = (lag: number): number =>
    off.reduce((total, value, i) => total + value * (off[i - lag] ?? 0), 0) / counts.length
  let variance = covariance(0)
  for (let lag = 1; lag <= LAGS; lag++) variance += 2 * (1 - lag / (LAGS + 1)) * covariance(lag)
  return mean === 0 ? 0 : Math.max(0, variance) / mean
}
