import { type Latencies, latencyAt, requestsIn } from './latencies.ts'
import { quantileRanks } from './statistics/binomial-intervals.ts'

interface IntervalOptions {
  /** Probability that the true percentile lies beyond one end. */
  readonly perSide: number
  /** Number of independent requests that carry as much information. */
  readonly effective: number
}

/** Returns the distribution-free interval of a percentile; an end is undefined if there are too few requests for it. */
export function percentileInterval(
  whole: Latencies,
  percentile: number,
  { perSide, effective }: IntervalOptions,
): readonly [low: number | undefined, high: number | undefined] {
  const n = requestsIn(whole)
  const ranks = quantileRanks(effective, percentile / 100, perSide)
  return [
    ranks.low === undefined ? undefined : latencyAt(whole, Math.floor((ranks.low * n) / effective)),
    ranks.high === undefined ? undefined : latencyAt(whole, Math.ceil((ranks.high * n) / effective)),
  ]
}
