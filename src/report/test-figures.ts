import type { JudgedFigures } from '../model/figures.ts'
import type { LoadResult } from '../model/result.ts'
import type { VerdictRecord } from '../model/verdict.ts'
import { cleanUnknown } from '../model/text/clean.ts'
import { formatCount, formatMs, formatPlural, formatRate } from '../wording/figures.ts'
import { comparisonLines } from './comparison-outcome.ts'
import { describeRun, doubtEntries, figureLines, metricsOf } from './result-summary.ts'
import { labelled, wrap } from './page.ts'
import type { TestedLoad } from './run-records.ts'

/** Number of loads of one test that are shown; the artifacts have all of them. */
const SHOWN_LOADS = 4
const INDENT = 7

/**
 * Returns the lines that show the figures of a finished test: its name, then three entries and the parts of each of its
 * loads. A suite prints its own findings, so it has none. `failed`: the test has failed, so that the messages of its
 * verdicts show the figures of their loads already.
 */
export function testFigures({ test, record }: TestedLoad, failed: boolean): readonly string[] {
  const { results, verdicts, suite } = record
  if (suite !== undefined) return []
  const explained = new Set(
    failed ? verdicts.filter(({ verdict }) => verdict !== 'pass').map(({ result }) => result) : [],
  )
  const shown = results.flatMap((result, index) => (explained.has(index) ? [] : [{ result, index }]))
  if (shown.length === 0) return []
  const rest = shown.length - SHOWN_LOADS
  const entries = shown.slice(0, SHOWN_LOADS).flatMap(({ result, index }) => {
    const own = verdicts.filter((verdict) => verdict.result === index)
    if (results.length === 1) return entriesOf(result, own, INDENT)
    const title = `load ${index + 1} of ${results.length}: ${titleOf(result)}`
    return [wrap(title, INDENT), entriesOf(result, own, INDENT + 2)]
  })
  const more = rest > 0 ? [wrap(`and ${formatPlural(rest, 'more load')}, see the reports`, INDENT)] : []
  return cleanUnknown([wrap(test, INDENT), ...entries, ...more].join('\n')).split('\n')
}

/** Requests beyond this length are left out of a title. */
const SHORT_REQUEST = 40

function titleOf(result: LoadResult): string {
  const { request } = result.plan
  return request.length > SHORT_REQUEST ? describeRun(result) : `${request}, ${describeRun(result)}`
}

function entriesOf(result: LoadResult, verdicts: readonly VerdictRecord[], indent: number): string {
  // Of a run that sent each operation once, only the answers count.
  if (result.plan.once === true) return figureLines(result, indent).slice(-1).join('\n')
  return [
    ...comparisonLines(result, verdicts, indent),
    ...figureLines(result, indent),
    ...partLines(result, indent),
    ...doubtEntries(result, indent),
  ].join('\n')
}

/** Number of operations, phases and metrics of each kind that are shown. */
const SHOWN_PARTS = 5

/** Returns one line for each part of a load: its journeys, its operations and phases if it has several, its metrics. */
function partLines(result: LoadResult, indent: number): readonly string[] {
  const { journeys, operations, phases } = result
  const parts = (label: string, of: Readonly<Record<string, JudgedFigures>>): readonly string[] =>
    Object.keys(of).length > 1
      ? limited(
          label,
          Object.entries(of).map(([name, part]) => `${name}: ${partOf(part)}`),
          indent,
        )
      : []
  return [
    ...(journeys === null ? [] : [labelled('journeys', partOf(journeys, 'journeys/s'), indent)]),
    ...parts('operation', operations),
    ...parts('phase', phases),
    ...limited('metric', metricsOf(result), indent),
  ]
}

/** Returns the lines with their label, and the number of those that are left out. */
function limited(label: string, lines: readonly string[], indent: number): readonly string[] {
  const rest = lines.length - SHOWN_PARTS
  return [
    ...lines.slice(0, SHOWN_PARTS).map((line) => labelled(label, line, indent)),
    ...(rest > 0 ? [labelled('', `and ${formatPlural(rest, `more ${label}`)}`, indent)] : []),
  ]
}

/** Example: `50 req/s, p95 40.2 ms, 3 errors`. */
function partOf({ achievedRps, responseTime, errors, dropped }: JudgedFigures, unit?: string): string {
  return [
    formatRate(achievedRps, unit),
    ...(responseTime.p95Ms === undefined ? [] : [`p95 ${formatMs(responseTime.p95Ms)} ms`]),
    formatPlural(errors, 'error'),
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped`] : []),
  ].join(', ')
}
