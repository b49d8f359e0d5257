import { expect, test } from 'vitest'
import { comparedRun, pairsWith } from '../judge/comparison/comparison.builder.ts'
import { selfComparisonNotice } from './self-comparison.ts'

const ITSELF = { isSelf: true } as const

test('a comparison with itself says what this machine can show, and what to paste', () => {
  const pairs = pairsWith(1, 20, 0.02).map(({ candidate, baseline }, pair) => ({
    candidate: { ...candidate, cpuMs: 350 * (1 + 0.05 * (((pair * 3) % 5) - 2)) },
    baseline,
  }))
  expect(selfComparisonNotice(comparedRun(pairs, ITSELF))).toMatchInlineSnapshot(`
    "LOAD_AA=1: the target was compared with itself in 20 pairs of blocks of 4 s, so
      every difference is noise.

    metric                         scatter  tolerance  smallest change
    median response time             1.45%         2%            +3.7%
    mean response time               1.45%         2%            +3.7%
    p90 response time                1.45%         4%            +8.5%
    p95 response time                1.45%         4%            +8.5%
    completed requests                  0%         1%            −1.0%
    CPU per request of the target    7.28%        17%           +45.0%

    With the tolerance of its row, an equal version passes at least 9 of 10
      comparisons, and the smallest change fails at least 9 of 10. A comparison
      takes from 1.1 min to 2.8 min: the smallest change may need all of it. The
      median and the mean decide when it ends, so the other rows are for 8 pairs.
      For 20, write duration: { min: '169s', max: '338s' }.

    Paste into the plan:
      comparison: { tolerance: 0.02 },
    and into its test:
      expect(result).toUseNoMoreCpuThan(baseline, { tolerance: 0.17 })
    toBeNoSlowerThan then finds a service that is 3.8% slower."
  `)
})

test('a difference that the scatter does not explain is part of the tolerance', () => {
  const notice = selfComparisonNotice(comparedRun(pairsWith(1.05, 20), ITSELF))
  expect(notice).toMatch(/differed by 5%, which is more than the scatter\s+explains/)
  expect(notice).toContain('comparison: { tolerance: 0.06 }')
})

test('a run with too few pairs says what to change', () => {
  const ended = { ended: 'interrupted', endedBecause: 'interrupted by SIGINT' } as const
  expect(selfComparisonNotice(comparedRun(pairsWith(1, 5), ITSELF, ended))).toMatchInlineSnapshot(`
    "LOAD_AA=1: the target was compared with itself in 5 pairs of blocks of 4 s, so
      every difference is noise.
    This machine's noise is unknown: 5 pairs of at least 8.
    → omit the duration of the plan, and do not interrupt the run"
  `)
})

test('a run that was interrupted later recommends for the pairs that others will have', () => {
  const ended = { ended: 'interrupted', endedBecause: 'interrupted by SIGINT' } as const
  const pairs = pairsWith(1, 10, 0.1)
  expect(selfComparisonNotice(comparedRun(pairs, ITSELF, ended))).toContain('tolerance: 0.07')
  // A duration that allows 10 pairs is one for all runs.
  expect(selfComparisonNotice(comparedRun(pairs, ITSELF))).toContain('tolerance: 0.17')
})

test('a machine that is too busy gets no recommendation', () => {
  const excluded = { code: 'foreign-load', side: 'candidate', moreCores: 0.71 } as const
  const pairs = pairsWith(1, 14).map((pair, index) => (index < 5 ? Object.assign({}, pair, { excluded }) : pair))
  expect(selfComparisonNotice(comparedRun(pairs, ITSELF))).toMatchInlineSnapshot(`
    "LOAD_AA=1: the target was compared with itself in 9 pairs of blocks of 4 s, so
      every difference is noise.
    This machine is too busy for comparisons: 5 of 14 pairs were disturbed (pair 1:
      other processes used 0.71 cores more than usual in the candidate's block).
    → stop other processes, or use a machine with less other load"
  `)
})

test('a machine that is too noisy gets no tolerance', () => {
  const pairs = pairsWith(1, 20).map(({ candidate, baseline }, pair) => ({
    candidate: { ...candidate, ms: pair % 5 === 0 ? 400 : 10 },
    baseline,
  }))
  const notice = selfComparisonNotice(comparedRun(pairs, ITSELF))
  expect(notice).toMatch(/^median response time +151% +none +none$/m)
  expect(notice).toMatch(/^CPU per request of the target +0% +1% +\+1\.0%$/m)
  expect(notice).toContain('→ no tolerance helps here: use longer blocks, a higher rate or a quieter machine')
  expect(notice).not.toContain('Paste')
})

test('a target that fails gets no recommendation', () => {
  const failed = { ms: 10, requests: 350, failed: 350 }
  const pairs = pairsWith(1).map(() => ({ candidate: failed, baseline: failed }))
  expect(selfComparisonNotice(comparedRun(pairs, ITSELF))).toMatchInlineSnapshot(`
    "LOAD_AA=1: the target was compared with itself in 8 pairs of blocks of 4 s, so
      every difference is noise.
    This machine's noise is unknown: some blocks have no successful request.
    → fix the errors first"
  `)
})

test('a target that fails now and then is not one of a busy machine', () => {
  const excluded = { code: 'baseline-failed', errorRate: 1 } as const
  const pairs = pairsWith(1, 14).map((pair, index) => (index < 5 ? Object.assign({}, pair, { excluded }) : pair))
  expect(selfComparisonNotice(comparedRun(pairs, ITSELF))).toContain('→ fix the errors first')
})

test('a plan with a shortest duration gets rows for the pairs that it has', () => {
  const pairs = pairsWith(1, 20).map(({ candidate, baseline }, pair) => ({
    candidate: { ...candidate, cpuMs: 350 * (1 + 0.05 * ((pair % 5) - 2)) },
    baseline,
  }))
  const tolerance = (looks: object): string => {
    const run = comparedRun(pairs, ITSELF)
    const notice = selfComparisonNotice({ ...run, plan: { ...run.plan, ...looks } })
    return / CPU .*|CPU per request.*/.exec(notice ?? '')?.[0] ?? ''
  }
  expect(tolerance({})).toMatch(/ 17% /)
  const long = { count: 3, minDurationMs: 169_000, maxDurationMs: 338_000 }
  expect(tolerance({ looks: long })).toMatch(/ 7% /)
})

test('other runs get no notice, also on a branch without a change', () => {
  expect(selfComparisonNotice(comparedRun(pairsWith(1)))).toBeUndefined()
  expect(selfComparisonNotice(comparedRun(pairsWith(1), { isSelf: true, commit: '0123456789' }))).toBeUndefined()
  const { comparison: _, ...single } = comparedRun(pairsWith(1))
  expect(selfComparisonNotice(single)).toBeUndefined()
})
