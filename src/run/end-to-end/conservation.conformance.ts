import { expect } from 'vitest'
import type { Figures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'

/**
 * Expects that every scheduled request and journey has exactly one outcome, in total and per interval, phase and
 * operation.
 */
export function expectConservation(result: LoadResult): void {
  const groups: Figures[] = [
    result,
    ...result.intervals,
    ...Object.values(result.operations),
    ...Object.values(result.phases),
    ...(result.journeys === null ? [] : [result.journeys]),
  ]
  for (const figures of groups) {
    expect(figures.requestsScheduled).toBe(figures.requestsSent + figures.dropped)
    expect(figures.requestsSent).toBe(figures.successes + figures.errors)
    expect(sum(Object.values(figures.errorsByClass).map(({ count }) => count))).toBe(figures.errors)
    expect(sum(Object.values(figures.droppedByReason))).toBe(figures.dropped)
    expect(figures.responseTime.count).toBe(figures.successes)
  }
  for (const key of ['requestsScheduled', 'successes', 'errors', 'dropped', 'unanswered', 'bytesReceived'] as const) {
    expect(sum(result.intervals.map((interval) => interval[key])), `${key} of all intervals`).toBe(result[key])
  }
  const statuses = result.intervals.flatMap((interval) => Object.entries(interval.statuses))
  for (const [status, count] of Object.entries(result.statuses)) {
    const inIntervals = statuses.filter(([name]) => name === status).map(([, each]) => each)
    expect(sum(inIntervals), `status ${status} of all intervals`).toBe(count)
  }
  if (result.journeys !== null) {
    // All requests are sent by journeys.
    expect(result.journeys.bytesSent).toBe(result.bytesSent)
    expect(result.journeys.bytesReceived).toBe(result.bytesReceived)
    expect(sum(result.journeys.batches.successes)).toBe(result.journeys.successes)
  }
  const { batches } = result
  expect(sum(batches.successes)).toBe(result.successes)
  expect(sum(batches.unanswered)).toBe(result.unanswered)
}
