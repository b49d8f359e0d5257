import { ratesOf } from '../../model/rates.ts'
import type { RunRecord } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import { countVerdicts, type VerdictValue } from '../../model/verdict.ts'
import type { VerdictEntry } from '../../model/verdicts-file.ts'
import {
  formatCount,
  formatMs,
  formatMsOrNone,
  formatPercent,
  formatPlural,
  formatRates,
} from '../../wording/figures.ts'
import { formatBothSides, formatChangeInterval, formatComparedChange } from '../../wording/comparison.ts'
import { type ComparisonOutcome, comparisonOutcome, outcomeSentence } from '../comparison-outcome.ts'
import { trendSentences } from '../../wording/trend.ts'
import { formatFailedTests, otherwiseFailed } from '../failed-tests.ts'
import { headlineResults, type NamedResult } from '../headline-results.ts'
import { htmlReport } from '../html-report.ts'
import { formatLeaning } from '../format-verdict.ts'
import { runTitle } from '../run-records.ts'
import { sparkline } from '../sparkline.ts'
import { verdictEntries } from '../verdict-entries.ts'
import { subjectName } from './subject-name.ts'
import { codeBlock, inlineCode, markdownTable, plainText } from './markdown.ts'

/** Where the reader of a page on GitHub finds the files. */
export interface ReportLink {
  /** Page of the workflow run, with its artifacts; absent outside GitHub. */
  readonly runUrl?: string
  /** Paths of the written files. */
  readonly paths: readonly string[]
}

const MARKS: Readonly<Record<VerdictValue, string>> = { fail: '❌', invalid: '🚫', inconclusive: '⚠️', pass: '✅' }
const SPARK_COLUMNS = 40
/** Charts beyond this number are left to the report. */
const MAX_CHARTS = 20
const MAX_ROWS = 200

/** Returns the sections of a page about all runs, the most important first, so that a cut loses the least important. */
export function overviewSections(runs: readonly RunRecord[], link: ReportLink): readonly string[] {
  const entries = verdictEntries(runs)
  const results = headlineResults(runs)
  return [
    countsOf(entries, runs.flatMap(otherwiseFailed).length),
    ...runs.flatMap(earlyEndOf),
    verdictTable(entries, runs),
    comparisonTable(results),
    worstFigures(results),
    linkTo(link),
    ...entries.filter(({ verdict }) => verdict !== 'pass').map((entry) => detailsOf(entry, runs)),
    trendLines(runs),
    charts(results),
  ].filter((section) => section !== '')
}

/** Whether a reader must act: a verdict is red, or a test failed for another reason. */
export function isRed(runs: readonly RunRecord[]): boolean {
  return runs.some((run) => otherwiseFailed(run).length > 0) || verdictEntries(runs).some(({ red }) => red)
}

function countsOf(entries: readonly VerdictEntry[], failedTests: number): string {
  const failed = failedTests === 0 ? [] : [`${MARKS.fail} ${formatFailedTests(failedTests)}`]
  const counts = countVerdicts(entries).flatMap(({ value, count }) =>
    count === 0 ? [] : [`${MARKS[value]} ${formatCount(count)} ${value}`],
  )
  return [...failed, ...(counts.length === 0 ? ['No verdicts.'] : counts)].join(' · ')
}

function earlyEndOf(run: RunRecord): readonly string[] {
  if (run.endedEarly === undefined) return []
  return [
    `${inlineCode(runTitle(run))} ended early (${inlineCode(run.endedEarly)}): the figures cover the time until then.`,
  ]
}

function verdictTable(entries: readonly VerdictEntry[], runs: readonly RunRecord[]): string {
  if (entries.length === 0) return ''
  const rows = entries.slice(0, MAX_ROWS).map((entry) => rowOf(entry, runs))
  const left = entries.length - rows.length
  const more = left > 0 ? ['', `and ${formatPlural(left, 'more verdict')}, see the report`] : []
  const heads = ['verdict', 'test', 'assertion', 'rate', 'p50 ms', 'p95 ms', 'p99 ms', 'errors']
  return [...markdownTable(heads, rows), ...more].join('\n')
}

function rowOf(entry: VerdictEntry, runs: readonly RunRecord[]): readonly string[] {
  const { verdict, matcher, figures } = entry
  const { offeredRps: offered, achievedRps: achieved, rateUnit: unit, p50Ms, p95Ms, p99Ms, errorRate } = figures
  const mark = `${MARKS[verdict]} ${formatLeaning(entry)}`
  const rates = formatRates({ offered, achieved, unit })
  const times = [p50Ms, p95Ms, p99Ms].map(formatMsOrNone)
  return [mark, inlineCode(subjectName(entry, runs)), inlineCode(matcher), rates, ...times, formatPercent(errorRate)]
}

/** What each comparison shows, in one row. */
function comparisonTable(results: readonly NamedResult[]): string {
  const rows = results.slice(0, MAX_ROWS).flatMap(({ name, run, result }) => {
    const index = run.results.indexOf(result)
    const outcome = comparisonOutcome(
      result,
      run.verdicts.filter((verdict) => verdict.result === index),
    )
    return outcome === undefined ? [] : [comparisonRow(name, outcome)]
  })
  if (rows.length === 0) return ''
  const heads = ['comparison', 'result', '90% interval', 'candidate and baseline', 'CPU per request', 'failed', 'pairs']
  return ['**Compared with the baseline**', '', ...markdownTable(heads, rows)].join('\n')
}

