import type { RunRecord, TestOutcome } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import { type VerdictRecord, type VerdictValue, worstFirst } from '../../model/verdict.ts'
import { jsonText } from '../json-text.ts'
import { keyFigures } from '../verdict-entries.ts'
import type { Export } from './export.ts'

/** Statuses of CTRF: an inconclusive verdict is neither a pass nor a failure. */
const STATUS = { pass: 'passed', fail: 'failed', invalid: 'failed', inconclusive: 'other' } as const satisfies Record<
  VerdictValue,
  string
>
type Status = (typeof STATUS)[VerdictValue]

interface CtrfTest {
  readonly name: string
  readonly status: Status
  readonly duration: number
  readonly suite: readonly string[]
  readonly rawStatus: string
  readonly message?: string
  readonly filePath?: string
  readonly line?: number
  readonly extra: object
}

/** `ctrf_report.json`: the load tests in the Common Test Report Format (https://ctrf.io), with their figures. */
export const ctrf: Export<'ctrf'> = {
  name: 'ctrf',
  render: (runs) => {
    const tests = runs.flatMap((run) => (run.tests ?? []).map((test) => testOf(run, test)))
    return tests.length === 0 ? [] : [{ fileName: 'ctrf_report.json', text: `${jsonText(reportOf(runs, tests))}\n` }]
  },
}

function reportOf(runs: readonly RunRecord[], tests: readonly CtrfTest[]): object {
  const count = (status: Status): number => tests.filter((test) => test.status === status).length
  const starts = runs.map(({ startedAt }) => Date.parse(startedAt))
  const ends = runs.map(({ durationMs }, index) => (starts[index] ?? 0) + durationMs)
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    generatedBy: 'describe-load',
    results: {
      tool: { name: 'describe-load' },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: 0,
        pending: 0,
        other: count('other'),
        start: Math.min(...starts),
        stop: Math.round(Math.max(...ends)),
      },
      tests,
    },
  }
}

function testOf({ suite, results, verdicts }: RunRecord, test: TestOutcome): CtrfTest {
  const [deciding] = worstFirst(verdicts.filter(({ result }) => test.results.includes(result)))
  const measured = test.results.flatMap((index) => results[index] ?? [])
  const durationMs = test.durationMs ?? measured.reduce((total, result) => total + result.durationMs, 0)
  return {
    name: test.test,
    status: statusOf(test, deciding),
    duration: Math.round(durationMs),
    suite: [suite],
    rawStatus: deciding?.verdict ?? test.state ?? 'not judged',
    ...(deciding !== undefined && deciding.verdict !== 'pass' && { message: deciding.message }),
    ...(test.file !== undefined && { filePath: test.file }),
    ...(deciding?.at !== undefined && { line: deciding.at.line }),
    extra: {
      figures: measured.map(figuresOf),
      ...(test.rerun !== undefined && { rerun: test.rerun }),
    },
  }
}

/** Returns the main figures of a result; of a comparison, without its pairs. */
function figuresOf(result: LoadResult): object {
  const figures = { name: result.name, ...keyFigures(result) }
  if (result.comparison === undefined) return figures
  const { changes, errors, tolerance, verdict } = result.comparison
  return { ...figures, compared: { changes, errors, tolerance, verdict } }
}

/** A test can fail although no verdict is a failure: by an inconclusive one, or by another assertion. */
function statusOf({ state }: TestOutcome, deciding: VerdictRecord | undefined): Status {
  if (state === 'failed') return 'failed'
  return deciding === undefined ? (state ?? 'other') : STATUS[deciding.verdict]
}
