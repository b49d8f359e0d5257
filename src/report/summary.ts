import type { Artifact, RunRecord } from '../model/record.ts'
import type { Distribution, Figures } from '../model/figures.ts'
import type { LoadResult } from '../model/result.ts'
import { formatCount, formatMs, formatPlural } from '../wording/figures.ts'
import { countVerdicts, type VerdictRecord } from '../model/verdict.ts'
import { comparisonLines } from './comparison-outcome.ts'
import { formatFailedTests, otherwiseFailed } from './failed-tests.ts'
import { formatBatching } from '../wording/batching.ts'
import { LOAD_SUITE } from './run-records.ts'
import { labelled, pageHead, wrap } from './page.ts'
import { verdictText } from './verdict-text.ts'
import { errorLines, lengthOf, loadOf, metricLines, describeRates, targetLines } from './result-summary.ts'

const WIDEST_VERDICT = 'INCONCLUSIVE  '.length

/**
 * `test_summary.txt`: every verdict of every run on one self-contained page, and of the newest earlier run of each other
 * suite; 80 columns wide.
 */
export const summary: Artifact = {
  fileName: 'test_summary.txt',
  render: (runs, earlier = []) =>
    [...runs, ...earlier].map((run) => `${[...pageHead(run, resultOf(run)), ...bodyOf(run)].join('\n')}\n`).join('\n'),
}

function resultOf(run: RunRecord): string {
  const counts = countVerdicts(run.verdicts).map(({ value, count }) => `${formatCount(count)} ${value}`)
  const failed = otherwiseFailed(run).length
  return [...counts, ...(failed === 0 ? [] : [formatFailedTests(failed)])].join(', ')
}

function bodyOf(run: RunRecord): readonly string[] {
  // The report of a suite shows its trials; this page shows its verdicts.
  if (run.suite !== LOAD_SUITE) {
    return ['', wrap(`${formatPlural(run.results.length, 'run')} measured`, 0), ...run.verdicts.map(verdictLine)]
  }
  return run.results.flatMap((result, index) => {
    const verdicts = run.verdicts.filter((verdict) => verdict.result === index)
    return ['', ...resultLines(result, verdicts), ...verdicts.map(verdictLine)]
  })
}

function resultLines(result: LoadResult, verdicts: readonly VerdictRecord[]): readonly string[] {
  const classes = Object.entries(result.errorsByClass).map(([name, { count }]) => `${name} ${formatCount(count)}`)
  const ended = result.ended === 'completed' ? '' : `, ${result.ended.toUpperCase()}`
  const because = result.endedBecause === undefined ? '' : ` (${result.endedBecause})`
  return [
    wrap(result.name, 0),
    wrap(`${loadOf(result)} for ${lengthOf(result)}, seed ${result.seed}${ended}${because}`, 2),
    ...comparisonLines(result, verdicts, 2),
    ...(result.journeys === null ? [] : [labelled('journeys', operationOf(result.journeys), 2)]),
    labelled(
      'requests',
      `${formatCount(result.requestsScheduled)} scheduled, ${formatCount(result.successes)} ok, ` +
        `${formatPlural(result.errors, 'error')}${classes.length > 0 ? ` (${classes.join(', ')})` : ''}, ` +
        `${formatCount(result.dropped)} dropped`,
      2,
    ),
    ...(result.batching === undefined ? [] : [labelled('batches', formatBatching(result.batching), 2)]),
    labelled('rate', describeRates(result), 2),
    labelled('response', distributionOf(result.responseTime), 2),
    labelled('service', distributionOf(result.serviceTime), 2),
    ...operationLines(result),
    ...errorLines(result, 2),
    ...metricLines(result),
    ...targetLines(result),
    ...slowestLines(result),
    ...(result.plan.notes ?? []).map((note) => labelled('note', note, 2)),
    ...result.generator.doubts.map(({ code, message }) => labelled('doubt', `${code}: ${message}`, 2)),
  ]
}

/** A longer name gets a separate line. */
const WIDEST_OPERATION = 20

function operationLines({ operations }: LoadResult): readonly string[] {
  const entries = Object.entries(operations)
  const width = 2 + Math.min(WIDEST_OPERATION, Math.max(0, ...entries.map(([name]) => name.length)))
  return entries.flatMap(([name, figures]) =>
    name.length > WIDEST_OPERATION
      ? [wrap(name, 4), labelled('', operationOf(figures), 4, width)]
      : [labelled(name, operationOf(figures), 4, width)],
  )
}

/** Number of slowest requests shown here; the JSON has all of them. */
const NAMED_SLOWEST = 3

/** Returns the links to the traces of the slowest requests, if traces were exported. */
function slowestLines({ slowest, tracing }: LoadResult): readonly string[] {
  if (tracing === undefined || tracing.to === null) return []
  const { exported, lost, because } = tracing
  const fate = lost === 0 ? '' : `, ${formatCount(lost)} lost (${because ?? 'no room'})`
  return [
    labelled('traces', `${formatPlural(exported, 'span')} exported${fate}`, 2),
    ...slowest
      .filter((request) => request.because === 'slowest')
      .slice(0, NAMED_SLOWEST)
      .map(({ name, responseMs, traceId, url }) =>
        labelled('slowest', `${formatMs(responseMs)} ms ${name}, ${url ?? `trace ${traceId}`}`, 2),
      ),
  ]
}

function operationOf({ successes, errors, dropped, responseTime }: Figures): string {
  const { p50Ms, p99Ms } = responseTime
  const times = p50Ms === undefined ? '' : `, p50 ${formatMs(p50Ms)}, p99 ${formatMs(p99Ms)} ms`
  const failed = errors + dropped === 0 ? '' : `, ${formatPlural(errors, 'error')}, ${formatCount(dropped)} dropped`
  return `${formatCount(successes)} ok${failed}${times}`
}

function distributionOf(times: Distribution): string {
  if (times.p50Ms === undefined) return 'nothing measured'
  const { p50Ms, p95Ms, p99Ms, p999Ms, maxMs } = times
  return `p50 ${formatMs(p50Ms)}, p95 ${formatMs(p95Ms)}, p99 ${formatMs(p99Ms)}, p99.9 ${formatMs(p999Ms)}, max ${formatMs(maxMs)} ms`
}

/** Shows only the first line of a pass, and the whole message of any other verdict. */
function verdictLine(record: VerdictRecord): string {
  const { claim, evidence } = verdictText(record)
  const lines = record.verdict === 'pass' ? [claim] : [claim, ...evidence.map((line) => `  ${line}`)]
  return labelled(record.verdict.toUpperCase(), lines.join('\n'), 2, WIDEST_VERDICT)
}
