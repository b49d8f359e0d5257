import { describe, expect, test } from 'vitest'
import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenBatches, resultOf, type BatchCase } from '../result.builder.ts'
import { subjectOf } from '../subject.ts'
import { percentileVerdict } from './percentile.ts'
import { sustainedRateVerdict } from './sustained-rate.ts'

/** 10 s with 40 journeys per second. By default each has three requests of 10 ms and 2 s of think time. */
function runOf(
  journeys: readonly BatchCase[] = evenBatches(40, 10, () => 2_030),
  requests: readonly BatchCase[] = evenBatches(40, 30, () => 10),
): LoadResult {
  const { operations } = resultOf({ batches: journeys })
  return resultOf({ batches: requests, rest: { journeys: operations['GET /'] ?? null } })
}

describe('the rate of a run with journeys', () => {
  test('is sustained when the journeys succeeded', () => {
    const run = runOf()
    const verdict = sustainedRateVerdict(run, run, { rps: 40, within: 0.01 })
    expect(verdict).toMatchObject({
      verdict: 'pass',
      claim: '40 journeys/s sustained',
      observed: '40 journeys/s (100% of 400 journeys succeeded)',
    })
    expect(verdict.details).toContain('offered 40 journeys/s, achieved 40 journeys/s, 0 dropped, 0 errors')
    // The 120 requests per second of the journeys do not count.
    expect(sustainedRateVerdict(run, run, { rps: 120, within: 0.01 })).toMatchObject({
      verdict: 'invalid',
      reason: 'the load was not delivered',
      details: expect.arrayContaining(['the plan scheduled only 40 journeys/s: set rate: 120']),
    })
  })

  test('is not sustained when some journeys failed, even if few of their requests did', () => {
    const failing = eachWith(
      evenBatches(40, 9, () => 2_030),
      () => ({ errors: { 'http-5xx': 1 } }),
    )
    const run = runOf(failing)
    expect(sustainedRateVerdict(run, run, { rps: 40, within: 0.01 })).toMatchObject({
      verdict: 'fail',
      observed: '36 journeys/s (90% of 400 journeys succeeded)',
    })
  })

  test('is sustained by a target that answers at once, however long the journeys think', () => {
    // 5 s of 20 journeys per second, which end over 30 s.
    const thinking = Array.from({ length: 120 }, (_, i) => ({
      responsesMs: i < 117 ? [15_000] : [],
      arrivals: i < 20 ? 5 : 0,
    }))
    const run = runOf(thinking)
    const journeys = run.journeys && { ...run.journeys, durationMs: 5_000, offeredRps: 20 }
    const short = { ...run, journeys, durationMs: 5_000 }
    expect(sustainedRateVerdict(short, short, { rps: 20, within: 0.01 })).toMatchObject({ leaning: 'pass' })
  })

  test('is sustained when more and more journeys are in think time, which is not a backlog', () => {
    const thinking = eachWith(
      evenBatches(40, 10, () => 2_030),
      (i) => ({ inFlight: 10 * i }),
    )
    const run = runOf(thinking)
    expect(sustainedRateVerdict(run, run, { rps: 40, within: 0.01 }).verdict).toBe('pass')
  })

  test('is not sustained when the requests of the journeys pile up', () => {
    const piling = eachWith(
      evenBatches(40, 20, () => 10),
      (i) => ({ arrivals: 30, inFlight: 10 * i }),
    )
    const run = runOf(undefined, piling)
    const verdict = sustainedRateVerdict(run, run, { rps: 40, within: 0.01 })
    expect(verdict.verdict).toBe('fail')
    expect(verdict.details.join('\n')).toContain('requests piled up')
  })
})

test('operations and phases of such a run count requests', () => {
  const run = runOf()
  const operation = run.operations['GET /'] as JudgedFigures
  expect(sustainedRateVerdict(operation, run, { rps: 120, within: 0.01 })).toMatchObject({
    verdict: 'pass',
    claim: '120 req/s of operation "GET /" sustained',
  })
})

test('matchers accept the journeys of a result, whose response time is that of the whole journey', () => {
  const run = runOf()
  subjectOf(run, 'toHaveP50Below')
  expect(subjectOf(run.journeys, 'toHaveP50Below')).toEqual({ figures: run.journeys, run })
  const { figures } = subjectOf(run.journeys, 'toHaveP50Below')
  const question = { percentile: 50, limitMs: 2_500, confidence: 0.95 }
  expect(percentileVerdict(figures, run, question)).toMatchObject({
    verdict: 'pass',
    claim: 'p50 response time of the journeys below 2 500 ms',
  })
})
