import { EMBEDDED_FRAGMENT } from '../model/work.ts'
import type { Environment, LoadRecord, RunRecord } from '../model/record.ts'
import { redact } from './redact.ts'

/** Under this name the results of load tests that belong to no suite are kept together. */
export const OWN_TESTS = 'load'

/** What one load test left behind, as the host hands it over. */
export interface TestedLoad {
  /** Full name of the test, with the names of what it stands in. */
  readonly test: string
  readonly record: LoadRecord
}

/**
 * The runs that artifacts are made of: one for all of a user's own load tests, one for each call of a suite. Of two calls
 * of one suite under the same name the later one stands. Secrets are taken out here, and only here.
 */
export function runRecords(loads: readonly TestedLoad[], environment: Environment): readonly RunRecord[] {
  const runs = new Map<string, TestedLoad[]>()
  // A test that never got to its traffic has said why itself; it has nothing to report.
  for (const load of loads.filter(({ record }) => record.results.length > 0)) {
    const suite = load.record.suite ?? OWN_TESTS
    const key = suite === OWN_TESTS ? OWN_TESTS : `${suite}\n${nameOf(load)}`
    runs.set(key, suite === OWN_TESTS ? [...(runs.get(key) ?? []), load] : [load])
  }
  return [...runs.values()].map((together) => redact(join(together, environment)))
}

function join(loads: readonly TestedLoad[], environment: Environment): RunRecord {
  const results = loads.flatMap(({ record }) => record.results)
  const [first] = loads
  const suite = first?.record.suite ?? OWN_TESTS
  const starts = results.map(({ startedAt }) => Date.parse(startedAt))
  const ends = results.map(({ durationMs }, index) => (starts[index] ?? 0) + durationMs)
  const startMs = Math.min(...starts)
  return {
    schema: 1,
    suite,
    name: suite === OWN_TESTS || first === undefined ? suite : nameOf(first),
    startedAt: new Date(startMs).toISOString(),
    durationMs: Math.max(...ends) - startMs,
    environment,
    target: [...new Set(results.flatMap(({ target }) => targetsOf(target.url)))].join(', '),
    results,
    verdicts: verdictsOf(loads),
    findings: suite === OWN_TESTS ? null : (first?.record.findings ?? null),
  }
}

/** A mix has several. What marks an embedded one is the tool's own business. */
function targetsOf(urls: string): readonly string[] {
  return urls.split(', ').map((url) => url.replace(EMBEDDED_FRAGMENT, ''))
}

/** What a call of a suite goes by. */
function nameOf({ test, record }: TestedLoad): string {
  return record.suiteName ?? test
}

/** Verdicts name their result by its place in the test; here it becomes the place in the run. */
function verdictsOf(loads: readonly TestedLoad[]): RunRecord['verdicts'] {
  let before = 0
  return loads.flatMap(({ record }) => {
    const first = before
    before += record.results.length
    return record.verdicts.map((verdict) => ({ ...verdict, result: verdict.result + first }))
  })
}
