import type { Ratio } from '../../model/units.ts'
import { latencyAt, percentileOf, requestsIn, type Latencies } from './latencies.ts'
import { quantileRanks } from './statistics/binomial-intervals.ts'
import { formatCount, formatInterval, formatMs, formatMsRange } from '../../wording/figures.ts'

/**
 * Example: "83.2 ms (90% interval 79.0–90.4 ms, n = 14 970, effective 2 140)". The interval belongs to the observed
 * percentile and uses the design effect of its requests; the effective number is the one that the verdict uses.
 */
export function describePercentile(
  whole: Latencies,
  percentile: number,
  confidence: Ratio,
  effect: number | undefined,
  verdictEffect: number | undefined = effect,
): string {
  const n = requestsIn(whole)
  if (n === 0) return 'nothing'
  const value = percentileOf(whole, percentile)
  const seen = value === undefined ? 'no response in time' : `${formatMs(value)} ms`
  if (effect === undefined || verdictEffect === undefined) return `${seen} (n = ${formatCount(n)})`
  const interval = describeInterval(whole, percentile, confidence, Math.floor(n / effect))
  const effective = Math.floor(n / verdictEffect)
  return `${seen} (${interval}n = ${formatCount(n)}, effective ${formatCount(effective)})`
}

function describeInterval(whole: Latencies, percentile: number, confidence: Ratio, effective: number): string {
  const n = requestsIn(whole)
  const ranks = quantileRanks(effective, percentile / 100, 1 - confidence)
  const low = ranks.low === undefined ? undefined : latencyAt(whole, Math.floor((ranks.low * n) / effective))
  const high = ranks.high === undefined ? undefined : latencyAt(whole, Math.ceil((ranks.high * n) / effective))
  const name = formatInterval(confidence)
  if (low !== undefined && high !== undefined) return `${name} ${formatMsRange(low, high)}, `
  if (low !== undefined) return `${name} at least ${formatMs(low)} ms, `
  return high === undefined ? '' : `${name} at most ${formatMs(high)} ms, `
}
