import type { Ms, Ratio, Rps } from '../../model/units.ts'
import { formatCount } from '../../wording/figures.ts'

export { formatCount, formatPlural } from '../../wording/figures.ts'

/** Formats a measured time without its unit, with about three digits: `0.412`, `8.24`, `83.2`, `1 204`. */
export function formatMs(ms: Ms): string {
  if (ms >= 99.95) return formatCount(ms)
  return ms.toFixed(ms >= 9.995 ? 1 : ms >= 0.9995 ? 2 : 3)
}

/** Formats two measured times with their unit, with enough digits to distinguish them: `79.0–90.4 ms`. */
export function formatMsRange(low: Ms, high: Ms): string {
  const [from, to] = [formatMs(low), formatMs(high)]
  return from === to && low < high && high < 99.95 ? `${low.toFixed(3)}–${high.toFixed(3)} ms` : `${from}–${to} ms`
}

/** Formats a rate with its unit: `1 500 req/s`, `80.4 req/s`, `0.25 journeys/s`. */
export function formatRate(rps: Rps, unit = 'req/s'): string {
  return `${rps >= 99.95 ? formatCount(rps) : String(Number(rps.toPrecision(3)))} ${unit}`
}

/** Formats a share in percent without the sign, with two decimals below 10%: `61`, `12.5`, `1.53`, `0.004`. */
export function formatShare(ratio: Ratio): string {
  const percent = ratio * 100
  if (percent < 0.01) return String(Number(percent.toPrecision(2)))
  return String(Number(percent.toFixed(percent < 10 ? 2 : 1)))
}

/** Formats a share in percent: `1.53%`. */
export function formatPercent(ratio: Ratio): string {
  return `${formatShare(ratio)}%`
}

/** Formats a percentile: `p99.9`. */
export function formatPercentile(percentile: number): string {
  return `p${percentile}`
}

/** Formats a limit with the digits that the user wrote. */
export function formatLimit(limitMs: Ms): string {
  return `${limitMs} ms`
}

/** Names the two-sided interval that corresponds to a one-sided confidence: "90% interval" for 0.95. */
export function formatInterval(confidence: Ratio): string {
  return `${Number((100 - 200 * (1 - confidence)).toPrecision(4))}% interval`
}
