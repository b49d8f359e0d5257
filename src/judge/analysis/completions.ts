/** Throughput of a trial, from the successes in each of its batches. */
import type { Ms, Rps } from '../../model/units.ts'

export interface Completions {
  /** Successes in each batch; the first batch begins with the traffic, the last ones may lie beyond its end. */
  readonly counts: readonly number[]
  readonly lengthMs: Ms
}

/**
 * Completions per second of open-model traffic that lasts `trafficMs`. The window has the length of the traffic and
 * begins one service time after it: a target that keeps up completes every arrival within this window, and a target of
 * capacity C completes at most C requests per second in this window as in any other. `serviceMs` is the service time
 * without load.
 */
export function completedRps(completions: Completions, trafficMs: Ms, serviceMs: Ms): Rps {
  if (trafficMs <= 0) return 0
  return (1_000 * completedBetween(completions, serviceMs, serviceMs + trafficMs)) / trafficMs
}

/** Completions in a stretch of time; a batch that lies partly in it counts in proportion. */
export function completedBetween({ counts, lengthMs }: Completions, fromMs: Ms, toMs: Ms): number {
  return counts.reduce((total, count, i) => {
    const insideMs = Math.min(toMs, (i + 1) * lengthMs) - Math.max(fromMs, i * lengthMs)
    return total + count * Math.min(1, Math.max(0, insideMs / lengthMs))
  }, 0)
}

/** What a saturation shows. */
export interface SaturatedFlow {
  readonly rps: Rps
  /** Without the batches in which the target stalled: a pause is not a slower target. */
  readonly steadyRps: Rps
  /**
   * Index of dispersion of the completions: variance of their number over its mean, in the long run. 0 for a
   * deterministic service time, the squared coefficient of variation of the service time for a random one.
   */
  readonly dispersion: number
  readonly completions: number
}

/** A batch with fewer completions than this share of the median batch is a stall. */
const STALLED = 0.25
/** With fewer completions in the median batch, an empty batch is no stall. */
const LEAST_MEDIAN = 8

/** The target is empty at the start of a saturation: counts from the first batch after the first completion. */
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

/** Neighbours of a batch that share its bursts: completions of several servers come in rounds. */
const LAGS = 3

/** Long-run variance (Bartlett weights) over the mean. */
function dispersionOf(counts: readonly number[]): number {
  const mean = sum(counts) / counts.length
  const off = counts.map((count) => count - mean)
  const covariance = (lag: number): number =>
    off.reduce((total, value, i) => total + value * (off[i - lag] ?? 0), 0) / counts.length
  let variance = covariance(0)
  for (let lag = 1; lag <= LAGS; lag++) variance += 2 * (1 - lag / (LAGS + 1)) * covariance(lag)
  return mean === 0 ? 0 : Math.max(0, variance) / mean
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
