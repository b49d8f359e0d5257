import { describe, expect, test } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenBatches, resultOf, type ResultCase } from '../result.builder.ts'
import { confidencePerLook } from './confidence-per-look.ts'
import { errorRateVerdict, successRateVerdict } from './error-rate.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { meanVerdict } from './mean.ts'
import { percentileVerdict } from './percentile.ts'
import { isServiceLevelDecided } from './service-level.ts'

const looks = { count: 4, maxDurationMs: 60_000 }

/** A run of 25 s with latencies from 5 to 15 ms, of which 1 in 800 fails. */
function run(plan: NonNullable<ResultCase['plan']>, ended: LoadResult['ended'] = 'completed'): LoadResult {
  const batches = eachWith(
    evenBatches(100, 80, (i) => 5 + (i % 11)),
    (i) => (i % 10 === 0 ? { errors: { status: 1 } } : {}),
  )
  return { ...resultOf({ batches, plan }), ended }
}

test('each look gets an equal part of the allowed errors', () => {
  expect(confidencePerLook({ confidence: 0.95 })).toBe(0.95)
  expect(confidencePerLook({ confidence: 0.95, looks })).toBeCloseTo(0.9875, 10)
  expect(confidencePerLook({ confidence: 0.95, looks }, 0.99)).toBeCloseTo(0.9975, 10)
})

type Judge = (result: LoadResult, limit: number) => JudgedVerdict

describe.each<[string, Judge, number, (step: number) => number]>([
  ['mean', (result, limitMs) => meanVerdict(result, result, { limitMs }), 60, (step) => 10 + step / 200],
  [
    'percentile',
    (result, limitMs) => percentileVerdict(result, result, { percentile: 50, limitMs }),
    60,
    (step) => 9.5 + step / 40,
  ],
  ['error rate', (result, limit) => errorRateVerdict(result, result, { limit }), 60, (step) => (step + 1) / 500],
  [
    'success rate',
    (result, limit) => successRateVerdict(result, result, { above: 1 - limit }),
    60,
    (step) => (step + 1) / 500,
  ],
])('a %s', (_, judge, steps, limitAt) => {
  const limits = Array.from({ length: steps }, (_each, step) => limitAt(step))
  const seen = (plan: NonNullable<ResultCase['plan']>): readonly string[] => {
    const result = run(plan)
    return limits.map((limit) => {
      const { verdict, observed } = judge(result, limit)
      return `${verdict}: ${observed}`
    })
  }

  test('of a run with several looks is judged as strictly as one with that confidence', () => {
    expect(seen({ looks })).toEqual(seen({ confidence: 0.9875 }))
    expect(seen({ looks })).not.toEqual(seen({}))
  })
})

describe('a service level', () => {
  test('is decided when each of its limits passes or fails, although the run goes on', () => {
    expect(isServiceLevelDecided(run({ looks }, 'running'), { p95Ms: 100, p50Ms: 1 })).toBe(true)
    expect(isServiceLevelDecided(run({ looks }, 'running'), { p95Ms: 100, p50Ms: 10 })).toBe(false)
  })
})
