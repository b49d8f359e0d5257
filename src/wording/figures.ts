/**
 * One formatter per quantity, so that a figure reads the same in an assertion, a report and a doubt.
 *
 * A figure has three significant digits, and none after the decimal point from 100 on: `0.412`, `8.24`, `83.2`,
 * `1 204`. Digits before the decimal point are in groups of three. Times keep their final zeros (`79.0–90.4 ms`), other
 * figures do not (`50 req/s`).
 */
import type { Rates } from '../model/rates.ts'
import type { Ms, Ratio, Rps } from '../model/units.ts'

/** From here on, three significant digits leave nothing after the decimal point. */
const WHOLE = 99.95

/** Formats a count, rounded to an integer: `14 970`. */
export function formatCount(count: number): string {
  return grouped(String(Math.round(count)))
}

/** Formats a count with its noun: `1 request`, `259 requests`. */
export function formatPlural(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** Formats a number without a unit: `0.25`, `80.4`, `1 500`. */
export function formatNumber(value: number): string {
  return Math.abs(value) >= WHOLE ? formatCount(value) : String(Number(value.toPrecision(3)))
}

/** Formats a rate with its unit: `1 500 req/s`, `80.4 req/s`, `0.25 journeys/s`. */
export function formatRate(rps: Rps, unit = 'req/s'): string {
  return `${formatNumber(rps)} ${unit}`
}

/** Formats the offered and the achieved rate: `500 → 499 req/s`, or `499 req/s` if no rate was offered. */
export function formatRates({ offered, achieved, unit }: Rates): string {
  return `${offered === null ? '' : `${formatNumber(offered)} → `}${formatRate(achieved, unit)}`
}

/**
 * Formats a measured time in milliseconds without its unit: `0.412`, `8.24`, `83.2`, `1 204`. Histograms resolve 1 µs,
 * so there are at most three decimals: `0.012`.
 */
export function formatMs(ms: Ms): string {
  if (ms >= WHOLE) return formatCount(ms)
  return ms.toFixed(ms >= 9.995 ? 1 : ms >= 0.9995 ? 2 : 3)
}

/** Formats a figure that may be unknown, for a cell of a table: `–` if it is. */
export function formatOrNone(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value)
}

/** Same for a measured time in milliseconds, without its unit. */
export function formatMsOrNone(ms: Ms | null | undefined): string {
  return formatOrNone(ms, formatMs)
}

/** Formats two measured times with their unit, with enough digits to distinguish them: `79.0–90.4 ms`. */
export function formatMsRange(low: Ms, high: Ms): string {
  const [from, to] = [formatMs(low), formatMs(high)]
  return from === to && low < high && high < WHOLE ? `${low.toFixed(3)}–${high.toFixed(3)} ms` : `${from}–${to} ms`
}

/**
 * Formats a limit in milliseconds with the digits that the user wrote: `50 ms`, `1 500 ms`, `0.1234 ms`; a computed one
 * has at most six.
 */
export function formatLimit(limitMs: Ms): string {
  return formatQuantityLimit(limitMs, 'ms')
}

/** A longer number is the result of a computation. */
const MAX_WRITTEN = 12

/** Same for a limit of a metric in its unit, which may be empty: `30 items`, `0.95`. */
export function formatQuantityLimit(limit: number, unit: string): string {
  const digits = String(limit)
  const written = digits.length > MAX_WRITTEN ? Number(limit.toPrecision(6)) : limit
  const [whole = '', ...decimals] = String(written).split('.')
  return withUnit([grouped(whole), ...decimals].join('.'), unit)
}

/** Formats a value of a metric in its unit, which may be empty: `41 items`, `0.25`. */
export function formatQuantity(value: number, unit: string): string {
  return withUnit(formatNumber(value), unit)
}

/** Formats two values of a metric in its unit, with enough digits to distinguish them: `40–42 items`. */
export function formatQuantityRange(low: number, high: number, unit: string): string {
  const [from, to] = [formatNumber(low), formatNumber(high)]
  if (from !== to || low === high) return withUnit(from === to ? from : `${from}–${to}`, unit)
  return withUnit(`${Number(low.toPrecision(6))}–${Number(high.toPrecision(6))}`, unit)
}

/**
 * Formats a duration in the largest unit that it reaches, with at most one decimal, and without decimals from 100 ms to
 * 1 s: `12.5 ms`, `354 ms`, `2.5 s`, `3 min`.
 */
export function formatDuration(ms: Ms): string {
  if (ms < 99.95) return `${oneDecimal(ms)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${oneDecimal(ms / 1_000)} s`
  if (ms < 3_600_000) return `${oneDecimal(ms / 60_000)} min`
  return `${oneDecimal(ms / 3_600_000)} h`
}

/** Formats a point in time, given as ISO 8601: `2026-11-23 17:30:00 UTC`. */
export function formatInstant(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

/** Formats a share in percent: `61%`, `12.5%`, `1.53%`, `0.004%`. */
export function formatPercent(ratio: Ratio): string {
  return `${formatShare(ratio)}%`
}

/**
 * Formats a share in percent without the sign, for a range such as `2.8–3.6%`, with at most two decimals. A share that
 * differs from 0 or from 1 by less than that keeps two significant digits of the difference: `0.0042`, `99.996`.
 */
export function formatShare(ratio: Ratio): string {
  const percent = 100 * ratio
  const missing = 100 - percent
  if (percent > 0 && percent < 0.01) return String(Number(percent.toPrecision(2)))
  if (missing > 0 && missing < 0.1) return String(Number((100 - Number(missing.toPrecision(2))).toPrecision(12)))
  return percent < 10 ? String(Number(percent.toFixed(2))) : formatNumber(percent)
}

/** Formats a ratio of two figures as a change in percent: `+15.2%`, `−3.1%`, `+120%`, `±0%`. */
export function formatChange(ratio: Ratio): string {
  if (!Number.isFinite(ratio)) return '+∞'
  const percent = formatTenths(100 * Math.abs(ratio - 1))
  return Number(percent) === 0 ? '±0%' : `${ratio < 1 ? '−' : '+'}${percent}%`
}

/** Formats a percentage with one decimal up to 100: `15.2`, `3.0`, `120`. */
export function formatTenths(percent: number): string {
  return percent >= WHOLE ? formatCount(percent) : percent.toFixed(1)
}

/** Formats CPU use in percent of one core: `96.6% of a core`, `185% of a core`. */
export function formatCpu(cpuPercent: number): string {
  return `${formatNumber(cpuPercent)}% of a core`
}

/** Formats an amount of memory in MB of 2²⁰ bytes: `312 MB`. */
export function formatMb(mb: number): string {
  return `${formatNumber(mb)} MB`
}

/** Formats a number of bytes; 1 kB is 2¹⁰ bytes: `640 bytes`, `20.5 kB`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 2 ** 10) return formatPlural(bytes, 'byte')
  return bytes < 2 ** 20 ? `${formatNumber(bytes / 2 ** 10)} kB` : formatMb(bytes / 2 ** 20)
}

/** Formats a percentile: `p99.9`. */
export function formatPercentile(percentile: number): string {
  return `p${percentile}`
}

/** Names the two-sided interval that corresponds to a one-sided confidence: "90% interval" for 0.95. */
export function formatInterval(confidence: Ratio): string {
  return `${Number((100 - 200 * (1 - confidence)).toPrecision(4))}% interval`
}

/** Joins items to a list: `195`, `195 and 201`, `150, 195 and 201`. */
export function formatList(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

function withUnit(figure: string, unit: string): string {
  return unit === '' ? figure : `${figure} ${unit}`
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, ' ')
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10
}
