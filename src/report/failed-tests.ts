import type { RunRecord, TestOutcome } from '../model/record.ts'
import { isGreen } from '../model/verdict.ts'
import { formatPlural } from '../wording/figures.ts'

/**
 * Returns the tests of a run that failed although none of their verdicts fails them: because of another assertion, or of
 * an error.
 */
export function otherwiseFailed({ tests = [], verdicts, results }: RunRecord): readonly TestOutcome[] {
  const red = new Set(
    verdicts.flatMap(({ verdict, leaning = 'none', result }) =>
      isGreen(verdict, leaning, results[result]?.plan.onInconclusive ?? 'lean') ? [] : [result],
    ),
  )
  return tests.filter(({ state, results: own }) => state === 'failed' && !own.some((result) => red.has(result)))
}

/** Formats their number: `1 test failed for another reason`. */
export function formatFailedTests(count: number): string {
  return `${formatPlural(count, 'test')} failed for another reason`
}
