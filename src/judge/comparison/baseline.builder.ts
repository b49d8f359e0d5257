/** Test support: baselines of runs with known latencies. */
import type { Baseline, StoredRun } from '../../model/baseline.ts'
import type { Environment } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import { evenBatches, resultOf, type ResultCase } from '../result.builder.ts'
import { EMPTY_BASELINE } from './stored-file.ts'
import { storedRun } from './stored-run.ts'
import type { BaselineSource } from './stored-verdict.ts'

export const machine: Environment = {
  node: '24.11.0',
  os: 'Linux 6.8.0-1021-azure',
  cpus: 4,
  cpu: 'AMD EPYC 7763 64-Core Processor',
  memoryMb: 16_000,
  describeLoad: '0.1.0',
  commit: '0123456789abcdef0123456789abcdef01234567',
}

/** Returns a run of 10 s whose response times lie between 0.9 and 1.1 × `ms`, on a day of January 2026. */
export function runOf(ms: number, day: number, { plan, rest, ...more }: Partial<ResultCase> = {}): LoadResult {
  return resultOf({
    batches: evenBatches(40, 50, (i) => ms * (0.9 + 0.02 * (i % 11))),
    ...more,
    ...(plan !== undefined && { plan }),
    rest: { startedAt: new Date(Date.UTC(2026, 0, day)).toISOString(), ...rest },
  })
}

/** Returns runs of these latencies on consecutive days, from 1 January 2026. */
export function storedRuns(
  latenciesMs: readonly number[],
  { environment = machine, ...more }: Partial<ResultCase> & { readonly environment?: Environment } = {},
): readonly StoredRun[] {
  return latenciesMs.map((ms, index) => storedRun(runOf(ms, index + 1, more), environment))
}

/** Returns runs on five days that are comparable with a result, whose response times are `share` of 10 to 19 ms. */
export function repeatedRuns(result: LoadResult, share = 1): readonly StoredRun[] {
  return [0.99, 1, 1.01, 0.995, 1.005].map((scatter, index) => {
    const batches = evenBatches(40, 100, (i) => share * scatter * (10 + (i % 10)))
    const { responseTime, serviceTime } = resultOf({ batches })
    const day = { startedAt: new Date(Date.UTC(2026, 0, index + 1)).toISOString() }
    const part = Object.assign({}, result.operations['GET /'], { responseTime, serviceTime })
    return storedRun({ ...result, ...day, responseTime, serviceTime, operations: { 'GET /': part } }, machine)
  })
}

/** Returns a baseline with these runs of the test that `runOf` measures. */
export function baselineOf(runs: readonly StoredRun[]): Baseline {
  return { ...EMPTY_BASELINE, tests: { 'a case': runs } }
}

/** Returns what a host passes to the matcher. */
export function sourceOf(content: Baseline | undefined, environment: Environment = machine): BaselineSource {
  return { file: 'baseline.json', content, environment }
}
