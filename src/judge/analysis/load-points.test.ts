import { describe, expect, it } from 'vitest'
import { loadPointsOf } from './load-points.ts'
import { openOutcome } from './trial.builder.ts'

const slo = { p99Ms: 250, errorRate: 0.01 }

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
