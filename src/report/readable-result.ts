import { DISTRIBUTIONS, type AnyFigures, type Batches, type IntervalDistribution } from '../model/figures.ts'
import type { LoadResult } from '../model/result.ts'
import { formatCount, formatDuration, formatMs, formatPlural } from '../wording/figures.ts'
import { metricOf, rememberTitle, summary } from './result-summary.ts'

/** The method that `console.log` and `util.inspect` call. Registered globally, so no import of `node:util` is needed. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * Makes `console.log` show a summary of a result and of its parts instead of their histograms. The method is not
 * enumerable, so that copies, comparisons and JSON ignore it. Call it before the result is frozen; parts that are
 * frozen already keep the method that they have.
 */
export function makeReadable<Result extends LoadResult>(result: Result): Result {
  const parts = [
    ...named('operation', result.operations),
    ...named('phase', result.phases),
    ...(result.journeys === null ? [] : [['journeys', result.journeys] as const]),
  ]
  for (const [title, figures] of parts) {
    if (!Object.isExtensible(figures)) continue
    rememberTitle(figures, `${title} of ${result.name || 'load'}`)
    showFigures(figures)
    show(figures.batches, showBatches)
  }
  for (const interval of result.intervals) showFigures(interval)
  for (const metric of Object.values(result.metrics)) show(metric, metricOf)
  show(result.batches, showBatches)
  showFigures(result)
  return result
}

function named<Part>(kind: string, parts: Readonly<Record<string, Part>>): (readonly [string, Part])[] {
  return Object.entries(parts).map(([name, part]) => [`${kind} "${name}"`, part])
}

function showFigures(figures: AnyFigures): void {
  if (!Object.isExtensible(figures)) return
  show(figures, summary)
  for (const name of DISTRIBUTIONS) show(figures[name], showDistribution)
}

function show<Value extends object>(value: Value, text: (value: Value) => string): void {
  // The parts of a copied result belong to the original.
  if (!Object.isExtensible(value) || Object.hasOwn(value, INSPECT)) return
  Object.defineProperty(value, INSPECT, { value: () => text(value), enumerable: false })
}

function showDistribution(times: IntervalDistribution): string {
  if (times.p50Ms === undefined) return 'nothing measured'
  const { count, minMs, meanMs, p50Ms, p95Ms, p99Ms, p999Ms, maxMs } = times
  return (
    `${formatPlural(count, 'value')}: min ${formatMs(minMs)}, mean ${formatMs(meanMs)}, p50 ${formatMs(p50Ms)}, ` +
    `p95 ${formatMs(p95Ms)}, p99 ${formatMs(p99Ms)}, p99.9 ${formatMs(p999Ms)}, max ${formatMs(maxMs)} ms`
  )
}

function showBatches({ successes, lengthMs }: Batches): string {
  return `${formatCount(successes.length)} batches of ${formatDuration(lengthMs)}`
}
