import type { Ratio } from '../../model/units.ts'
import { formatCount, formatInterval, formatMs, formatMsRange } from '../../wording/figures.ts'
import { type Latencies, percentileOf, requestsIn } from './latencies.ts'
import { percentileInterval } from './percentile-interval.ts'

/** Formats of a quantity, with its unit. */
export interface QuantityFormat {
  one(value: number): string
  range(low: number, high: number): string
}

/** Times in milliseconds. */
export const IN_MS: QuantityFormat = { one: (ms) => `${formatMs(ms)} ms`, range: formatMsRange }

/** Design effects; undefined if a run is too short for an estimate. */
export interface Effects {
  /** Of the values. */
  readonly effect: number | undefined
  /** The one that the verdict uses. */
  readonly verdictEffect: number | undefined
}

/**
 * Example: "83.2 ms (90% interval 79.0–90.4 ms, n = 14 970, effective 2 140)". The interval belongs to the observed
 * percentile and uses the design effect of its requests; the effective number is the one that the verdict uses.
 */
export function describePercentile(
  whole: Latencies,
  asked: { readonly percentile: number; readonly confidence: Ratio },
  { effect, verdictEffect }: Effects,
  format: QuantityFormat,
): string {
  const n = requestsIn(whole)
  if (n === 0) return 'not measured'
  const value = percentileOf(whole, asked.percentile)
  const seen = value === undefined ? 'no response in time' : format.one(value)
  if (effect === undefined || verdictEffect === undefined) return `${seen} (n = ${formatCount(n)})`
  const interval = describeInterval(whole, asked, Math.floor(n / effect), format)
  const effective = Math.floor(n / verdictEffect)
  return `${seen} (${interval}n = ${formatCount(n)}, effective ${formatCount(effective)})`
}

function describeInterval(
  whole: Latencies,
  { percentile, confidence }: { readonly percentile: number; readonly confidence: Ratio },
  effective: number,
  format: QuantityFormat,
): string {
  const [low, high] = percentileInterval(whole, percentile, { perSide: 1 - confidence, effective })
  const name = formatInterval(confidence)
  if (low !== undefined && high !== undefined) return `${name} ${format.range(low, high)}, `
  if (low !== undefined) return `${name} at least ${format.one(low)}, `
  return high === undefined ? '' : `${name} at most ${format.one(high)}, `
}
