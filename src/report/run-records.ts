import { EMBEDDED_FRAGMENT } from '../model/work.ts'
import type { Environment, LoadRecord, RunRecord, TestOutcome } from '../model/record.ts'
import { cleanJson, cleanUnknown } from '../model/text/clean.ts'

/** Name of the run that combines the load tests which belong to no suite. */
export const LOAD_SUITE = 'load'

/** Returns the title of a run: its suite, and its name if it has another one. */
export function runTitle({ suite, name }: Pick<RunRecord, 'suite' | 'name'>): string {
  if (suite === LOAD_SUITE) return 'Load tests'
  return name === suite ? suite : `${suite}: ${name}`
}

/** The record of one load test, as the host passes it on. */
export interface TestedLoad extends Omit<TestOutcome, 'results'> {
  readonly record: LoadRecord
}

/**
 * Returns the runs that artifacts are rendered from: one for all custom load tests, one for each call of a suite. Of
 * two calls of one suite under the same name, keeps the later one. Their results and verdicts are clean already; this
 * cleans the names of tests, which are part of no result.
 */
export function runRecords(loads: readonly TestedLoad[], environment: Environment): readonly RunRecord[] {
  const runs = new Map<string, TestedLoad[]>()
  // A test without results and findings has already reported why, and has nothing for a report.
  for (const load of loads.filter(({ record }) => record.results.length > 0 || hasFindings(record))) {
    const suite = load.record.suite ?? LOAD_SUITE
    const key = suite === LOAD_SUITE ? LOAD_SUITE : `${suite}\n${nameOf(load)}`
    runs.set(key, suite === LOAD_SUITE ? [...(runs.get(key) ?? []), load] : [load])
  }
  return [...runs.values()].map((together) => cleanJson(join(together, environment), cleanUnknown))
}

/** Whether a suite found anything, such as the scenarios that it could not run. */
function hasFindings({ findings }: LoadRecord): boolean {
  return typeof findings === 'object' && findings !== null && Object.values(findings).some(isFilled)
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}

function join(loads: readonly TestedLoad[], environment: Environment): RunRecord {
  const results = loads.flatMap(({ record }) => record.results)
  const [first] = loads
  const suite = first?.record.suite ?? LOAD_SUITE
  const starts = results.map(({ startedAt }) => Date.parse(startedAt))
  const ends = results.map(({ durationMs }, index) => (starts[index] ?? 0) + durationMs)
  const concludedMs = loads.flatMap(({ record: { concludedAt } }) =>
    concludedAt === undefined ? [] : Date.parse(concludedAt),
  )
  const startMs = Math.min(...(starts.length === 0 ? concludedMs : starts))
  const endedEarly = loads.find(({ record }) => record.endedEarly !== undefined)?.record.endedEarly
  const unlisted = loads.flatMap(({ record }) => record.unlisted ?? [])
  return {
    schema: 1,
    suite,
    name: suite === LOAD_SUITE || first === undefined ? suite : nameOf(first),
    startedAt: new Date(startMs).toISOString(),
    durationMs: Math.max(startMs, ...ends) - startMs,
    environment,
    target: [...new Set(results.flatMap(({ target }) => targetsOf(target.url)))].join(', '),
    results,
    verdicts: verdictsOf(loads),
    tests: testsOf(loads),
    findings: suite === LOAD_SUITE ? null : (first?.record.findings ?? null),
    ...(endedEarly !== undefined && { endedEarly }),
    ...(unlisted.length > 0 && { unlisted }),
  }
}

/** Splits the targets of a mix. Removes the mark of an embedded one, which is internal. */
function targetsOf(urls: string): readonly string[] {
  return urls.split(', ').map((url) => url.replace(EMBEDDED_FRAGMENT, ''))
}

/** Returns the name of a call of a suite. */
function nameOf({ test, record }: TestedLoad): string {
  return record.suiteName ?? test
}

/** Returns the tests, with the indexes of their results in the run. */
function testsOf(loads: readonly TestedLoad[]): readonly TestOutcome[] {
  let before = 0
  return loads.map(({ record, ...test }) => {
    const first = before
    before += record.results.length
    return { ...test, results: record.results.map((_, index) => first + index) }
  })
}

/** A verdict refers to its result by its index in the test; this maps it to the index in the run. */
function verdictsOf(loads: readonly TestedLoad[]): RunRecord['verdicts'] {
  let before = 0
  return loads.flatMap(({ record }) => {
    const first = before
    before += record.results.length
    return record.verdicts.map((verdict) => ({ ...verdict, result: verdict.result + first }))
  })
}
