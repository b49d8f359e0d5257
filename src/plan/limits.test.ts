import { expect, test } from 'vitest'

import { LoadPlanError } from '../model/errors.ts'
import type { PlanIssue } from '../model/errors.ts'
import { requireEnoughForSla } from './limits.ts'

function issuesOf(sla: Parameters<typeof requireEnoughForSla>[0], expected: number): readonly PlanIssue[] {
  const issues: PlanIssue[] = []
  requireEnoughForSla(sla, { expected, durationMs: 4_000 }, issues)
  return issues
}

test('rejects a percentile that does not lie among the planned requests, and names one that does', () => {
  const issues = issuesOf({ p95Ms: 200, p99Ms: 250 }, 40)
  expect(new LoadPlanError(issues).message).toContain(
    'sla.p99Ms needs at least 100 requests, and this run has 40, got 250',
  )
  expect(issues).toEqual([
    {
      key: 'sla.p99Ms',
      value: 250,
      rule: 'needs at least 100 requests, and this run has 40',
      remedy: 'run 10 s, or limit p95Ms',
    },
  ])
})

test('accepts exactly as many requests as a percentile needs', () => {
  expect(issuesOf({ p50Ms: 1, p90Ms: 1, p95Ms: 1, p99Ms: 1, errorRate: 0.01 }, 100)).toEqual([])
  expect(issuesOf({ p999Ms: 1 }, 999).map(({ remedy }) => remedy)).toEqual(['run 5 s, or limit p99Ms'])
  expect(issuesOf({ p50Ms: 1 }, 1).map(({ remedy }) => remedy)).toEqual(['run 8 s'])
})

test('rounds requests down and the advised duration to the exact second', () => {
  expect(issuesOf({ p99Ms: 1 }, 99.6)).toMatchObject([
    { rule: 'needs at least 100 requests, and this run has 99', remedy: 'run 5 s, or limit p95Ms' },
  ])
  expect(issuesOf({ p99Ms: 1 }, 40 - 1e-9)).toMatchObject([
    { rule: 'needs at least 100 requests, and this run has 40', remedy: 'run 10 s, or limit p95Ms' },
  ])
})

test('reports nothing for a plan without a single request, which has another issue', () => {
  expect([issuesOf({ p99Ms: 1 }, 0), issuesOf({ p99Ms: 1 }, 0.9)]).toEqual([[], []])
})
