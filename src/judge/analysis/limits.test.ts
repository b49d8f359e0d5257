import { describe, expect, it } from 'vitest'
import { foundLimit } from '../../model/limits-findings.builder.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import type { SearchEnd, TrialOutcome, MeasuredTrial } from './limit-trial.ts'
import { limitsFindings, loadPointsOf } from './limits.ts'
import { openOutcome, saturation } from './trial.builder.ts'
import { trialReason } from '../../wording/trial-reasons.ts'

const slo = { p99Ms: 250, errorRate: 0.01 }
const machine = { cpus: 2, memoryMb: 8_000 }
const calm = resultOf({ batches: evenBatches(12, 50, () => 10) })
const found: SearchEnd = { purpose: 'done', low: 390, high: 414, confirmed: true, recommendedRps: 312, ended: 'found' }

const measured = (...outcomes: readonly TrialOutcome[]): MeasuredTrial[] =>
  outcomes.map((outcome) => ({ outcome, result: calm }))

const recovering: TrialOutcome = {
  ...openOutcome('step', 0),
  trial: { purpose: 'recover', overloadRps: 600, overloadMs: 2_000, afterRps: 200, afterMs: 6_000, durationMs: 8_000 },
}

const whole = [
  openOutcome('step', 50, { p99Ms: 10 }),
  openOutcome('step', 200, { p99Ms: 11 }),
  openOutcome('step', 500, { verdict: 'fail', achievedRps: 400, completedShare: 0.8, p99Ms: 900 }),
  saturation(400),
  openOutcome('hold', 390, { p99Ms: 12 }),
  openOutcome('refute', 414, {
    verdict: 'fail',
    p99Ms: 290,
    reasons: [trialReason({ code: 'requests-piled-up', inFlightGrowth: 0.033 })],
  }),
  openOutcome('recommend', 312),
]

describe('the findings of a search', () => {
  it('contain the limit, the interval and every trial of the open model', () => {
    const batches = evenBatches(40, 40, (i) => (i < 400 ? 500 : 10))
    const slow = resultOf({ batches, batchMs: 200, phases: { overload: [0, 10], recovery: [10, 40] } })
    const trials = [...measured(...whole), { outcome: recovering, result: slow }]
    const findings = limitsFindings({ slo, measured: trials, end: found, machine })
    const { bottleneck: _, trials: __, ...figures } = foundLimit
    expect(findings).toMatchObject({
      ...figures,
      recovery: { recovered: true, recoverMs: 0 },
      saturation: { concurrency: 100, completionsRps: 400 },
    })
    expect(findings.trials.map(({ purpose, rate, verdict }) => `${purpose} ${rate} ${verdict}`)).toEqual([
      'step 50 pass',
      'step 200 pass',
      'step 500 fail',
      'hold 390 pass',
      'refute 414 fail',
      'recommend 312 pass',
    ])
  })

  it('do not change when they pass through JSON', () => {
    const findings = limitsFindings({ slo, measured: measured(...whole), end: found, machine })
    expect(JSON.parse(JSON.stringify(findings))).toEqual(findings)
  })

  it('contain no limit and no bottleneck when the search reached its ceiling', () => {
    const end: SearchEnd = { ...found, low: 777, high: null, ended: 'ceiling' }
    const trials = measured(openOutcome('step', 777), openOutcome('hold', 777))
    expect(limitsFindings({ slo, measured: trials, end, machine })).toMatchObject({
      maxSustainableRps: null,
      interval: [777, null],
      confirmed: true,
      degradation: 'none-seen',
      bottleneck: { resource: null, evidence: [{ code: 'nothing-exhausted', rateRps: 777 }] },
      recovery: { recovered: null, recoverMs: null },
      saturation: null,
    })
  })

  it('contain no limit of the target when the generator was the limit', () => {
    const late = openOutcome('step', 1_000, {
      verdict: 'invalid',
      isToolLimited: true,
      reasons: [trialReason({ code: 'generator-saturated' })],
    })
    const trials = measured(openOutcome('step', 500), late, late, openOutcome('hold', 500))
    const end: SearchEnd = { ...found, low: 500, high: null, ended: 'generator' }
    expect(limitsFindings({ slo, measured: trials, end, machine })).toMatchObject({
      maxSustainableRps: null,
      interval: [500, null],
      bottleneck: {
        resource: 'generator',
        evidence: expect.arrayContaining([expect.objectContaining({ code: 'not-delivered', rateRps: 1_000 })]),
      },
    })
  })

  it('contain the status and no resource when the target responds only with errors', () => {
    const errors = { class: 'http-5xx', count: 100, first: 'HTTP 500', isAnswered: true } as const
    const outcome = openOutcome('step', 50, { verdict: 'fail', errorRate: 1, errors })
    const result = resultOf({
      batches: [{ responsesMs: [], errors: { 'http-5xx': 100 } }],
      rest: { statuses: { 500: 100 } },
    })
    const end: SearchEnd = { ...found, low: null, high: 50, confirmed: false, recommendedRps: null, ended: 'failing' }
    expect(limitsFindings({ slo, measured: [{ outcome, result }], end, machine })).toMatchObject({
      bottleneck: { resource: null },
      notes: [{ code: 'error-responses', statuses: [{ status: '500', count: 100 }], failed: 100, requests: 100 }],
    })
  })

  it('contain a note when trials disagree', () => {
    const trials = measured(...whole.slice(0, 4), openOutcome('hold', 390, { verdict: 'fail' }), ...whole.slice(4))
    expect(limitsFindings({ slo, measured: trials, end: found, machine }).notes).toMatchObject([
      { code: 'trials-disagree', failedRps: [390], heldRps: [390] },
    ])
  })

  it('contain no unconfirmed limit when the search reached its time limit', () => {
    const end: SearchEnd = { ...found, confirmed: false, ended: 'budget' }
    expect(limitsFindings({ slo, measured: measured(...whole), end, machine }).maxSustainableRps).toBeNull()
  })
})

describe('load points', () => {
  it('are the highest passing step, the first with twice the p99, and the first that did not complete its load', () => {
    const history = [
      openOutcome('step', 50, { p99Ms: 10 }),
      openOutcome('step', 200, { p99Ms: 19 }),
      openOutcome('step', 500, { p99Ms: 21 }),
      openOutcome('step', 1_000, { p99Ms: 900, verdict: 'fail', completedShare: 0.89 }),
      openOutcome('hold', 790, { p99Ms: 30 }),
    ]
    expect(loadPointsOf(history, slo)).toEqual({ stableRps: 500, degradationPointRps: 500, failurePointRps: 1_000 })
  })

  it('are null when no step shows them', () => {
    const nothing = { stableRps: null, degradationPointRps: null, failurePointRps: null }
    expect(loadPointsOf([], slo)).toEqual(nothing)
    expect(loadPointsOf([openOutcome('step', 50)], slo)).toEqual({ ...nothing, stableRps: 50 })
    expect(loadPointsOf([openOutcome('step', 50, { verdict: 'invalid', achievedRps: 0 })], slo)).toEqual(nothing)
  })

  it('treat a step over the error rate as the failure point', () => {
    const shedding = openOutcome('step', 50, { verdict: 'fail', errorRate: 0.011 })
    expect(loadPointsOf([shedding], slo).failurePointRps).toBe(50)
  })
})
