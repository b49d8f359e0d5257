import { expect, test } from 'vitest'
import { resultOf } from '../run-record.builder.ts'
import { progressLine } from './progress-line.ts'
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
