import { describe, expect, test } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import { writtenResult } from '../../model/written-result.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { eachWith, evenBatches, resultOf } from '../result.builder.ts'
import { matchers } from './index.ts'

export type MatcherName = keyof typeof matchers

/** Arguments of a matcher. */
export interface MatcherCalls {
  /** With these, it passes on `result`. */
  readonly holding: readonly unknown[]
  /** With these, it does not pass on `result`; absent if it is called on a failing run instead. */
  readonly broken?: readonly unknown[]
}

/** A run without failures, whose response times lie between 10 and 19 ms. */
export const result: LoadResult = resultOf({
  batches: evenBatches(40, 100, (i) => 10 + (i % 10)),
  plan: { sla: { p99Ms: 50, errorRate: 0.2 } },
  phases: { baseline: [0, 10], overload: [10, 14], recovery: [14, 40] },
  rest: { target: watched(40, () => 100) },
})

/** The same run, from a file. */
const readBack = JSON.parse(JSON.stringify(writtenResult(result))) as LoadResult

/** A target that was monitored for `seconds`, with its memory in each second. */
function watched(seconds: number, rssMb: (second: number) => number): LoadResult['target'] {
  const sample = (second: number) => ({
    atMs: (second + 1) * 1_000,
    cpuPercent: 40,
    busiestProcessCpuPercent: 40,
    rssMb: rssMb(second),
    openSockets: 4,
    threads: 11,
    bytesIn: null,
    bytesOut: null,
  })
  return { url: 'http://127.0.0.1:3000/', pids: [7], samples: Array.from({ length: seconds }, (_, i) => sample(i)) }
}

/** A run in which half of the requests fail or are dropped. */
const failing = resultOf({
  batches: eachWith(
    evenBatches(40, 100, () => 10),
    () => ({ errors: { connect: 50 }, dropped: { overflow: 50 } }),
  ),
  rest: { target: watched(40, (second) => 100 + 2 * second) },
})

export function call(name: MatcherName, received: unknown, args: readonly unknown[]): JudgedVerdict {
  const matcher = new Map<string, unknown>(Object.entries(matchers)).get(name)
  return (matcher as (received: unknown, ...args: readonly unknown[]) => JudgedVerdict)(received, ...args)
}

/** Conformance tests for every matcher. */
export function describeMatcher(name: MatcherName, { holding, broken }: MatcherCalls): void {
  describe(`matcher ${name}`, () => {
    test('passes when its claim holds, for the result and for its operation', () => {
      expect(call(name, result, holding).verdict).toBe('pass')
      expect(call(name, result.operations['GET /'], holding).verdict).toBe('pass')
      expect(call(name, result.operations['GET /'], holding).claim).toContain('of operation "GET /"')
    })

    test('judges a result that was read from an artifact, and its operation, like the original', () => {
      for (const args of [holding, broken ?? holding]) {
        expect(call(name, readBack, args)).toEqual(call(name, result, args))
        expect(call(name, readBack.operations['GET /'], args)).toEqual(call(name, result.operations['GET /'], args))
      }
    })

    test('does not pass when its claim does not hold', () => {
      expect(call(name, broken === undefined ? failing : result, broken ?? holding).verdict).not.toBe('pass')
    })

    test('rejects anything that is not a result with ERR_LOAD_MATCHER_SUBJECT', () => {
      const refusal = expect.objectContaining({
        code: 'ERR_LOAD_MATCHER_SUBJECT',
        message: expect.stringContaining(name),
      })
      expect(() => call(name, { p99: 12 }, holding)).toThrow(refusal)
    })
  })
}
