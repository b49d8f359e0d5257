import { formatValue } from '../model/errors.ts'
import type { AnyFigures, IntervalDistribution } from '../model/figures.ts'
import type { MetricFigures } from '../model/metric.ts'
import { ratesOf } from '../model/rates.ts'
import type { LoadResult } from '../model/result.ts'
import { targetUse } from '../model/target-use.ts'
import { cleanText } from '../model/text/clean.ts'
import { misleadingFirst } from '../wording/doubts.ts'
import { dropHints } from '../wording/drop-hints.ts'
import { errorHints } from '../wording/error-hints.ts'
import {
  formatBytes,
  formatCount,
  formatCpu,
  formatDuration,
  formatMb,
  formatMs,
  formatNumber,
  formatPercent,
  formatPlural,
  formatQuantity,
  formatRate,
} from '../wording/figures.ts'
import { comparisonLines } from './comparison-outcome.ts'
import { COLUMNS, LABEL_COLUMNS, labelled, wrap } from './page.ts'

/** Number of statuses and of error classes that a summary names. */
const SHOWN = 5
const SHOWN_ERRORS = 3
const SHOWN_DOUBTS = 2

/**
 * Returns the main figures of a result as text, 80 columns wide: rates, response times, errors and statuses, then the
 * first error of each class with a hint, and the doubts. Accepts a result, also a running one or one parsed from JSON,
 * and any of its operations, phases, journeys and intervals.
 */
export function summary(figures: AnyFigures): string {
  const given: unknown = figures
  if (typeof given !== 'object' || given === null || !('requestsScheduled' in given)) {
    throw new TypeError(`summary() takes a LoadResult or one of its parts, got ${formatValue(given)}`)
  }
  const compared = isResult(figures) ? comparisonLines(figures, [], 2) : []
  return cleanText([...titleOf(figures), ...compared, ...figureLines(figures, 2), ...explanations(figures)].join('\n'))
}

const titles = new WeakMap<object, string>()

/** Remembers the title of a part of a result: its summary starts with it. */
export function rememberTitle(part: object, title: string): void {
  titles.set(part, title)
}

function titleOf(figures: AnyFigures): readonly string[] {
  if (isResult(figures)) return [wrap(`${figures.name || 'load'}: ${describeRun(figures)}`, 0)]
  const title = titles.get(figures) ?? spanOf(figures)
  return title === undefined ? [] : [wrap(title, 0)]
}

/** Names a phase or an interval by its time in the run. */
function spanOf(figures: AnyFigures): string | undefined {
  if (!('startMs' in figures) || !('durationMs' in figures)) return undefined
  const { startMs, durationMs } = figures
  if (typeof startMs !== 'number' || typeof durationMs !== 'number') return undefined
  return `from ${formatDuration(startMs)} to ${formatDuration(startMs + durationMs)}`
}

/** Example: `constant 500 req/s for 30 s`, and how the run ended if it did not complete. */
export function describeRun(result: LoadResult): string {
  const because = result.endedBecause === undefined ? '' : ` (${result.endedBecause})`
  const ended = result.ended === 'completed' ? '' : `, ${result.ended.toUpperCase()}${because}`
  return `${loadOf(result)} for ${lengthOf(result)}${ended}`
}

/** Example: `30 s`, or `12 s of at most 60 s` of a run that ended when its limits were decided. */
export function lengthOf({ durationMs, plan }: LoadResult): string {
  const longest = plan.looks === undefined ? '' : ` of at most ${formatDuration(plan.looks.maxDurationMs)}`
  return `${formatDuration(durationMs)}${longest}`
}

/** Example: `constant 500 req/s`, `20 in flight`, `each operation once`. */
export function loadOf(result: LoadResult): string {
  const { plan, pattern } = result
  if (plan.once === true) return 'each operation once'
  if (plan.concurrency !== undefined) return `${formatCount(plan.concurrency)} in flight`
  return plan.rate === undefined ? pattern : `${pattern} ${formatRate(plan.rate, ratesOf(result).unit)}`
}

