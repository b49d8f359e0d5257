import { expect, test } from 'vitest'
import type { Interval } from '../model/result.ts'
import { IntervalSeries } from './intervals.ts'
import { expectConserved, sampleOf, total } from './samples.builder.ts'
import { Tally, type TallyDelta } from './tally.ts'

const LIMITS = [{ key: 'p99Ms', limitMs: 50 }]

/**
 * Returns a slice in which `successes` requests took `latencyMs`, one failed and one was dropped; `open` more were due.
 */
function sliceOf(successes: number, latencyMs: number, open = 0): TallyDelta {
  const tally = new Tally(LIMITS)
  for (let i = 0; i < successes + 2 + open; i++) tally.arrive(0)
  for (let i = 0; i < successes; i++) tally.settle(sampleOf({ doneMs: latencyMs, bytesSent: 10, bytesReceived: 100 }))
  tally.settle(sampleOf({ fate: 'error', errorClass: 'http-5xx', message: '503', bytesReceived: 7 }))
  tally.settle(sampleOf({ fate: 'dropped', dropReason: 'overflow' }))
  return tally.take()
}

function sums(intervals: readonly Interval[]): Record<string, number> {
  const sumOf = (read: (interval: Interval) => number): number => total(intervals.map(read))
  return {
    arrivals: sumOf(({ arrivals }) => arrivals),
    requestsScheduled: sumOf(({ requestsScheduled }) => requestsScheduled),
    successes: sumOf(({ successes }) => successes),
    errors: sumOf(({ errorsByClass }) => errorsByClass['http-5xx']?.count ?? 0),
    dropped: sumOf(({ droppedByReason }) => droppedByReason.overflow ?? 0),
    responses: sumOf(({ responsesReceived }) => responsesReceived),
    unanswered: sumOf(({ unanswered }) => unanswered),
    overLimit: sumOf(({ overLimit }) => overLimit['p99Ms']?.count ?? 0),
    latencies: sumOf(({ responseTime }) => responseTime.count),
    bytesSent: sumOf(({ bytesSent }) => bytesSent),
    bytesReceived: sumOf(({ bytesReceived }) => bytesReceived),
    durationMs: sumOf(({ durationMs }) => durationMs),
  }
}

test('reports one interval per second, when that second has ended', () => {
  const series = new IntervalSeries(LIMITS)
  const reported = Array.from({ length: 25 }, (_, i) => series.add([sliceOf(i, 1)]))
  expect(reported.flatMap((intervals, i) => intervals.map(({ startMs }) => [i, startMs]))).toEqual([
    [9, 0],
    [19, 1_000],
  ])
  expect(series.finish()).toMatchObject([{ startMs: 2_000, durationMs: 500 }])
  expect(series.finish()).toEqual([])
  expect(series.intervals.map(({ successes }) => successes)).toEqual([45, 145, 110])
})

test('offeredRps counts the requests due in an interval, throughputRps those that ended in it', () => {
  const series = new IntervalSeries(LIMITS)
  for (let i = 0; i < 10; i++) series.add([sliceOf(8, 1, 2)])
  expect(series.intervals[0]).toMatchObject({
    arrivals: 120,
    inFlight: 20,
    requestsScheduled: 100,
    offeredRps: 120,
    throughputRps: 80,
  })
})

test('adds the slices of several threads up to one slice', () => {
  const series = new IntervalSeries(LIMITS)
  for (let i = 0; i < 10; i++) series.add([sliceOf(3, 1), sliceOf(2, 1), sliceOf(0, 1)])
  expect(series.intervals).toMatchObject([{ successes: 50, errors: 30, dropped: 30, durationMs: 1_000 }])
})

test('merges pairs beyond 600 intervals into equally long ones without losing a count', () => {
  const series = new IntervalSeries(LIMITS)
  const seconds = 1_237
  const truth: Interval[] = []
  const other = Array.from({ length: seconds }, () => new IntervalSeries(LIMITS))
  for (const [second, alone] of other.entries()) {
    for (let slice = 0; slice < 10; slice++) {
      const delta = slice === 0 ? sliceOf(second % 3, second % 100, 1) : new Tally(LIMITS).take()
      series.add([delta])
      alone.add([delta])
    }
    truth.push(...alone.intervals)
    if (series.intervals.length > 600) expect.fail(`${series.intervals.length} intervals after ${second + 1} s`)
    if (second === 599) expect(series.intervals).toHaveLength(600)
  }
  series.finish()

  expect(sums(series.intervals)).toEqual(sums(truth))
  expect(series.intervalMs).toBe(4_000)
  for (const [i, interval] of series.intervals.entries()) {
    expectConserved(interval)
    expect(interval.startMs).toBe(4_000 * i)
    expect(interval.durationMs).toBe(i === series.intervals.length - 1 ? 1_000 : 4_000)
    expect(interval.inFlight).toBe(Math.min(4 * (i + 1), seconds))
  }
  const [first] = series.intervals
  expect(first).toMatchObject({ arrivals: 15, offeredRps: 15 / 4, overLimit: { p99Ms: { limitMs: 50, count: 0 } } })
  expect(first?.responseTime).toMatchObject({ count: 3, minMs: 1, p50Ms: 2, maxMs: 2 })
  expect(first?.errorsByClass).toEqual({ 'http-5xx': { count: 4, first: '503' } })
})

test('reports every second once and in order, even while older ones are merged', () => {
  const series = new IntervalSeries([])
  const empty = new Tally([]).take()
  const reported: Interval[] = []
  for (let slice = 0; slice < 6_100; slice++) reported.push(...series.add([empty]))
  let endMs = 0
  for (const { startMs, durationMs } of reported) {
    expect(startMs).toBe(endMs)
    endMs += durationMs
  }
  expect(endMs).toBe(610_000)
})
