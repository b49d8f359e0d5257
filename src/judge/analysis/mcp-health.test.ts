import { describe, expect, it } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import { resultOf, type BatchCase } from '../result.builder.ts'
import { STRESS_PHASES, stressJudgement } from './mcp-health.ts'

type Name = (typeof STRESS_PHASES)[number]['name']
interface Phase {
  readonly ms?: number
  /** Failed requests of every 100. */
  readonly failed?: number
  /** Number of batches at the start of the phase whose requests take a second. */
  readonly slowFor?: number
  /** Number of batches at the start of the phase whose requests fail. */
  readonly failsFor?: number
}

const BATCHES = 40

/** A run with phases of 10 s and 100 requests in each quarter of a second, which take 20 ms by default. */
function stressed(phases: Partial<Record<Name, Phase>>): LoadResult {
  const batches = STRESS_PHASES.flatMap(({ name }) => {
    const { ms = 20, failed: share = 0, slowFor = 0, failsFor = 0 } = phases[name] ?? {}
    return Array.from({ length: BATCHES }, (_, batch): BatchCase => {
      const failed = batch < failsFor ? 100 : share
      const responsesMs = Array.from({ length: 100 - failed }, () => (batch < slowFor ? 1_000 : ms))
      return { responsesMs, errors: { 'http-5xx': failed } }
    })
  })
  const named = STRESS_PHASES.map(({ name }, i) => [name, [BATCHES * i, BATCHES * (i + 1)]] as const)
  return resultOf({ batches, phases: Object.fromEntries(named) })
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
    ['poor', { stress: { ms: 90 }, recovery: { slowFor: BATCHES } }],
  ] as const)('is %s with %j', (health, phases) => {
    expect(stressJudgement(stressed(phases), 0).health).toBe(health)
  })

  it.each([1, 2, 4, 5, 8])('is fair after failures in the first %i batches of the recovery', (failsFor) => {
    const { health, recovery } = stressJudgement(stressed({ stress: { failed: 50 }, recovery: { failsFor } }), 0)
    expect([health, recovery.recovered]).toEqual(['fair', true])
    expect(Math.abs((recovery.recoverMs ?? 0) - 250 * failsFor)).toBeLessThanOrEqual(250)
  })

  it('is poor when requests fail to the end', () => {
    const phases = { stress: { failed: 50 }, recovery: { failsFor: 4, failed: 2 } }
    expect(stressJudgement(stressed(phases), 0)).toMatchObject({ health: 'poor', recovery: { recovered: false } })
  })

  it.each([
    [40, true],
    [41, false],
  ])('of a phase with a p95 of %d ms and a baseline of 20 ms is healthy: %s', (ms, healthy) => {
    expect(stressJudgement(stressed({ stress: { ms } }), 0).handlesStress).toBe(healthy)
  })

  it.each([
    [1, true],
    [2, false],
  ])('of a phase with %d failed of 100 requests is healthy: %s', (failed, healthy) => {
    expect(stressJudgement(stressed({ stress: { failed } }), 0).handlesStress).toBe(healthy)
  })

  it('ignores an increase of a few milliseconds over a baseline below 1 ms', () => {
    const quick = Object.fromEntries(STRESS_PHASES.map(({ name }) => [name, { ms: 0.5 }]))
    expect(stressJudgement(stressed({ ...quick, stress: { ms: 4 } }), 0).health).toBe('excellent')
    expect(stressJudgement(stressed({ ...quick, stress: { ms: 6 } }), 0).health).toBe('good')
  })

  it('lists each phase with its rate and the index of its result', () => {
    const { phases } = stressJudgement(stressed({}), 3)
    expect(phases.map(({ name }) => name)).toEqual(STRESS_PHASES.map(({ name }) => name))
    expect(phases[4]).toEqual({ name: 'stress', rate: 400, healthy: true, result: 3 })
  })
})

describe('degradation under stress', () => {
  it('compares the stress phase with the baseline', () => {
    const { degradation } = stressJudgement(stressed({ baseline: { failed: 1 }, stress: { ms: 60, failed: 11 } }), 0)
    expect(degradation.throughputLoss).toBeCloseTo(0.1, 5)
    expect(degradation.successRateDrop).toBeCloseTo(0.1, 5)
    expect(degradation.p99Growth).toBeCloseTo(3, 1)
  })

  it('is null for a run that ended before the stress phase', () => {
    const run = resultOf({ batches: [{ responsesMs: [20] }], phases: { baseline: [0, 1] } })
    expect(stressJudgement(run, 0)).toMatchObject({
      degradation: { throughputLoss: null, successRateDrop: null, p99Growth: null },
      handlesStress: false,
      recovery: { recovered: null, recoverMs: null },
      health: 'poor',
    })
  })
})

describe('recovery from stress', () => {
  it('is immediate when the next phase is as fast as the baseline', () => {
    expect(stressJudgement(stressed({}), 0).recovery).toEqual({ recovered: true, recoverMs: 0, resolutionMs: 250 })
  })

  it('takes as long as requests stay slow', () => {
    const { recovery } = stressJudgement(stressed({ stress: { ms: 90 }, recovery: { slowFor: 12 } }), 0)
    expect(recovery.recovered).toBe(true)
    expect(recovery.recoverMs).toBeGreaterThan(2_500)
    expect(recovery.recoverMs).toBeLessThanOrEqual(3_000)
  })

  it('is not found when the server answers with errors to the end', () => {
    const { health, recovery } = stressJudgement(stressed({ recovery: { failed: 100 } }), 0)
    expect([health, recovery.recovered]).toEqual(['poor', false])
  })

  it('is not found when a few requests fail to the end', () => {
    const { health, recovery } = stressJudgement(stressed({ recovery: { failed: 2 } }), 0)
    expect([health, recovery.recovered]).toEqual(['poor', false])
  })

  it('uses the limit of a healthy phase', () => {
    const { health, recovery } = stressJudgement(stressed({ stress: { ms: 90 }, recovery: { ms: 38 } }), 0)
    expect([health, recovery.recovered]).toEqual(['good', true])
  })

  it('is not measured without a healthy baseline', () => {
    const { health, recovery } = stressJudgement(stressed({ baseline: { failed: 2 } }), 0)
    expect(health).toBe('poor')
    expect(recovery).toEqual({ recovered: null, recoverMs: null })
  })

  it('is not found when requests stay slow to the end', () => {
    const { recovery } = stressJudgement(stressed({ recovery: { slowFor: BATCHES } }), 0)
    expect(recovery).toEqual({ recovered: false, recoverMs: null, resolutionMs: 250 })
  })
})