/** Returns three entries: the rates, the response times, and the errors with the statuses. */
export function figureLines(figures: AnyFigures, indent: number): readonly string[] {
  return [
    labelled('rate', describeRates(figures), indent),
    labelled('response', timesOf(figures.responseTime), indent),
    labelled('errors', inLines(errorsOf(figures), indent), indent),
  ]
}

/** Example: `offered 10 journeys/s, achieved 9.5 journeys/s (48 req/s)`. */
export function describeRates(figures: AnyFigures): string {
  if (!isResult(figures)) {
    return `offered ${formatRate(figures.offeredRps)}, achieved ${formatRate(achievedRps(figures))}`
  }
  const { offered, achieved, unit } = ratesOf(figures)
  const load =
    offered === null
      ? `${formatCount(figures.plan.concurrency ?? 0)} in flight`
      : `offered ${formatRate(offered, unit)}`
  const steps = unit === 'journeys/s' ? ` (${formatRate(figures.achievedRps)})` : ''
  return `${load}, achieved ${formatRate(achieved, unit)}${steps}`
}

function achievedRps(figures: AnyFigures): number {
  return 'achievedRps' in figures && typeof figures.achievedRps === 'number'
    ? figures.achievedRps
    : figures.throughputRps
}

/** Example: `p50 12.1, p95 40.2, p99 83.2, max 144 ms`. */
function timesOf({ p50Ms, p95Ms, p99Ms, maxMs }: IntervalDistribution): string {
  if (p50Ms === undefined) return 'nothing measured'
  return `p50 ${formatMs(p50Ms)}, p95 ${formatMs(p95Ms)}, p99 ${formatMs(p99Ms)}, max ${formatMs(maxMs)} ms`
}

/** Example: `3 of 15 000 requests (0.02%): connect 3`, `0 dropped`, `status 200: 14 997`. */
function errorsOf({
  errors,
  requestsScheduled,
  errorsByClass,
  dropped,
  droppedByReason,
  statuses,
}: AnyFigures): readonly string[] {
  if (requestsScheduled === 0) return ['no requests']
  const share = errors === 0 ? '' : ` (${formatPercent(errors / requestsScheduled)})`
  const classes = Object.entries(errorsByClass).map(([name, { count }]): Counted => [name, count])
  const kinds = errors === 0 ? '' : `: ${listOf(classes, ' ')}`
  const reasons = dropped === 0 ? '' : ` (${listOf(Object.entries(droppedByReason), ' ')})`
  const responses = Object.entries(statuses)
  return [
    `${formatCount(errors)} of ${formatPlural(requestsScheduled, 'request')}${share}${kinds}`,
    `${formatCount(dropped)} dropped${reasons}`,
    ...(responses.length === 0 ? [] : [`status ${formatStatuses(responses)}`]),
  ]
}

/** Joins parts to one line, or puts the last one on a separate line if that is too long. */
function inLines(parts: readonly string[], indent: number): string {
  const line = parts.join('; ')
  const fits = line.length <= COLUMNS - indent - LABEL_COLUMNS
  return fits ? line : [parts.slice(0, -1).join('; '), ...parts.slice(-1)].join('\n')
}

type Counted = readonly [name: string, count: number]

/** Returns the most frequent statuses, each with the number of its responses: `200: 12, 503: 3`. */
export function formatStatuses(counts: readonly Counted[]): string {
  return listOf(counts, ': ')
}

