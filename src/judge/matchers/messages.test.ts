import { describe, expect, test } from 'vitest'

import type { LoadResult } from '../../model/result.ts'
import { judge } from '../outcome.ts'
import { eachWith, evenBatches, resultOf } from '../result.builder.ts'
import { randomOf } from '../verdict/queue.builder.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { matchers } from './index.ts'
import { doubt } from '../../wording/doubts.ts'

/** Text that a host prints for a verdict, in one polarity. */
function said(verdict: JudgedVerdict, isNot = false): string {
  return judge(verdict, isNot, 'fail').message()
}

/** 500 req/s for 12 s, on a target that responds within 5 to 25 ms. */
function fast(rest: Partial<LoadResult> = {}): LoadResult {
  const random = randomOf(1)
  return resultOf({ batches: evenBatches(48, 125, () => 5 + 20 * random()), rest })
}

/** The same load on a target that looks slow because the pool is too small. It refuses three connections. */
function slow(): LoadResult {
  const random = randomOf(2)
  const batches = evenBatches(48, 125, () => 20 + 70 * random())
  return resultOf({
    batches: eachWith(batches, (i) => (i % 16 === 3 ? { errors: { connect: 1 } } : {})),
    serviceMs: (ms) => ms / 7,
    rest: { pool: { size: 20, peakInUse: 20, fullRatio: 0.614 } },
  })
}

