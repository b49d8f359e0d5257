import { expect, test } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import { resultOf } from '../run-record.builder.ts'
import { courseOf, progressLine } from './progress-line.ts'
import { progressOf } from './progress.ts'

test('shows a running load in one line: time, rate, latency, failures, in flight', () => {
  const soFar = resultOf({ durationMs: 12_000, inFlight: 6 })
  const newest = {
    ...soFar,
    startMs: 11_000,
    durationMs: 1_000,
    arrivals: 500,
    inFlight: 6,
    offeredRps: 500,
    throughputRps: 499,
  }
  expect(progressLine(progressOf({ ...soFar, intervals: [newest] }))).toBe(
    'checkout API > holds 500 req/s  12/30 s  500 → 499 req/s  p50 12.1  p99 83.2 ms  3 errors  6 in flight',
  )
})

test('shows no percentile before the first response, and drops only if there are any', () => {
  const soFar = { durationMs: 300, responseTime: { count: 0 }, dropped: 1_200 } as const
  const line = progressLine(progressOf(resultOf({ ...soFar, errors: 0 })))
  expect(line).toContain('no response yet')
  expect(progressLine(progressOf(resultOf({ ...soFar, errors: 3 })))).toContain('no success yet')
  expect(line).toContain('1 200 dropped')
})

test('shows tenths of a second of a load that is shorter than two seconds', () => {
  const progress = { ...progressOf(resultOf()), elapsedMs: 300 }
  expect(courseOf({ ...progress, plannedMs: 1_000 })).toBe('0.3/1.0')
  expect(courseOf({ ...progress, plannedMs: 2_000 })).toBe('0/2')
})

test('names the part of a suite, and says how long the others take', () => {
  const progress = progressOf(resultOf({ name: 'limits', durationMs: 2_000 }))
  const part = { number: 3, of: 14, leftMs: 42_000 }
  const line = (isExact: boolean): string =>
    progressLine({ ...progress, phase: '200 req/s', part: { ...part, isExact } })
  expect(line(false)).toMatch(/^limits: 3 of about 14, 200 req\/s {2}2\/30 s .* about 42 s left$/)
  expect(line(true)).toMatch(/^limits: 3 of 14, 200 req\/s /)
})

test('shows no offered rate where responses determine the rate', () => {
  const lines = [resultOf({ arrivals: 'closed' }), resultOf({ journeys: resultOf() })].map((soFar) =>
    progressLine(progressOf(soFar)),
  )
  for (const line of lines) expect(line).toContain(' s  500 req/s  p50')
})

test('warns when the generator is near its limit, but not in the closed model, where a fast target keeps it busy', () => {
  const generator = { ...resultOf().generator, eventLoopUtilization: 0.86 }
  expect(progressLine(progressOf(resultOf({ generator })))).toContain('  generator 86% busy')
  expect(progressLine(progressOf(resultOf({ generator, arrivals: 'closed' })))).not.toContain('busy')
  expect(progressLine(progressOf(resultOf()))).not.toContain('busy')
})

test('shows the pair of a comparison, and the time of both sides', () => {
  const baseline = resultOf()
  const comparison: NonNullable<LoadResult['comparison']> = {
    pairs: [],
    excluded: 0,
    looks: [],
    blockMs: 2_000,
    discardMs: 500,
    mode: 'turns',
    tolerance: 0.05,
    metric: null,
    ratio: null,
    interval: null,
    verdict: 'inconclusive',
    changes: [],
    errors: { candidate: 0, baseline: 0, pValue: 1, isMore: false, mayBeMore: false },
    operations: {},
    baseline,
  }
  const line = progressLine(progressOf(resultOf({ durationMs: 1_000, comparison })))
  expect(line).toContain('pair 1 of up to 15')
  expect(line).toContain('2/60 s')
})