/** Returns the most frequent first. */
function listOf(counts: readonly Counted[], between: string): string {
  const shown = counts.toSorted(([, a], [, b]) => b - a).slice(0, SHOWN)
  const rest = counts.length - shown.length
  const items = shown.map(([name, count]) => `${name}${between}${formatCount(count)}`)
  return [...items, ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

function explanations(figures: AnyFigures): readonly string[] {
  return [
    ...(isResult(figures) && figures.journeys !== null ? [labelled('journeys', journeysOf(figures.journeys), 2)] : []),
    ...(isResult(figures) ? [...metricLines(figures), ...targetLines(figures)] : []),
    ...errorLines(figures, 2),
    ...(isResult(figures) ? dropHints(figures, figures).map((hint) => labelled('hint', hint, 2)) : []),
    ...(isResult(figures) ? doubtEntries(figures, 2) : []),
  ]
}

/**
 * Returns the first doubts of a result, each with its code and its message, and the number of the others. Doubts about
 * what was measured come first. Nothing was measured if each operation was sent once.
 */
export function doubtEntries({ generator, plan }: LoadResult, indent: number): readonly string[] {
  if (plan.once === true) return []
  const doubts = misleadingFirst(generator.doubts)
  const rest = doubts.length - SHOWN_DOUBTS
  return [
    ...doubts.slice(0, SHOWN_DOUBTS).map(({ code, message }) => labelled('doubt', `${code}: ${message}`, indent)),
    ...(rest > 0 ? [labelled('', `and ${formatPlural(rest, 'more doubt')}`, indent)] : []),
  ]
}

/** Returns one entry per metric. */
export function metricLines(result: LoadResult): readonly string[] {
  return metricsOf(result).map((metric) => labelled('metric', metric, 2))
}

/** Returns the figures of each metric. Results of earlier versions have none. */
export function metricsOf({ metrics = {} }: Partial<LoadResult>): readonly string[] {
  return Object.values(metrics).map(metricOf)
}

/** Example: `cart_size: p50 8, p95 25, p99 41, max 41 items (n = 1 200)`. */
export function metricOf({ name, unit, count, p50, p95, p99, max }: MetricFigures): string {
  const percentiles = `p50 ${formatNumber(p50)}, p95 ${formatNumber(p95)}, p99 ${formatNumber(p99)}`
  return `${name}: ${percentiles}, max ${formatQuantity(max, unit)} (n = ${formatCount(count)})`
}

/** Example: `CPU 34% of a core, memory 78 MB, received 1.2 MB/s, sent 3.4 MB/s`. Nothing if nothing was monitored. */
export function targetLines({ target }: LoadResult): readonly string[] {
  const { cpuPercent, maxRssMb, bytesInPerS, bytesOutPerS } = targetUse(target.samples)
  const { unwatchedNetwork: why } = target
  const parts = [
    ...(cpuPercent === null ? [] : [`CPU ${formatCpu(cpuPercent)}`]),
    ...(maxRssMb === null ? [] : [`memory ${formatMb(maxRssMb)}`]),
    ...(bytesInPerS === null ? [] : [`received ${formatBytes(bytesInPerS)}/s`]),
    ...(bytesOutPerS === null ? [] : [`sent ${formatBytes(bytesOutPerS)}/s`]),
    ...(bytesInPerS === null && bytesOutPerS === null && why !== undefined ? [`network unknown (${why})`] : []),
  ]
  return target.samples.length === 0 || parts.length === 0 ? [] : [labelled('target', parts.join(', '), 2)]
}

function journeysOf(journeys: AnyFigures): string {
  return `${timesOf(journeys.responseTime)}; ${formatPlural(journeys.errors, 'error')}, ${formatCount(journeys.dropped)} dropped`
}

/** Returns the first error of each of the most frequent classes, then hints. */
export function errorLines(figures: AnyFigures, indent: number): readonly string[] {
  return [
    ...Object.entries(figures.errorsByClass)
      .toSorted(([, a], [, b]) => b.count - a.count)
      .slice(0, SHOWN_ERRORS)
      .map(([name, { first }]) => labelled('error', `${name}, the first: ${first}`, indent)),
    ...errorHints(figures).map((hint) => labelled('hint', hint, indent)),
  ]
}

function isResult(figures: AnyFigures): figures is LoadResult {
  return 'type' in figures && figures.type === 'describe-load:result'
}
