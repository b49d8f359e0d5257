import type { RunRecord } from '../model/record.ts'
import type { LoadResult } from '../model/result.ts'
import { LOAD_SUITE } from './run-records.ts'

/** A result under a name that no other one has. */
export interface NamedResult {
  readonly name: string
  readonly run: RunRecord
  readonly result: LoadResult
}

/**
 * Returns the results that stand for the runs in a short report: of custom load tests all, of a suite those that its
 * verdicts refer to, because its other runs are trials. Two tests in different files can have the same name, so that
 * the later one gets a number.
 */
export function headlineResults(runs: readonly RunRecord[]): readonly NamedResult[] {
  const used = new Map<string, number>()
  return runs.flatMap((run) =>
    headlinesOf(run).map((result) => {
      const name = result.name || 'load'
      const number = (used.get(name) ?? 0) + 1
      used.set(name, number)
      return { name: number === 1 ? name : `${name} [${number}]`, run, result }
    }),
  )
}

function headlinesOf({ suite, results, verdicts }: RunRecord): readonly LoadResult[] {
  if (suite === LOAD_SUITE) return results
  const judged = new Set(verdicts.map(({ result }) => result))
  return results.filter((_, index) => judged.has(index))
}
