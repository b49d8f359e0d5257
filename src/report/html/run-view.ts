import type { LoadResult } from '../../model/result.ts'
import type { RunRecord } from '../../model/record.ts'
import type { LatencyLimit, VerdictRecord } from '../../model/verdict.ts'
import { describeRun } from '../result-summary.ts'
import { LOAD_SUITE, runTitle } from '../run-records.ts'
import { idOf } from './html.ts'

/** A result with its place in the page. */
export interface ResultView {
  readonly result: LoadResult
  /** Name within its run: what the names of all results of a suite have in common is left out. */
  readonly name: string
  readonly id: string
  /** The limits that verdicts asserted of its response times. */
  readonly limits: readonly LatencyLimit[]
}

/** A run with the names and ids that its parts of the page refer to. */
export interface RunView {
  readonly run: RunRecord
  readonly id: string
  readonly title: string
  /** Read from a file: an earlier run of another suite. */
  readonly isEarlier: boolean
  readonly results: readonly ResultView[]
}

export function runView(run: RunRecord, index: number, isEarlier: boolean): RunView {
  const id = idOf(run.suite, index)
  const results = run.results.map((result, i) => ({
    result,
    name: nameOf(run, result),
    id: `${id}-result-${i + 1}`,
    limits: run.verdicts.flatMap((verdict) => (verdict.result === i ? (verdict.latencyLimits ?? []) : [])),
  }))
  return { run, id, title: runTitle(run), isEarlier, results }
}

/** Returns the id of the comparison of a result. */
export function comparedId(resultId: string): string {
  return `${resultId}-compared`
}

const BETWEEN = ' > '

function nameOf({ suite }: RunRecord, result: LoadResult): string {
  const own = suite === LOAD_SUITE ? result.name : (result.name.split(BETWEEN).at(-1) ?? '')
  return own === '' ? describeRun(result) : own
}

/** Order of verdicts: failures before passes, and an unproven one by the side that it leans to. */
const ORDER = ['fail', 'invalid', 'leans-to-fail', 'open', 'leans-to-pass', 'pass'] as const

/** What a verdict means for the reader. */
export type Standing = (typeof ORDER)[number]

export function standingOf({ verdict, leaning }: Pick<VerdictRecord, 'verdict' | 'leaning'>): Standing {
  if (verdict !== 'inconclusive') return verdict
  return leaning === 'pass' ? 'leans-to-pass' : leaning === 'fail' ? 'leans-to-fail' : 'open'
}

export function byStanding(a: VerdictRecord, b: VerdictRecord): number {
  return ORDER.indexOf(standingOf(a)) - ORDER.indexOf(standingOf(b))
}
