import { ratesOf } from '../model/rates.ts'
import type { RunRecord, TestOutcome } from '../model/record.ts'
import { type VerdictValue, worstFirst } from '../model/verdict.ts'
import { formatComparedChange } from '../wording/comparison.ts'
import { formatMsOrNone, formatPercent, formatPlural, formatRate } from '../wording/figures.ts'
import { comparableChange, comparisonOutcome } from './comparison-outcome.ts'
import { otherwiseFailed } from './failed-tests.ts'
import { formatLeaning } from './format-verdict.ts'
import { table } from './page.ts'
import { keyFigures } from './verdict-entries.ts'

/** A line of the table; `verdict` is that of the test, for a host to color. */
export interface TableLine {
  readonly text: string
  readonly verdict: VerdictValue | null
}

const VERDICT = 'verdict'
const HEADS = ['load test', 'rate', 'p50 ms', 'p95 ms', 'p99 ms', 'errors', VERDICT] as const
/** The column of the change from the baseline, only where a test has one. */
const CHANGE = 'change'
const MIN_NAME = 12
/** Further tests are counted only; the reports have them. */
const MAX_ROWS = 100

/**
 * Returns a table with one row per load test, which fits into `columns`: the achieved rate, response times, errors, and
 * the verdict that decides, or `failed` if the test failed for another reason; in a comparison, also the change from the
 * baseline. A test with several results has the figures of the one that its verdict refers to.
 */
export function resultsTable(runs: readonly RunRecord[], columns: number): readonly TableLine[] {
  const rows = runs.flatMap((run) => (run.tests ?? []).flatMap((test) => rowOf(run, test)))
  if (rows.length === 0) return []
  const hasChange = rows.some(({ change }) => change !== undefined)
  const heads = hasChange ? [...HEADS.slice(0, -1), CHANGE, VERDICT] : HEADS
  const shown = rows.slice(0, MAX_ROWS).map(({ cells, change = '–', verdict }) => ({
    cells: hasChange ? [...cells.slice(0, -1), change, ...cells.slice(-1)] : cells,
    verdict,
  }))
  const words = [0, heads.length - 1]
  const rest = Math.max(
    ...table(
      heads,
      shown.map(({ cells }) => ['', ...cells.slice(1)]),
      words,
    ).map((line) => line.length),
  )
  const width = Math.max(MIN_NAME, columns - rest + HEADS[0].length)
  const fitted = shown.map(({ cells: [name = '', ...figures] }) => [cut(name, width), ...figures])
  const [head = '', ...lines] = table(heads, fitted, words)
  const more = rows.length - shown.length
  return [
    { text: head, verdict: null },
    ...lines.map((text, index) => ({ text, verdict: shown[index]?.verdict ?? null })),
    ...(more > 0 ? [{ text: `and ${formatPlural(more, 'more test')}`, verdict: null }] : []),
  ]
}

interface Row {
  /** By column of `HEADS`. */
  readonly cells: readonly string[]
  readonly change: string | undefined
  readonly verdict: VerdictValue | null
}

function rowOf(run: RunRecord, test: TestOutcome): readonly Row[] {
  const { results, verdicts } = run
  const [deciding] = worstFirst(verdicts.filter(({ result }) => test.results.includes(result)))
  const result = results[deciding?.result ?? test.results.at(-1) ?? -1]
  if (result === undefined) return []
  const { p50Ms, p95Ms, p99Ms, errorRate } = keyFigures(result)
  const { achieved, unit } = ratesOf(result)
  const times = [p50Ms, p95Ms, p99Ms].map(formatMsOrNone)
  const isFailed = otherwiseFailed(run).includes(test)
  const isOnce = result.plan.once === true
  const word = isFailed ? 'failed' : deciding === undefined ? (isOnce ? 'not judged' : 'none') : formatLeaning(deciding)
  const cells = [
    test.test.replaceAll(/\s+/g, ' '),
    isOnce ? 'once' : formatRate(achieved, unit),
    ...(isOnce ? times.map(() => '–') : times),
    formatPercent(errorRate),
    word,
  ]
  const compared = deciding?.compared ?? comparisonOutcome(result, [])
  const change = compared && comparableChange(compared)
  return [
    {
      cells,
      change: change ? formatComparedChange(change) : undefined,
      verdict: isFailed ? 'fail' : (deciding?.verdict ?? null),
    },
  ]
}

/** Cuts a name at its start, because tests of one group differ at the end. */
function cut(name: string, width: number): string {
  return name.length <= width ? name : `…${name.slice(1 - width)}`
}