function comparisonRow(name: string, outcome: ComparisonOutcome): readonly string[] {
  const { verdict, comparison, change, errors } = outcome
  const cpu = comparison.changes.find(({ metric }) => metric === 'cpu')
  return [
    inlineCode(name),
    `${MARKS[verdict]} ${plainText(outcomeSentence(outcome))}`,
    (change && formatChangeInterval(change)) ?? '–',
    change === null ? '–' : formatBothSides(change),
    cpu === undefined ? '–' : formatComparedChange(cpu),
    `${formatPercent(errors.candidate)}, baseline ${formatPercent(errors.baseline)}`,
    `${comparison.pairs.length - comparison.excluded} of ${comparison.pairs.length}`,
  ]
}

/** Number of newest runs among which a change is news, and of changes that are shown. */
const RECENT_RUNS = 30
const MAX_CHANGES = 10

/** The lasting changes in the history, each with its commit. */
function trendLines(runs: readonly RunRecord[]): string {
  const lines = runs
    .flatMap(({ trends = [] }) => trends)
    .flatMap((trend) => {
      const first = trend.points.length - RECENT_RUNS
      const recent = { ...trend, changes: trend.changes.filter(({ point }) => point >= first) }
      return trendSentences(recent).map((sentence) => `- ${inlineCode(trend.test)} changed ${sentence}`)
    })
  if (lines.length === 0) return ''
  const more = lines.length - MAX_CHANGES
  return [
    '**History** (never decides about a test)',
    '',
    ...lines.slice(0, MAX_CHANGES),
    ...(more > 0 ? [`- and ${formatPlural(more, 'more change')}, see the report`] : []),
  ].join('\n')
}

/** The highest p99, the highest error rate and the largest shortfall of the rate; only those that are not perfect. */
function worstFigures(results: readonly NamedResult[]): string {
  const worst = [
    lineOf(
      results,
      ({ responseTime }) => responseTime.p99Ms ?? 0,
      (ms) => `highest p99: ${formatMs(ms)} ms`,
    ),
    lineOf(
      results,
      ({ errorRate }) => errorRate,
      (ratio) => `highest error rate: ${formatPercent(ratio)}`,
    ),
    lineOf(results, shortfallOf, (ratio) => `achieved rate furthest below the offered one: by ${formatPercent(ratio)}`),
  ].flat()
  return worst.length === 0 ? '' : ['**Worst figures**', '', ...worst].join('\n')
}

function shortfallOf(result: LoadResult): number {
  const { offered, achieved } = ratesOf(result)
  return offered !== null && offered > 0 ? Math.max(0, 1 - achieved / offered) : 0
}

function lineOf(
  results: readonly NamedResult[],
  valueOf: (result: LoadResult) => number,
  words: (value: number) => string,
): readonly string[] {
  const [worst] = results.toSorted((a, b) => valueOf(b.result) - valueOf(a.result))
  if (worst === undefined || valueOf(worst.result) === 0) return []
  return [`- ${words(valueOf(worst.result))} in ${inlineCode(worst.name)}`]
}

function linkTo({ runUrl, paths }: ReportLink): string {
  const report = paths.find((path) => path.endsWith(htmlReport.fileName))
  if (report === undefined) return ''
  const place = runUrl === undefined ? 'the uploaded artifacts' : `the [artifacts of this run](${runUrl}#artifacts)`
  return `Full report: ${inlineCode(report)} in ${place}, if the workflow uploads its folder.`
}

function detailsOf(entry: VerdictEntry, runs: readonly RunRecord[]): string {
  const { verdict, matcher, summary, evidence, at, rerun } = entry
  const place = at === undefined ? [] : [`at ${at.file}:${at.line}`]
  const again = rerun === undefined ? [] : [`rerun: ${rerun}`]
  return [
    `<details><summary>${MARKS[verdict]} ${verdict}: ${inlineCode(`${subjectName(entry, runs)} (${matcher})`)}</summary>`,
    '',
    codeBlock([[summary, ...evidence].join('\n  '), ...place, ...again].join('\n')),
    '',
    '</details>',
  ].join('\n')
}

function charts(results: readonly NamedResult[]): string {
  const shown = results.filter(({ result }) => result.intervals.length > 1).slice(0, MAX_CHARTS)
  if (shown.length === 0) return ''
  return ['**Over time**', '', codeBlock(shown.flatMap(chartOf).join('\n'))].join('\n')
}

function chartOf({ name, result: { intervals } }: NamedResult): readonly string[] {
  const p99 = intervals.map(({ responseTime }) => responseTime.p99Ms ?? null)
  const failed = intervals.map(({ errors, dropped }) => errors + dropped)
  const top = Math.max(...p99.map((ms) => ms ?? 0))
  const times = `  p99     ${sparkline(p99, SPARK_COLUMNS)}  up to ${formatMs(top)} ms`
  const errors = failed.some((count) => count > 0) ? [`  errors  ${sparkline(failed, SPARK_COLUMNS)}`] : []
  return [name.replaceAll(/\s+/g, ' '), times, ...errors]
}
