import { describe, expect, it, test } from 'vitest'
import type { OpenTrial } from './limit-trial.ts'
import type { TrialFigures } from './trial-figures.ts'
import { judgeTrial } from './trial-verdict.ts'

const slo = { p99Ms: 250, errorRate: 0.01 }
const hold: OpenTrial = { purpose: 'hold', rate: 100, arrivals: 'uniform', durationMs: 12_000 }
const step: OpenTrial = { ...hold, purpose: 'step', durationMs: 2_000 }

/** 1200 fast requests at 100/s. */
const healthy: TrialFigures = {
  tookMs: 12_000,
  scheduled: 1_200,
  failed: 0,
  timed: 1_200,
  late: 0,
  lateAtTarget: 0,
  offeredRps: 100,
  achievedRps: 100,
  completedShare: 1,
  p50Ms: 10,
  p75Ms: 11,
  p99Ms: 12,
  growth: { requests: 0.1, share: 0.0001, shown: false },
  serviceMs: 10,
  serviceCv: 0.05,
  flow: null,
  lateBursts: { late: 0, count: 0, share: 0 },
  errors: null,
  cutShort: false,
  lagMs: 0.3,
  undelivered: undefined,
  exhausted: undefined,
  outsideTrouble: undefined,
  stoppedShare: 0,
  generatorBusy: 0.3,
}

const grown = (requests: number): TrialFigures['growth'] => ({ requests, share: requests / 1_200, shown: true })

describe('a trial of full length', () => {
  it('passes when its requests are fast, complete and do not pile up', () => {
    expect(judgeTrial(hold, healthy, slo)).toMatchObject({
      verdict: 'pass',
      reasons: [],
      isToolLimited: false,
      rate: 100,
    })
  })

  it.each([
    ['late responses', { late: 24 }, { code: 'late-requests', lateShare: 0.02, limitMs: 250 }],
    ['errors', { failed: 24 }, { code: 'failed-requests', failedShare: 0.02 }],
    ['a load that is not completed', { completedShare: 0.89 }, { code: 'few-completed', completedShare: 0.89 }],
    ['a growing queue', { growth: grown(40) }, { code: 'requests-piled-up', inFlightGrowth: 40 / 1_200 }],
  ])('fails for %s', (_, changed, reason) => {
    expect(judgeTrial(hold, { ...healthy, ...changed }, slo)).toMatchObject({ verdict: 'fail', reasons: [reason] })
  })

  it.each([
    [
      'too few requests for a p99',
      { timed: 298, scheduled: 298 },
      { code: 'p99-not-proven', lateRequests: 0, requests: 298 },
    ],
    ['as many late as the limit allows', { late: 12 }, { code: 'p99-not-proven', lateRequests: 12, requests: 1_200 }],
    [
      'as many failed as the limit allows',
      { failed: 12 },
      { code: 'error-rate-not-proven', failedRequests: 12, requests: 1_200 },
    ],
  ])('is inconclusive for %s', (_, changed, reason) => {
    expect(judgeTrial(hold, { ...healthy, ...changed }, slo)).toMatchObject({
      verdict: 'inconclusive',
      reasons: [reason],
    })
  })

  it('can fail but not pass when it ended early', () => {
    const cutShort = { ...healthy, cutShort: true }
    expect(judgeTrial(hold, cutShort, slo).verdict).toBe('invalid')
    expect(judgeTrial(hold, { ...cutShort, late: 100, lateAtTarget: 100 }, slo).verdict).toBe('fail')
  })

  it('passes with 299 requests of which none is late', () => {
    expect(judgeTrial(hold, { ...healthy, timed: 299, scheduled: 299 }, slo).verdict).toBe('pass')
  })

  it('does not fail with a growth of fewer than five requests or an insignificant growth', () => {
    for (const growth of [grown(4.9), { requests: 40, share: 0.03, shown: false }, undefined]) {
      expect(judgeTrial(hold, { ...healthy, growth }, slo).verdict).toBe('pass')
    }
  })
})

