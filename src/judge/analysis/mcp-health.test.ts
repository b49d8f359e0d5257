import { describe, expect, it } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import { resultOf, type StretchCase } from '../result.case.ts'
import { STRESS_PHASES, stressJudgement } from './mcp-health.ts'

type Name = (typeof STRESS_PHASES)[number]['name']
interface Phase {
  readonly ms?: number
  /** Of 100 requests. */
  readonly failed?: number
  /** Stretches at the beginning of the phase that are slow, at a second each. */
  readonly slowFor?: number
}

const STRETCHES = 40

/** Each phase 10 s long, with 100 requests in each quarter of a second; 20 ms unless it is said otherwise. */
function stressed(phases: Partial<Record<Name, Phase>>): LoadResult {
  const stretches = STRESS_PHASES.flatMap(({ name }) => {
    const { ms = 20, failed = 0, slowFor = 0 } = phases[name] ?? {}
    return Array.from({ length: STRETCHES }, (_, stretch): StretchCase => {
      const responsesMs = Array.from({ length: 100 - failed }, () => (stretch < slowFor ? 1_000 : ms))
      return { responsesMs, errors: { 'http-5xx': failed } }
    })
  })
  const named = STRESS_PHASES.map(({ name }, i) => [name, [STRETCHES * i, STRETCHES * (i + 1)]] as const)
  return resultOf({ stretches, phases: Object.fromEntries(named) })
}

describe('health under stress', () => {
  it.each([
    ['excellent', {}],
    ['good', { stress: { ms: 90 } }],
    ['good', { stress: { failed: 5 } }],
    ['fair', { high: { ms: 90 }, stress: { ms: 200 } }],
    ['fair', { moderate: { failed: 2 } }],
    ['poor', { recovery: { ms: 90 } }],
    ['poor', { baseline: { failed: 2 } }],
    ['poor', { stress: { ms: 90 }, recovery: { slowFor: STRETCHES } }],
  ] as const)('is %s with %j', (health, phases) => {
    expect(stressJudgement(stressed(phases), 0).health).toBe(health)
  })

  it.each([
    [40, true],
    [41, false],
  ])('takes a p95 of %d ms beside a baseline of 20 ms for healthy: %s', (ms, healthy) => {
    expect(stressJudgement(stressed({ stress: { ms } }), 0).handlesStress).toBe(healthy)
  })

  it.each([
    [1, true],
    [2, false],
  ])('takes %d failed of 100 for healthy: %s', (failed, healthy) => {
    expect(stressJudgement(stressed({ stress: { failed } }), 0).handlesStress).toBe(healthy)
  })

  it('does not take a few milliseconds for twice a baseline of less than one', () => {
    const quick = Object.fromEntries(STRESS_PHASES.map(({ name }) => [name, { ms: 0.5 }]))
    expect(stressJudgement(stressed({ ...quick, stress: { ms: 4 } }), 0).health).toBe('excellent')
    expect(stressJudgement(stressed({ ...quick, stress: { ms: 6 } }), 0).health).toBe('good')
  })

  it('names each phase with the rate at which it ran, and the result that holds it', () => {
    const { phases } = stressJudgement(stressed({}), 3)
    expect(phases.map(({ name }) => name)).toEqual(STRESS_PHASES.map(({ name }) => name))
    expect(phases[4]).toEqual({ name: 'stress', rate: 400, healthy: true, result: 3 })
  })
})

describe('degradation under stress', () => {
  it('is what the baseline had more of', () => {
    const { degradation } = stressJudgement(stressed({ baseline: { failed: 1 }, stress: { ms: 60, failed: 11 } }), 0)
    expect(degradation.throughputLoss).toBeCloseTo(0.1, 5)
    expect(degradation.successRateDrop).toBeCloseTo(0.1, 5)
    expect(degradation.p99Growth).toBeCloseTo(3, 1)
  })

  it('is not known of a run that ended before the stress', () => {
    const run = resultOf({ stretches: [{ responsesMs: [20] }], phases: { baseline: [0, 1] } })
    expect(stressJudgement(run, 0)).toMatchObject({
      degradation: { throughputLoss: null, successRateDrop: null, p99Growth: null },
      handlesStress: false,
      recovery: { recovered: null, recoverMs: null },
      health: 'poor',
    })
  })
})

describe('recovery from stress', () => {
  it('is at once where the phase after it is as the baseline was', () => {
    expect(stressJudgement(stressed({}), 0).recovery).toEqual({ recovered: true, recoverMs: 0, resolutionMs: 250 })
  })

  it('takes as long as requests stay slow', () => {
    const { recovery } = stressJudgement(stressed({ stress: { ms: 90 }, recovery: { slowFor: 12 } }), 0)
    expect(recovery.recovered).toBe(true)
    expect(recovery.recoverMs).toBeGreaterThan(2_500)
    expect(recovery.recoverMs).toBeLessThanOrEqual(3_000)
  })

  it('is not seen where they stay slow to the end', () => {
    const { recovery } = stressJudgement(stressed({ recovery: { slowFor: STRETCHES } }), 0)
    expect(recovery).toEqual({ recovered: false, recoverMs: null, resolutionMs: 250 })
  })
})
