import type { RunRecord } from '../../model/record.ts'
import type { Distribution } from '../../model/figures.ts'
import { bucketOf } from '../../model/hdr.ts'
import { encodeHdr } from '../../model/hdr-codec.ts'
import type { LoadResult } from '../../model/result.ts'
import type { VerdictRecord } from '../../model/verdict.ts'
import { environment, recordOf, resultOf } from '../run-record.builder.ts'
import { runRecords } from '../run-records.ts'

/** A name with everything that acts in some format: quotes, markup, line breaks, a comment, escapes. */
export const HOSTILE_NAME = 'a "b" \\ </script><img src=x onerror=alert(1)>\n::error::x # {b="c"} 1\n# EOF\t|`x`|'

/** Returns response times in ascending order, with their histogram. */
export function timesOf(timesMs: readonly number[]): Distribution {
  const counts = new Map<number, number>()
  for (const ms of timesMs) counts.set(bucketOf(1_000 * ms), (counts.get(bucketOf(1_000 * ms)) ?? 0) + 1)
  const at = (ratio: number): number => timesMs[Math.ceil(ratio * timesMs.length) - 1] ?? 0
  return {
    count: timesMs.length,
    minMs: at(0.001),
    meanMs: at(0.5),
    stddevMs: 0,
    p50Ms: at(0.5),
    p75Ms: at(0.75),
    p90Ms: at(0.9),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    maxMs: at(1),
    histogram: encodeHdr({ buckets: [...counts.keys()], counts: [...counts.values()] }),
  }
}

/** 1, 2 … 100 ms. */
export const HUNDRED: readonly number[] = Array.from({ length: 100 }, (_, index) => index + 1)

const hundred = timesOf(HUNDRED)

/** Returns one run of load tests, each with one result and one verdict of the given value. */
export function runsOf(
  tests: readonly (Partial<LoadResult> & { readonly verdict?: VerdictRecord['verdict'] })[],
): readonly RunRecord[] {
  const loads = tests.map(({ verdict = 'pass', ...change }) => {
    const result = resultOf({ responseTime: hundred, ...change })
    const kept = { result: 0, test: result.name, matcher: 'toHaveP99Below', verdict, message: `${verdict}: a\n  b` }
    const state = verdict === 'pass' ? 'passed' : 'failed'
    const at = { file: 'shop.load.test.ts', line: 9, column: 3 }
    return {
      test: result.name,
      state,
      file: 'shop.load.test.ts',
      rerun: 'npx vitest run shop.load.test.ts',
      record: recordOf({ results: [result], verdicts: [{ ...kept, at }] }),
    } as const
  })
  return runRecords(loads, environment)
}
