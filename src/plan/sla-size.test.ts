import { expect, test } from 'vitest'

import { LoadPlanError } from '../model/errors.ts'
import type { PlanFault } from '../model/errors.ts'
import { requireEnoughForSla } from './sla-size.ts'

function faultsOf(sla: Parameters<typeof requireEnoughForSla>[0], expected: number): readonly PlanFault[] {
  const faults: PlanFault[] = []
  requireEnoughForSla(sla, { expected, durationMs: 4_000 }, faults)
  return faults
}

test('rejects a percentile that does not lie among the planned requests, and names one that does', () => {
  const faults = faultsOf({ p95Ms: 200, p99Ms: 250 }, 40)
  expect(new LoadPlanError(faults).message).toContain(
    'sla.p99Ms needs at least 100 requests, and this run has 40, got 250',
  )
  expect(faults).toEqual([
    {
      key: 'sla.p99Ms',
      value: 250,
      rule: 'needs at least 100 requests, and this run has 40',
      remedy: 'run 10 s, or limit p95Ms',
    },
  ])
})

test('accepts exactly as many requests as a percentile needs', () => {
  expect(faultsOf({ p50Ms: 1, p90Ms: 1, p95Ms: 1, p99Ms: 1, errorRate: 0.01 }, 100)).toEqual([])
  expect(faultsOf({ p999Ms: 1 }, 999).map(({ remedy }) => remedy)).toEqual(['run 5 s, or limit p99Ms'])
  expect(faultsOf({ p50Ms: 1 }, 1).map(({ remedy }) => remedy)).toEqual(['run 8 s'])
})

test('rounds requests down and the advised duration to the exact second', () => {
  expect(faultsOf({ p99Ms: 1 }, 99.6)).toMatchObject([
    { rule: 'needs at least 100 requests, and this run has 99', remedy: 'run 5 s, or limit p95Ms' },
  ])
  expect(faultsOf({ p99Ms: 1 }, 40 - 1e-9)).toMatchObject([
    { rule: 'needs at least 100 requests, and this run has 40', remedy: 'run 10 s, or limit p95Ms' },
  ])
})

test('reports nothing for a plan without a single request, which has another issue', () => {
  expect([faultsOf({ p99Ms: 1 }, 0), faultsOf({ p99Ms: 1 }, 0.9)]).toEqual([[], []])
})