describe('a trial in which the generator was late', () => {
  const late: TrialFigures = { ...healthy, undelivered: { code: 'schedule-lag', lagMs: 80, allowedMs: 10 }, lagMs: 80 }

  it('is invalid whether it would pass or fail', () => {
    for (const figures of [late, { ...late, late: 100, growth: grown(15) }]) {
      expect(judgeTrial(hold, figures, slo)).toMatchObject({ verdict: 'invalid', isToolLimited: true })
    }
  })

  it('still fails when the target was late by itself', () => {
    expect(judgeTrial(hold, { ...late, late: 100, lateAtTarget: 90 }, slo)).toMatchObject({
      verdict: 'fail',
      isToolLimited: false,
    })
    expect(judgeTrial(hold, { ...late, late: 100, growth: grown(40) }, slo).verdict).toBe('fail')
  })

  it('does not fail when the generator had no free CPU, but may pass', () => {
    const busy = { ...healthy, generatorBusy: 0.97 }
    expect(judgeTrial(hold, busy, slo).verdict).toBe('pass')
    expect(judgeTrial(hold, { ...busy, late: 100, lateAtTarget: 100 }, slo)).toMatchObject({
      verdict: 'invalid',
      isToolLimited: true,
      reasons: [{ code: 'generator-busy', busyRatio: 0.97 }, { code: 'late-requests' }],
    })
  })
})

test('a saturation that the target refuses keeps the generator busy, which is not its limit', () => {
  const saturate = { purpose: 'saturate', concurrency: 100, warmUpMs: 1_000, durationMs: 3_000 } as const
  const refused = { class: 'http-4xx', count: 90_000, first: 'status 429', isAnswered: true } as const
  const busy = { ...healthy, generatorBusy: 0.99, scheduled: 90_300, failed: 90_000, errors: refused }
  expect(judgeTrial(saturate, busy, slo).isToolLimited).toBe(false)
  // Requests without an answer wait, and do not keep a generator busy.
  const unanswered = { ...refused, class: 'timeout', isAnswered: false } as const
  expect(judgeTrial(saturate, { ...busy, errors: unanswered }, slo).isToolLimited).toBe(true)
  expect(judgeTrial(saturate, { ...busy, failed: 0, errors: null }, slo).isToolLimited).toBe(true)
})

describe('a trial in which the generator was late or busy', () => {
  const fault = { code: 'sent-late', lagMs: 2_000 } as const
  const outside = { fault, scheduled: 1_000, failed: 0, timed: 1_000, late: 0, growth: undefined }
  const late = { ...healthy, late: 100, lateAtTarget: 100, outsideTrouble: outside }

  it('is invalid when the requests outside that time do not fail', () => {
    expect(judgeTrial(hold, late, slo)).toMatchObject({
      verdict: 'invalid',
      isToolLimited: true,
      reasons: [fault, { code: 'late-requests' }],
    })
  })

  it.each([
    ['are late', { late: 40 }],
    ['failed', { failed: 40 }],
    ['pile up', { growth: grown(40) }],
  ])('fails when the requests outside that time %s', (_, changed) => {
    const slow = { ...late, outsideTrouble: { ...outside, ...changed } }
    expect(judgeTrial(hold, slow, slo)).toMatchObject({ verdict: 'fail', isToolLimited: false })
  })

  it('passes when it passes with that time', () => {
    expect(judgeTrial(hold, { ...healthy, outsideTrouble: outside }, slo).verdict).toBe('pass')
  })

  it('is invalid when the generator had no file descriptors left, regardless of the requests', () => {
    const exhausted = { code: 'no-descriptors' } as const
    for (const figures of [healthy, { ...healthy, late: 600, lateAtTarget: 600, growth: grown(300) }]) {
      expect(judgeTrial(hold, { ...figures, exhausted }, slo)).toMatchObject({
        verdict: 'invalid',
        isToolLimited: true,
      })
    }
  })

  it('is invalid as a saturation when the generator was stopped, but is not its limit', () => {
    const saturate = { purpose: 'saturate', concurrency: 100, warmUpMs: 1_000, durationMs: 3_000 } as const
    expect(judgeTrial(saturate, { ...healthy, stoppedShare: 0.5 }, slo)).toMatchObject({
      verdict: 'invalid',
      isToolLimited: false,
      reasons: [{ code: 'generator-stopped', stoppedRatio: 0.5 }],
    })
    expect(judgeTrial(saturate, { ...healthy, stoppedShare: 0.02 }, slo).verdict).toBe('pass')
  })
})

describe('a step', () => {
  it('passes when nothing counts against it, however few requests it has', () => {
    expect(judgeTrial(step, { ...healthy, timed: 100, scheduled: 100 }, slo).verdict).toBe('pass')
  })

  it('does not fail with the growth that one pause causes in two seconds', () => {
    expect(judgeTrial(step, { ...healthy, growth: grown(40) }, slo).verdict).toBe('pass')
    expect(judgeTrial(step, { ...healthy, growth: grown(80) }, slo).verdict).toBe('fail')
  })

  it('is invalid when no request was sent', () => {
    expect(judgeTrial(step, { ...healthy, timed: 0, scheduled: 0 }, slo).verdict).toBe('invalid')
  })
})
