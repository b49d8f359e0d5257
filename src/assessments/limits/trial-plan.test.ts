import { describe, expect, test } from 'vitest'
import type { OpenTrial } from '../../judge/analysis/limit-trial.ts'
import { patienceMs, trialPlan } from './trial-plan.ts'

const slo = { p99Ms: 250, errorRate: 0.01 }
const hold: OpenTrial = { purpose: 'hold', rate: 80, arrivals: 'uniform', durationMs: 12_000 }

describe('the length of a trial', () => {
  test('is the share that the user asked for', () => {
    expect(trialPlan({ ...hold, rate: 500 }, slo, 0.25).duration).toBe(3_000)
    expect(trialPlan({ ...hold, purpose: 'step', durationMs: 2_000 }, slo, 0.25).duration).toBe(500)
  })

  test('leaves the requests that prove a p99', () => {
    // 299 of 80 requests per second take 3.74 s.
    expect(trialPlan(hold, slo, 0.25).duration).toBe(3_813)
    expect(trialPlan({ ...hold, rate: 10 }, slo, 0.25).duration).toBe(12_000)
  })
})

test.each([
  [50, 1_000],
  [250, 1_000],
  [1_000, 4_000],
  [5_000, 10_000],
  [15_000, 22_500],
])('with a p99 limit of %i ms, requests time out after %i ms', (p99Ms, timeoutMs) => {
  expect(patienceMs({ ...slo, p99Ms })).toBe(timeoutMs)
  const saturate = { purpose: 'saturate', concurrency: 100, warmUpMs: 1_000, durationMs: 3_000 } as const
  expect(trialPlan(saturate, { ...slo, p99Ms }).requestTimeout).toBe(Math.max(10_000, timeoutMs))
})
