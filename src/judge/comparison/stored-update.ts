import type { Baseline, StoredRun } from '../../model/baseline.ts'
import type { RunRecord } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import { settle } from '../verdict/validity.ts'
import { EMPTY_BASELINE } from './stored-file.ts'
import { differencesBetween, isSameMachine, storedRun } from './stored-run.ts'

/** `save` adds runs; `update` first removes those of the same test on the same machine. */
export type UpdateMode = 'save' | 'update'

/** What became of a result. */
export interface StoredOutcome {
  readonly test: string
  /** Comparable runs of the test that the baseline has now; undefined if the result was left out. */
  readonly runs?: number
  /** Why the result was left out. */
  readonly leftOut?: string
}

/** Runs that a test keeps on one machine, with one plan. The file stays small, and a pull request shows its changes. */
const MAX_RUNS = 20

/** Returns a baseline with the results of a test run, and what became of each. */
export function updatedBaseline(
  before: Baseline | undefined,
  runs: readonly RunRecord[],
  { modeOf, isAsked }: { readonly modeOf: (test: string) => UpdateMode; readonly isAsked: (test: string) => boolean },
): { readonly baseline: Baseline; readonly outcomes: readonly StoredOutcome[] } {
  const tests: Record<string, readonly StoredRun[]> = { ...before?.tests }
  const cleared = new Set<string>()
  const outcomes = runs.flatMap((record) =>
    record.results.flatMap((result, index): StoredOutcome[] => {
      const test = result.name
      if (!isAsked(test)) return []
      const mode = modeOf(test)
      const leftOut = whyLeftOut(result, index, record, mode) ?? whyKnown(result, tests[test])
      if (leftOut !== undefined) return [{ test, leftOut }]
      const stored = storedRun(result, record.environment)
      const others = (tests[test] ?? []).filter(
        (run) => mode === 'save' || cleared.has(test) || !isSameMachine(run.environment, record.environment),
      )
      cleared.add(test)
      const kept = withNewest([...others, stored], stored)
      tests[test] = kept
      return [{ test, runs: comparableWith(kept, stored).length }]
    }),
  )
  return { baseline: { ...(before ?? EMPTY_BASELINE), tests }, outcomes }
}

function whyLeftOut(result: LoadResult, index: number, { verdicts }: RunRecord, mode: UpdateMode): string | undefined {
  if (result.successes === 0) return 'no request succeeded'
  const standing = settle(result, result, { verdict: 'pass', details: [] })
  if (standing.verdict !== 'pass') return standing.reason ?? 'the run is not valid'
  const own = verdicts.filter((verdict) => verdict.result === index && verdict.matcher === 'toNotRegressFrom')
  // Other processes made the run slower, for example.
  if (own.some(({ verdict }) => verdict === 'invalid')) return 'its verdict is invalid: see the message of the test'
  return mode === 'save' && own.some(({ verdict }) => verdict === 'fail')
    ? 'it is slower than the stored runs (describe-load baseline update accepts it)'
    : undefined
}

function whyKnown({ startedAt }: LoadResult, runs: readonly StoredRun[] = []): string | undefined {
  return runs.some((run) => run.startedAt === startedAt) ? 'it is stored already: run the test again' : undefined
}

function comparableWith(runs: readonly StoredRun[], run: StoredRun): readonly StoredRun[] {
  return runs.filter((other) => differencesBetween(other, run).length === 0)
}

/** Removes the oldest runs that are comparable with `run`, if there are too many. */
function withNewest(runs: readonly StoredRun[], run: StoredRun): readonly StoredRun[] {
  const surplus = new Set(comparableWith(runs, run).slice(0, -MAX_RUNS))
  return runs.filter((each) => !surplus.has(each))
}
