import type { RunRecord } from '../../model/record.ts'
import type { VerdictEntry } from '../../model/verdicts-file.ts'
import { isConclusion } from '../html/conclusions.ts'

/** Returns the name of what a verdict is about: a result, or a suite as a whole, which its test names. */
export function subjectName({ suite, summary, test, result }: VerdictEntry, runs: readonly RunRecord[]): string {
  const isWhole = runs.some((run) => run.suite === suite && isConclusion(run, { message: summary }))
  return isWhole ? test : result
}