describe('a proven latency', () => {
  test('over its limit: prints the claim, the load, the cause and the seed', () => {
    expect(said(matchers.toHaveP99Below(slow(), 50))).toMatchInlineSnapshot(`
      "expected p99 response time below 50 ms, was 89.4 ms (90% interval 89.2–89.6 ms, n = 6 003, effective 3 715)
        offered 500 req/s, achieved 500 req/s, 0 dropped, 3 errors (connect 3)
        service time p99 12.8 ms: requests waited for a free connection (pool of 20 was full 61.4% of the time)
        3 requests without a response count as over every limit
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test.each([
    ['fail', () => matchers.toHaveP99Below(slow(), 50), /^service time p99 12\.8 ms: requests waited for a free/],
    [
      'fail of a service level',
      () => matchers.toMeetSla(slow(), { p50Ms: 500, p99Ms: 50 }),
      /^fail: p99 response time/,
    ],
    ['pass', () => matchers.toHaveP99Below(fast(), 50), /^undefined$/],
  ] as const)('has the line that explains a %s', (_, verdictOf, expected) => {
    const verdict = verdictOf()
    expect(String(verdict.why)).toMatch(expected)
    expect(verdict.why === undefined || verdict.details.includes(verdict.why)).toBe(true)
  })

  test('below its limit with .not: prints the claim, the load and the seed', () => {
    expect(said(matchers.toHaveP99Below(fast(), 50), true)).toMatchInlineSnapshot(`
      "expected p99 response time not below 50 ms, was 24.8 ms (90% interval 24.7–24.9 ms, n = 6 000, effective 2 610)
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('over a service time limit: names the target as the cause', () => {
    expect(said(matchers.toHaveP95Below(fast(), 20, { of: 'service' }))).toMatchInlineSnapshot(`
      "expected p95 service time below 20 ms, was 24.0 ms (90% interval 23.9–24.1 ms, n = 6 000, effective 4 552)
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        service time p95 24.0 ms: the target itself was slow
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('with a doubt: prints the doubt', () => {
    const doubts = [doubt({ code: 'foreign-load', cpuPercent: 80 })]
    const generator = { ...fast().generator, doubts }
    expect(said(matchers.toHaveMeanBelow(fast({ generator }), 10))).toMatchInlineSnapshot(`
      "expected mean response time below 10 ms, was 15.1 ms (90% interval 15.0–15.2 ms, n = 6 000, effective 5 503)
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        service time mean 15.1 ms: the target itself was slow
        doubt: other processes used 80% of a core; stop them, or run the load test alone
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })
})

describe('an inconclusive latency', () => {
  test('with too few requests: prints the number and the run length that a proof needs', () => {
    const few = resultOf({ batches: evenBatches(40, 1, (i) => 10 + (i % 9)) })
    expect(said(matchers.toHaveP99Below(few, 50))).toMatchInlineSnapshot(`
      "inconclusive: p99 response time below 50 ms is not proven by 40 requests in 10 s (leans to neither side)
        was 18.0 ms (90% interval at least 17.0 ms, n = 40, effective 12)
        a p99 needs at least 100 requests, this run has 40: run longer, or assert p95
        about 260 more requests would decide (duration: '75s')
        offered 4 req/s, achieved 4 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('in a short run: prints the minimum run length', () => {
    const short = resultOf({ batches: evenBatches(10, 4, (i) => 10 + (i % 9)) })
    expect(said(matchers.toHaveP99Below(short, 50))).toMatchInlineSnapshot(`
      "inconclusive: p99 response time below 50 ms is not proven by 40 requests in 2.5 s (leans to neither side)
        was 18.0 ms (n = 40)
        a p99 needs at least 100 requests, this run has 40: run longer, or assert p95
        a run of 2.5 s proves only a clear breach
        about 264 more requests would decide (duration: '19s')
        offered 16 req/s, achieved 16 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('with correlated requests: prints the number of independent ones', () => {
    const stall = evenBatches(48, 125, (i) => (i >= 2_000 && i < 2_200 ? 400 - (i - 2_000) * 2 : 10 + (i % 9)))
    expect(said(matchers.toHaveP99Below(resultOf({ batches: stall }), 390))).toMatchInlineSnapshot(`
      "inconclusive: p99 response time below 390 ms is not proven by 6 000 requests in 12 s (leans to pass)
        was 280 ms (90% interval at least 18.0 ms, n = 6 000, effective 20)
        latencies vary more slowly than this run: 6 000 requests count as 30 independent ones
        about 3 562 500 more requests would decide (duration: '7137s')
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })
})

describe('a latency is not judged', () => {
  test('when the generator was late', () => {
    const random = randomOf(3)
    const late = resultOf({ batches: evenBatches(48, 125, () => 20 + 70 * random()), lagMs: (ms) => ms * 0.9 })
    expect(said(matchers.toHaveP99Below(late, 50))).toMatchInlineSnapshot(`
      "invalid: p99 response time below 50 ms cannot be judged: the load was not delivered
        was 89.2 ms (90% interval 88.8–89.3 ms, n = 6 000, effective 2 956)
        the generator was late (schedule lag p99 80.3 ms); without that delay, p99 is 8.92 ms
        use a machine with less other load, lower the rate, or raise threads
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
    expect(said(matchers.toHaveP99Below(late, 500), true)).toMatchInlineSnapshot(`
      "invalid: p99 response time not below 500 ms cannot be judged: the load was not delivered
        was 89.2 ms (90% interval 88.8–89.3 ms, n = 6 000, effective 2 956)
        schedule lag p99 80.3 ms, allowed 10.0 ms: the generator was late
        use a machine with less other load, lower the rate, or raise threads
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('when the target did not respond', () => {
    const batches = eachWith(
      evenBatches(48, 0, () => 0),
      () => ({ errors: { connect: 10 } }),
    )
    expect(said(matchers.toHaveP99Below(resultOf({ batches }), 50))).toMatchInlineSnapshot(`
      "invalid: p99 response time below 50 ms cannot be judged: nothing was measured
        was no response in time (n = 480, effective 480)
        none of 480 requests received a response
        connect 480, first error: the first connect
        check that the target is running and responds to this request; to judge failures, use toHaveErrorRateBelow
        offered 40 req/s, achieved 0 req/s, 0 dropped, 480 errors (connect 480)
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('when the run was interrupted', () => {
    const cut = fast({ ended: 'interrupted', endedBecause: 'interrupted by SIGINT' })
    expect(said(matchers.toHaveP99Below(cut, 50))).toMatchInlineSnapshot(`
      "invalid: p99 response time below 50 ms cannot be judged: the run was interrupted
        was 24.8 ms (90% interval 24.7–24.9 ms, n = 6 000, effective 2 610)
        interrupted by SIGINT
        run it again without interruption
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('but fails when abortOn stopped the run', () => {
    const aborted = fast({ ended: 'aborted', endedBecause: 'abortOn: error rate below 5%, was 12%' })
    expect(said(matchers.toHaveP99Below(aborted, 50))).toMatchInlineSnapshot(`
      "expected p99 response time below 50 ms, was 24.8 ms (90% interval 24.7–24.9 ms, n = 6 000, effective 2 610): the run was aborted
        abortOn: error rate below 5%, was 12%
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
    // The requests prove the opposite of what .not claims, so it does not hold.
    expect(said(matchers.toHaveP99Below(aborted, 50), true)).toMatchInlineSnapshot(`
      "invalid: p99 response time not below 50 ms cannot be judged: the run was aborted
        was 24.8 ms (90% interval 24.7–24.9 ms, n = 6 000, effective 2 610)
        abortOn: error rate below 5%, was 12%
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })
})

describe('failures', () => {
  const failing = resultOf({
    batches: eachWith(
      evenBatches(48, 125, () => 10),
      (i) => ({
        errors: { 'http-5xx': i % 3, ...(i % 5 === 0 && { timeout: 1 }) },
      }),
    ),
    plan: { sla: { p99Ms: 50, errorRate: 0.005, rps: 500 } },
  })

  test('are listed by class when the error rate is over its limit', () => {
    expect(said(matchers.toHaveErrorRateBelow(failing, 0.005))).toMatchInlineSnapshot(`
      "expected error rate below 0.5%, was 0.96% (90% interval 0.76–1.19%, n = 6 058, effective 6 058)
        offered 505 req/s, achieved 500 req/s, 0 dropped, 58 errors (http-5xx 48, timeout 10)
        http-5xx 48, first error: the first http-5xx
        timeout 10, first error: the first timeout
        → the target itself failed: its log shows why
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
    expect(said(matchers.toHaveErrorRateBelow(failing, 0.05), true)).toMatchInlineSnapshot(`
      "inconclusive: error rate not below 5% is not proven by 6 058 requests in 12 s (leans to fail)
        was 0.96% (90% interval 0.76–1.19%, n = 6 058, effective 6 058)
        a run this short can miss outages of 500 ms
        about 17 670 more requests would decide (duration: '47s')
        offered 505 req/s, achieved 500 req/s, 0 dropped, 58 errors (http-5xx 48, timeout 10)
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
    expect(said(matchers.toHaveSuccessRateAbove(failing, 0.995))).toMatchInlineSnapshot(`
      "expected success rate above 99.5%, was 99% (90% interval 98.8–99.2%, n = 6 058, effective 6 058)
        offered 505 req/s, achieved 500 req/s, 0 dropped, 58 errors (http-5xx 48, timeout 10)
        http-5xx 48, first error: the first http-5xx
        timeout 10, first error: the first timeout
        → the target itself failed: its log shows why
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('are counted by toHaveNoErrors and toHaveNoDroppedRequests, also with .not', () => {
    expect(said(matchers.toHaveNoErrors(failing))).toMatchInlineSnapshot(`
      "expected no errors, was 58 errors (http-5xx 48, timeout 10) in 6 058 requests
        offered 505 req/s, achieved 500 req/s, 0 dropped, 58 errors (http-5xx 48, timeout 10)
        http-5xx 48, first error: the first http-5xx
        timeout 10, first error: the first timeout
        → the target itself failed: its log shows why
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
    expect(said(matchers.toHaveNoErrors(fast()), true)).toMatchInlineSnapshot(`
      "expected some errors, was 0 errors in 6 000 requests
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
    expect(said(matchers.toHaveNoDroppedRequests(fast()), true)).toMatchInlineSnapshot(`
      "expected some dropped requests, was 0 dropped requests of 6 000
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('of a service level list every limit', () => {
    expect(said(matchers.toMeetSla(failing))).toMatchInlineSnapshot(`
      "expected service level met, was missed: 1 of 3 limits broken, 1 not proven, 1 met
        pass: p99 response time below 50 ms, was 10.0 ms (90% interval 10.0–10.0 ms, n = 6 010, effective 6 010)
        fail: error rate below 0.5%, was 0.96% (90% interval 0.76–1.19%, n = 6 058, effective 6 058)
        inconclusive: 500 req/s sustained, was 500 req/s (99% of 6 058 requests succeeded)
        offered 505 req/s, achieved 500 req/s, 0 dropped, 58 errors (http-5xx 48, timeout 10)
        http-5xx 48, first error: the first http-5xx
        timeout 10, first error: the first timeout
        → the target itself failed: its log shows why
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })
})

describe('a rate', () => {
  test('not sustained because the backlog grew: prints the growth', () => {
    const batches = eachWith(
      evenBatches(48, 125, () => 10),
      (i) => ({ inFlight: 7 * (i + 1) }),
    )
    expect(said(matchers.toSustainRps(resultOf({ batches }), 500))).toMatchInlineSnapshot(`
      "expected 500 req/s sustained, was 500 req/s (100% of 6 000 requests succeeded, 329 more in flight at the end)
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        requests piled up: 5.48% of the arrivals remained in flight
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('sustained with .not: prints the rate and the load', () => {
    expect(said(matchers.toSustainRps(fast(), 500), true)).toMatchInlineSnapshot(`
      "expected 500 req/s not sustained, was 500 req/s (100% of 6 000 requests succeeded)
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })

  test('not scheduled: prints the rate that the plan needs', () => {
    expect(said(matchers.toSustainRps(fast(), 1_000))).toMatchInlineSnapshot(`
      "invalid: 1 000 req/s sustained cannot be judged: the load was not delivered
        was 500 req/s (100% of 6 000 requests succeeded)
        the plan scheduled only 500 req/s: set rate: 1000
        offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
        seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
    `)
  })
})

test('a maximum over its limit prints the load and the cause', () => {
  expect(said(matchers.toHaveMaxBelow(fast(), 20))).toMatchInlineSnapshot(`
    "expected maximum response time below 20 ms, was 25.0 ms (n = 6 000)
      offered 500 req/s, achieved 500 req/s, 0 dropped, 0 errors
      service time maximum 25.0 ms: the target itself was slow
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})
