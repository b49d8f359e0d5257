import { ratesOf } from '../model/rates.ts'
import type { RunRecord } from '../model/record.ts'
import type { LoadResult } from '../model/result.ts'
import { isGreen, type VerdictRecord, worstFirst } from '../model/verdict.ts'
import { verdictText } from './verdict-text.ts'
import type { KeyFigures, VerdictEntry } from '../model/verdicts-file.ts'

/** Returns the verdicts of all runs with their figures: the failed ones first, then in the order of `VERDICT_ORDER`. */
export function verdictEntries(runs: readonly RunRecord[]): readonly VerdictEntry[] {
  const entries = runs.flatMap((run) => run.verdicts.map((verdict) => entryOf(run, verdict)))
  return worstFirst(entries)
}

function entryOf({ suite, results, tests = [] }: RunRecord, record: VerdictRecord): VerdictEntry {
  const { result: index, reasons = [], message, ...verdict } = record
  const result = results[index]
  if (result === undefined) throw new RangeError(`a verdict refers to result ${index} of ${results.length}`)
  const { state, rerun } = tests.find((test) => test.results.includes(index)) ?? {}
  const [summary = ''] = message.split('\n', 1)
  return {
    suite,
    ...verdict,
    red: !isGreen(verdict.verdict, verdict.leaning ?? 'none', result.plan.onInconclusive),
    ...(state !== undefined && { state }),
    reasons,
    doubts: result.generator.doubts.map(({ code }) => code),
    errorClasses: Object.fromEntries(Object.entries(result.errorsByClass).map(([name, { count }]) => [name, count])),
    summary,
    evidence: verdictText(record).evidence,
    result: result.name,
    figures: keyFigures(result),
    seed: result.seed,
    ...(rerun !== undefined && { rerun }),
  }
}

/** Returns the main figures of a result. */
export function keyFigures(result: LoadResult): KeyFigures {
  const { p50Ms = null, p95Ms = null, p99Ms = null } = result.responseTime
  const { requestsScheduled, errors, dropped, errorRate } = result
  const { offered, achieved, unit } = ratesOf(result)
  return {
    offeredRps: offered,
    achievedRps: achieved,
    rateUnit: unit,
    requests: requestsScheduled,
    errors,
    dropped,
    errorRate,
    p50Ms,
    p95Ms,
    p99Ms,
  }
}
