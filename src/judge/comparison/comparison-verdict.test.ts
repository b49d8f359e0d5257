import { describe, expect, test } from 'vitest'
import { judge, matchers } from '../matchers/index.ts'
import { comparedRun, pairsWith } from './comparison.builder.ts'

function textOf(
  run: ReturnType<typeof comparedRun>,
  options?: Parameters<typeof matchers.toBeNoSlowerThan>[2],
): string {
  const verdict = matchers.toBeNoSlowerThan(run, run.comparison.baseline, options)
  return `${verdict.verdict}${verdict.leaning === undefined ? '' : ` leaning to ${verdict.leaning}`}\n${judge(verdict, false, 'lean').message()}`
}

test('a slower candidate', () => {
  expect(textOf(comparedRun(pairsWith(1.15)))).toMatchInlineSnapshot(`
    "fail
    expected median and mean response time at most 5% above the baseline's, was 15.0% above (mean, 11.7 ms against 10.2 ms, 90% interval +14.4% to +15.6%, 8 pairs)
      median response time 11.5 ms, baseline 10.0 ms (+15.0%)
      mean response time 11.7 ms, baseline 10.2 ms (+15.0%)
      p95 response time 15.0 ms, baseline 13.0 ms (+15.0%)
      CPU per request of the target 1.15 ms, baseline 1.00 ms (+15.0%)
      → its CPU per request grew as well: compare CPU profiles of both versions
      8 pairs of blocks of 4 s
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('a slower candidate that does not compute more', () => {
  const pairs = pairsWith(1.15).map(({ candidate, baseline }) => ({
    candidate: { ...candidate, cpuMs: 350, operations: { cart: 30, list: 5 } },
    baseline: { ...baseline, operations: { cart: 20, list: 5 } },
  }))
  expect(textOf(comparedRun(pairs, { commit: '0123456789abcdef' }))).toMatchInlineSnapshot(`
    "fail
    expected median and mean response time at most 5% above the baseline's, was 15.0% above (mean, 11.7 ms against 10.2 ms, 90% interval +14.4% to +15.6%, 8 pairs)
      median response time 11.5 ms, baseline 10.0 ms (+15.0%)
      mean response time 11.7 ms, baseline 10.2 ms (+15.0%)
      p95 response time 15.0 ms, baseline 13.0 ms (+15.0%)
      CPU per request of the target 1.00 ms, baseline 1.00 ms (±0%)
      → operation "cart" changed most: mean response time +50.0%
      → its CPU per request did not grow as much: it waits more, for example for a database, a lock or a timer
      8 pairs of blocks of 4 s; baseline: commit 0123456789
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('an equal candidate', () => {
  expect(textOf(comparedRun(pairsWith(1.008)))).toMatchInlineSnapshot(`
    "pass
    median and mean response time at most 5% above the baseline's, was 0.8% above (mean, 10.3 ms against 10.2 ms, 90% interval +0.3% to +1.3%, 8 pairs)
      median response time 10.1 ms, baseline 10.0 ms (+0.8%)
      mean response time 10.3 ms, baseline 10.2 ms (+0.8%)
      p95 response time 13.1 ms, baseline 13.0 ms (+0.8%)
      CPU per request of the target 1.01 ms, baseline 1.00 ms (+0.8%)
      8 pairs of blocks of 4 s
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('a candidate that is not decided', () => {
  expect(textOf(comparedRun(pairsWith(1.03, 20, 0.3)))).toMatchInlineSnapshot(`
    "inconclusive leaning to pass
    inconclusive: median and mean response time at most 5% above the baseline's is not decided (leans to pass)
      was 1.8% above (median, 10.3 ms against 10.0 ms, 90% interval −7.6% to +10.5%, 20 pairs)
      these pairs show only a slowdown of 24.1% or more: use a tolerance of 10.5% or more, longer blocks (comparison: { block: '8s' }) or a quieter machine
      median response time 10.3 ms, baseline 10.0 ms (+1.8%)
      mean response time 10.5 ms, baseline 10.2 ms (+1.8%)
      p95 response time 13.4 ms, baseline 13.0 ms (+1.8%)
      CPU per request of the target 1.03 ms, baseline 1.00 ms (+3.0%)
      20 pairs of blocks of 4 s
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('a percentile of blocks that are too short', () => {
  expect(textOf(comparedRun(pairsWith(1)), { metric: 'p99' })).toMatchInlineSnapshot(`
    "inconclusive leaning to none
    inconclusive: p99 response time at most 5% above the baseline's cannot be compared: a block has 350 requests, and a p99 needs 1 000 (leans to neither side)
      was unknown (8 pairs)
      write comparison: { block: '11s' }, or compare the mean
      median response time 10.0 ms, baseline 10.0 ms (±0%)
      mean response time 10.2 ms, baseline 10.2 ms (±0%)
      p95 response time 13.0 ms, baseline 13.0 ms (±0%)
      CPU per request of the target 1.00 ms, baseline 1.00 ms (±0%)
      8 pairs of blocks of 4 s
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('too few pairs', () => {
  expect(textOf(comparedRun(pairsWith(2, 5)))).toMatchInlineSnapshot(`
    "inconclusive leaning to none
    inconclusive: median and mean response time at most 5% above the baseline's is not decided: 5 pairs of at least 8 (leans to neither side)
      was 100% above (mean, 20.4 ms against 10.2 ms, 90% interval +98.0% to +102%, 5 pairs)
      omit the duration, or make it longer
      median response time 20.0 ms, baseline 10.0 ms (+100%)
      mean response time 20.4 ms, baseline 10.2 ms (+100%)
      p95 response time 26.0 ms, baseline 13.0 ms (+100%)
      CPU per request of the target 2.00 ms, baseline 1.00 ms (+100%)
      5 pairs of blocks of 4 s
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('disturbed pairs', () => {
  const excluded = { code: 'foreign-load', side: 'candidate', moreCores: 0.71 } as const
  const pairs = pairsWith(2, 9).map((pair, index) => (index < 4 ? Object.assign({}, pair, { excluded }) : pair))
  expect(textOf(comparedRun(pairs))).toMatchInlineSnapshot(`
    "invalid
    invalid: median and mean response time at most 5% above the baseline's cannot be judged: 4 of 9 pairs were disturbed
      was 100% above (mean, 20.4 ms against 10.2 ms, 90% interval +98.0% to +102%, 5 pairs)
      stop other processes, or use a machine with less other load
      median response time 20.0 ms, baseline 10.0 ms (+100%)
      mean response time 20.4 ms, baseline 10.2 ms (+100%)
      p95 response time 26.0 ms, baseline 13.0 ms (+100%)
      CPU per request of the target 2.00 ms, baseline 1.00 ms (+100%)
      9 pairs of blocks of 4 s, 4 of them not counted (pair 1: other processes used 0.71 cores more than usual in the candidate's block; pair 2: other processes used 0.71 cores more than usual in the candidate's block; pair 3: other processes used 0.71 cores more than usual in the candidate's block; …)
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('a faster candidate that fails more requests', () => {
  const pairs = pairsWith(0.5).map(({ candidate, baseline }) => ({ candidate: { ...candidate, failed: 35 }, baseline }))
  const errors = { errorsByClass: { 'http-5xx': { count: 280, first: 'GET / → 503' } } }
  expect(textOf(comparedRun(pairs, {}, errors))).toMatchInlineSnapshot(`
    "fail
    expected median and mean response time at most 5% above the baseline's, was not comparable (the candidate failed 10% of its requests, the baseline 0%, 8 pairs)
      http-5xx, first error: GET / → 503
      response times are those of the requests that succeeded
      median response time 5.00 ms, baseline 10.0 ms (−50.0%)
      mean response time 5.10 ms, baseline 10.2 ms (−50.0%)
      p95 response time 6.50 ms, baseline 13.0 ms (−50.0%)
      CPU per request of the target 0.500 ms, baseline 1.00 ms (−50.0%)
      8 pairs of blocks of 4 s
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('a fast candidate that fails half of its requests is not called faster', () => {
  const pairs = pairsWith(0.1).map(({ candidate, baseline }) => ({
    candidate: { ...candidate, failed: 175 },
    baseline,
  }))
  const run = comparedRun(pairs)
  expect(run.comparison).toMatchObject({ verdict: 'fail', errors: { candidate: 0.5, baseline: 0, isMore: true } })
  const text = textOf(run)
  expect(text).toMatch(/^fail\n/)
  expect(text.split('\n')[1]).toContain('was not comparable (the candidate failed 50% of its requests, the baseline 0%')
  expect(text).not.toContain('below')
  expect(matchers.toUseNoMoreCpuThan(run, run.comparison.baseline).verdict).toBe('fail')
  expect(matchers.toSustainAsMuchAs(run, run.comparison.baseline).verdict).toBe('fail')
})

test('a candidate that may fail more requests', () => {
  const pairs = pairsWith(1).map(({ candidate, baseline }, index) => ({
    candidate: { ...candidate, failed: index === 2 ? 100 : 0 },
    baseline,
  }))
  const errors = { errorsByClass: { timeout: { count: 100, first: 'GET / timed out after 1 s' } } }
  expect(textOf(comparedRun(pairs, {}, errors))).toMatchInlineSnapshot(`
    "inconclusive leaning to fail
    inconclusive: median and mean response time at most 5% above the baseline's cannot be compared: the candidate may fail more requests (leans to fail)
      was not comparable (the candidate failed 3.57% of its requests, the baseline 0%, 8 pairs)
      timeout, first error: GET / timed out after 1 s
      response times are those of the requests that succeeded
      median response time 10.0 ms, baseline 10.0 ms (±0%)
      mean response time 10.2 ms, baseline 10.2 ms (±0%)
      p95 response time 13.0 ms, baseline 13.0 ms (±0%)
      CPU per request of the target 1.00 ms, baseline 1.00 ms (±0%)
      8 pairs of blocks of 4 s
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('a candidate that fails as many requests as allowed', () => {
  const pairs = pairsWith(1).map(({ candidate, baseline }) => ({ candidate: { ...candidate, failed: 7 }, baseline }))
  const run = comparedRun(pairs)
  const verdictAt = (errorTolerance: number): string =>
    matchers.toBeNoSlowerThan(run, run.comparison.baseline, { errorTolerance }).verdict
  expect([0, 0.01, 0.03].map(verdictAt)).toEqual(['fail', 'fail', 'pass'])
})

test('a slower candidate than a baseline that fails some requests', () => {
  const pairs = pairsWith(1.2).map(({ candidate, baseline }) => ({ candidate, baseline: { ...baseline, failed: 35 } }))
  expect(textOf(comparedRun(pairs))).toContain(
    'the candidate failed 0% of its requests, the baseline 10%; response times are those of the requests that succeeded',
  )
})

test('a baseline that fails', () => {
  const pairs = pairsWith(1).map(({ candidate, baseline }) => ({ candidate, baseline: { ...baseline, failed: 300 } }))
  expect(textOf(comparedRun(pairs))).toMatchInlineSnapshot(`
    "invalid
    invalid: median and mean response time at most 5% above the baseline's cannot be judged: the baseline failed 85.7% of its requests
      was equal (mean, 10.2 ms against 10.2 ms, 90% interval −0.5% to +0.5%, 8 pairs)
      fix the baseline, or compare with another version
      the candidate failed 0% of its requests, the baseline 85.7%; response times are those of the requests that succeeded
      median response time 10.0 ms, baseline 10.0 ms (±0%)
      mean response time 10.2 ms, baseline 10.2 ms (±0%)
      p95 response time 13.0 ms, baseline 13.0 ms (±0%)
      CPU per request of the target 1.00 ms, baseline 1.00 ms (±0%)
      8 pairs of blocks of 4 s
      seed 8f2c1e, rerun with LOAD_SEED=8f2c1e"
  `)
})

test('a run that was interrupted shows a fail, but no pass', () => {
  const ended = { ended: 'interrupted', endedBecause: 'interrupted by SIGINT' } as const
  expect(textOf(comparedRun(pairsWith(1), {}, ended))).toMatch(/^invalid\n/)
  expect(textOf(comparedRun(pairsWith(2), {}, ended))).toMatch(/^fail\n/)
})

describe('the other matchers', () => {
  test('toUseNoMoreCpuThan compares the CPU time per request', () => {
    const run = comparedRun(
      pairsWith(1).map(({ candidate, baseline }) => ({ candidate: { ...candidate, cpuMs: 450 }, baseline })),
    )
    const verdict = matchers.toUseNoMoreCpuThan(run, run.comparison.baseline)
    expect(judge(verdict, false, 'lean').message().split('\n')[0]).toMatchInlineSnapshot(
      `"expected CPU per request of the target at most 5% above the baseline's, was 28.6% above (1.29 ms against 1.00 ms, 90% interval +28.6% to +28.6%, 8 pairs)"`,
    )
  })

  test('toSustainAsMuchAs compares the completed requests', () => {
    const run = comparedRun(
      pairsWith(1).map(({ candidate, baseline }) => ({ candidate: { ...candidate, rps: 80 }, baseline })),
    )
    const verdict = matchers.toSustainAsMuchAs(run, run.comparison.baseline)
    expect(judge(verdict, false, 'lean').message().split('\n')[0]).toMatchInlineSnapshot(
      `"expected completed requests at most 2% below the baseline's, was 20.0% below (80 req/s against 100 req/s, 90% interval −20.0% to −20.0%, 8 pairs)"`,
    )
  })

  test('CPU time that is known of one side only is inconclusive', () => {
    const run = comparedRun(
      pairsWith(1).map(({ candidate, baseline }) => ({ candidate, baseline: { ...baseline, cpuMs: null } })),
    )
    const verdict = matchers.toUseNoMoreCpuThan(run, run.comparison.baseline)
    expect(verdict).toMatchObject({ verdict: 'inconclusive', leaning: 'none', reason: 'was not measured' })
  })

  test('CPU time that was not measured is inconclusive', () => {
    const run = comparedRun(
      pairsWith(1).map(({ candidate, baseline }) => ({
        candidate: { ...candidate, cpuMs: null },
        baseline: { ...baseline, cpuMs: null },
      })),
    )
    const verdict = matchers.toUseNoMoreCpuThan(run, run.comparison.baseline)
    expect(verdict).toMatchObject({ verdict: 'inconclusive', leaning: 'none', reason: 'was not measured' })
  })
})
