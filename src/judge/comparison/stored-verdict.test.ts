import { describe, expect, test } from 'vitest'
import { toNotRegressFrom } from '../matchers/to-not-regress-from.ts'
import { judge } from '../outcome.ts'
import { eachWith, evenBatches } from '../result.builder.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { baselineOf, machine, runOf, sourceOf, storedRuns } from './baseline.builder.ts'
import type { BaselineSource } from './stored-verdict.ts'

const STEADY = storedRuns([10, 10.2, 9.9, 10.1, 10])
const steady = sourceOf(baselineOf(STEADY))
const noisy = sourceOf(baselineOf(storedRuns([10, 11.5, 8.8, 10.6, 9.4])))

type Options = Parameters<typeof toNotRegressFrom>[2]

/** A host passes the source instead of a path. */
function compare(received: unknown, source: BaselineSource, options?: Options): JudgedVerdict {
  return toNotRegressFrom(received, source as never, options)
}

function messageOf(verdict: JudgedVerdict): string {
  return judge(verdict, false, 'lean').message()
}

describe('a run against stored runs', () => {
  test('passes at the same latency', () => {
    expect(messageOf(compare(runOf(10.1, 20), steady, { metric: 'p50' }))).toMatchInlineSnapshot(`
      "p50 response time at most 10% above 5 stored runs, was +0.6% (10.1 ms instead of 10.0 ms, 96% interval −3.1% to +4.4%)
        offered 200 req/s, achieved 200 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('fails when it is slower, with the ratio, its interval and the newest stored commit', () => {
    expect(messageOf(compare(runOf(13, 20), steady))).toMatchInlineSnapshot(`
      "expected p50 and mean response time at most 10% above 5 stored runs, was p50 +29.5% (13.0 ms instead of 10.0 ms, 96% interval +24.7% to +34.4%), mean +29.5% (13.0 ms instead of 10.0 ms, 96% interval +24.8% to +34.4%)
        offered 200 req/s, achieved 200 req/s, 0 dropped, 0 errors
        stored runs from 2026-01-01 to 2026-01-05, the newest at commit 0123456
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('fails when only one of its figures is slower', () => {
    const tail = runOf(10, 20, { batches: evenBatches(40, 50, (i) => (i % 10 === 0 ? 40 : 10)) })
    const verdict = compare(tail, steady, { metric: ['p50', 'p95'] })
    expect(verdict.verdict).toBe('fail')
    expect(compare(tail, steady, { metric: 'p50' }).verdict).toBe('pass')
  })

  test('is inconclusive where the stored runs differ too much, and says what would decide', () => {
    expect(messageOf(compare(runOf(12.5, 20), noisy, { metric: 'p50' }))).toMatchInlineSnapshot(`
      "inconclusive: p50 response time at most 10% above 5 stored runs is not proven (leans to fail)
        was +24.7% (12.5 ms instead of 10.0 ms, 96% interval −11.2% to +75.3%)
        the p50 of the stored runs varies by 10.4%, so a run like this one proves only a rise of more than 54.6%
        more stored runs are unlikely to decide: run longer, raise the tolerance, or compare both versions on this machine: write against: { ref: 'origin/main' } in the plan, and expect(result).toBeNoSlowerThan(baseline)
        offered 200 req/s, achieved 200 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
    expect(compare(runOf(10, 20), noisy).leaning).toBe('none')
  })

  test('is inconclusive with too few stored runs', () => {
    const few = sourceOf(baselineOf(STEADY.slice(0, 2)))
    expect(messageOf(compare(runOf(10, 20), few, { metric: 'mean' }))).toMatchInlineSnapshot(`
      "inconclusive: mean response time at most 10% above 2 stored runs is not proven (leans to neither side)
        was −1.0% (10.0 ms instead of 10.1 ms, 96% interval −48.0% to +88.6%)
        2 stored runs say too little about how much runs of the same code differ: 4 are needed
        store at least 4 runs, on different days: describe-load baseline save
        offered 200 req/s, achieved 200 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('is inconclusive without a file, and without runs of the test', () => {
    expect(messageOf(compare(runOf(10, 20), sourceOf(undefined), { metric: 'p50' }))).toMatchInlineSnapshot(`
      "inconclusive: p50 response time at most 10% above the stored runs cannot be compared (leans to neither side)
        was 10.0 ms
        baseline.json does not exist: run the test, then store its result: describe-load baseline save
        offered 200 req/s, achieved 200 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
    expect(compare(runOf(10, 20), sourceOf(baselineOf([]))).reasons).toEqual([
      { code: 'no-stored-runs', file: 'baseline.json', isMissing: false },
    ])
  })

  test('names everything that differs from the stored runs', () => {
    const other = sourceOf(steady.content, { ...machine, cpu: 'Apple M4', cpus: 10, node: '26.1.0' })
    expect(messageOf(compare(runOf(10, 20, { plan: { request: 'GET /slow' } }), other))).toMatchInlineSnapshot(`
      "inconclusive: p50 and mean response time at most 10% above the stored runs cannot be compared (leans to neither side)
        was p50 10.0 ms, mean 10.0 ms
        all 5 stored runs have CPU AMD EPYC 7763 64-Core Processor instead of Apple M4, number of CPUs 4 instead of 10, Node.js 24.11 instead of 26.1 and request GET / instead of GET /slow: store runs like this one (describe-load baseline update)
        or compare both versions on this machine: write against: { ref: 'origin/main' } in the plan, and expect(result).toBeNoSlowerThan(baseline)
        offered 200 req/s, achieved 200 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('compares only with comparable stored runs, and says how many there are', () => {
    const elsewhere = storedRuns([5, 5.1, 5.2], { environment: { ...machine, node: '22.19.0' } })
    const { claim, verdict } = compare(runOf(10, 20), sourceOf(baselineOf([...elsewhere, ...STEADY])))
    expect({ claim, verdict }).toEqual({
      claim: 'p50 and mean response time at most 10% above 5 of 8 stored runs',
      verdict: 'pass',
    })
  })

  test('fails when far more requests fail than in any stored run', () => {
    const failing = runOf(10, 20, {
      batches: eachWith(
        evenBatches(40, 40, () => 10),
        () => ({ errors: { 'http-5xx': 10 } }),
      ),
    })
    const verdict = compare(failing, steady)
    expect(verdict).toMatchObject({ verdict: 'fail', reasons: [{ code: 'more-failures', errorRate: 0.2 }] })
    expect(messageOf(verdict)).toContain(': 20% of the requests failed, and at most 0% in a stored run')
  })

  test('does not take an aborted run for a proof that more requests fail', () => {
    const aborted = (failed: number) =>
      runOf(10, 20, {
        batches: evenBatches(40, 50, () => 10).map(({ responsesMs }, i) =>
          i % 5 < 3 ? { responsesMs: responsesMs.slice(failed), errors: { 'http-5xx': failed } } : { responsesMs },
        ),
        rest: { ended: 'aborted' },
      })
    expect(compare(aborted(1), steady)).toMatchObject({ reason: 'the run was aborted', isUndecided: true })
    expect(compare(aborted(10), steady)).toMatchObject({ verdict: 'fail', reasons: [{ code: 'more-failures' }] })
    expect(compare(aborted(10), steady).isUndecided).toBeUndefined()
  })

  test('counts requests without a response as slower than all others', () => {
    const silent = runOf(10, 20, {
      batches: eachWith(
        evenBatches(40, 50, () => 10),
        (i) => ({ errors: { timeout: i % 4 === 0 ? 1 : 0 } }),
      ),
      plan: { rate: 200 },
    })
    // 0.5% of the requests is within the allowed rise of failures, and waited for the time-out of 10 s.
    expect(compare(silent, steady, { metric: 'mean' }).verdict).toBe('fail')
    expect(compare(silent, steady, { metric: 'p50' }).verdict).toBe('pass')
  })

  test('is inconclusive for a percentile that does not lie among the requests', () => {
    const short = runOf(10, 20, { batches: evenBatches(40, 1, () => 10) })
    const few = storedRuns([10, 10, 10, 10], { plan: { rate: 4 }, rest: { offeredRps: 4 } })
    expect(compare(short, sourceOf(baselineOf(few)), { metric: 'p99' })).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'none',
      reasons: [{ code: 'too-few-for-percentile', percentile: 99, requests: 40, requiredRequests: 100 }],
    })
  })

  test('is invalid when the generator made the run slower', () => {
    const late = runOf(13, 20, {
      lagMs: () => 12,
      batches: eachWith(
        evenBatches(40, 50, () => 22),
        () => ({ generatorLagMs: 20 }),
      ),
    })
    expect(compare(late, steady).verdict).toBe('invalid')
  })

  test('is invalid when the run was interrupted', () => {
    expect(compare(runOf(10, 20, { rest: { ended: 'interrupted' } }), steady).verdict).toBe('invalid')
  })

  test('does not know the CPU time of a target that was not monitored', () => {
    expect(compare(runOf(10, 20), steady, { metric: 'cpu' })).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'none',
      reasons: [{ code: 'no-figure', figure: 'CPU time per request' }],
    })
  })
})

describe('several runs against stored runs', () => {
  test('judge their mean, and need equal plans', () => {
    const runs = [runOf(13, 20), runOf(12.8, 21), runOf(13.1, 22)]
    expect(compare(runs, steady).verdict).toBe('fail')
    expect(compare([...runs, runOf(10, 23, { plan: { maxConnections: 5 } })], steady)).toMatchObject({
      verdict: 'inconclusive',
      reasons: [{ code: 'stored-runs-differ', runs: 5, differences: [{ key: 'maxConnections' }] }],
    })
  })

  test('are compared with the stored runs of each of their names', () => {
    const [first, second] = [STEADY.slice(0, 2), STEADY.slice(2)]
    const content = { ...baselineOf(first), tests: { 'a case': first, 'a case (2)': second } }
    const runs = [runOf(10, 20), runOf(10, 21, { rest: { name: 'a case (2)' } })]
    expect(compare(runs, sourceOf(content)).claim).toContain('above 5 stored runs')
  })

  test('an empty list is rejected', () => {
    expect(() => compare([], steady)).toThrow('toNotRegressFrom() judges a LoadResult')
  })
})

test('rejects a baseline that no host has read', () => {
  expect(() => toNotRegressFrom(runOf(10, 20), 'baseline.json')).toThrowErrorMatchingInlineSnapshot(`
    [LoadMatcherError: toNotRegressFrom() takes the path of a baseline file, got 'baseline.json'
        → write toNotRegressFrom('baseline.json')]
  `)
  expect(() => compare(runOf(10, 20), 5 as never)).toThrow('got 5')
})
