import { describe, expect, test } from 'vitest'
import type { Interval } from '../model/figures.ts'
import { IntervalSeries } from './intervals.ts'
import { expectConserved, sampleOf, total } from './samples.builder.ts'
import { Tally, type TallyDelta } from './tally.ts'

const LIMITS = [{ key: 'p99Ms', limitMs: 50 }]

const NEVER = Number.POSITIVE_INFINITY

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
  const series = new IntervalSeries(LIMITS, NEVER)
  const reported = Array.from({ length: 25 }, (_, i) => series.add([sliceOf(i, 1)]))
  expect(reported.flatMap((intervals, i) => intervals.map(({ startMs }) => [i, startMs]))).toEqual([
    [9, 0],
    [19, 1_000],
  ])
  expect(series.finish(2_500)).toMatchObject([{ startMs: 2_000, durationMs: 500 }])
  expect(series.finish(2_500)).toEqual([])
  expect(series.intervals.map(({ successes }) => successes)).toEqual([45, 145, 110])
})

test('offeredRps counts the requests due in an interval, throughputRps those that ended in it', () => {
  const series = new IntervalSeries(LIMITS, NEVER)
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
  const series = new IntervalSeries(LIMITS, NEVER)
  for (let i = 0; i < 10; i++) series.add([sliceOf(3, 1), sliceOf(2, 1), sliceOf(0, 1)])
  expect(series.intervals).toMatchObject([{ successes: 50, errors: 30, dropped: 30, durationMs: 1_000 }])
})

test('merges pairs beyond 600 intervals into equally long ones without losing a count', () => {
  const series = new IntervalSeries(LIMITS, NEVER)
  const seconds = 1_237
  const truth: Interval[] = []
  const other = Array.from({ length: seconds }, () => new IntervalSeries(LIMITS, NEVER))
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
  series.finish(1_237_000)

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
  const series = new IntervalSeries([], NEVER)
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

/** Returns a slice in which this many requests were due and this many succeeded. */
function flowOf(arrived: number, succeeded: number): TallyDelta {
  const tally = new Tally([])
  for (let i = 0; i < arrived; i++) tally.arrive(0)
  for (let i = 0; i < succeeded; i++) tally.settle(sampleOf({}))
  return tally.take()
}

describe('at the planned end', () => {
  /** Four requests in each slice until `endMs`, each with its response `slicesLate` slices later. */
  function seriesOf(endMs: number, slicesLate: number, untilMs: number): IntervalSeries {
    const series = new IntervalSeries([], endMs)
    for (let slice = 0; slice * 100 < untilMs; slice++) {
      const arrived = slice * 100 < endMs ? 4 : 0
      const isAnswered = slice >= slicesLate && (slice - slicesLate) * 100 < endMs
      series.add([flowOf(arrived, isAnswered ? 4 : 0)])
    }
    series.finish(untilMs)
    return series
  }

  test.each<
    [string, number, number, number, (readonly [startMs: number, durationMs: number, offered: number, done: number])[]]
  >([
    [
      'half a second has its own rate',
      2_500,
      0,
      2_500,
      [
        [0, 1_000, 40, 40],
        [1_000, 1_000, 40, 40],
        [2_000, 500, 40, 40],
      ],
    ],
    [
      'a whole second stays the last',
      2_000,
      0,
      2_000,
      [
        [0, 1_000, 40, 40],
        [1_000, 1_000, 40, 40],
      ],
    ],
    [
      'a short drain belongs to the last second',
      2_000,
      3,
      2_300,
      [
        [0, 1_000, 40, 28],
        [1_000, 1_000, 40, 40],
      ],
    ],
    [
      'a short drain belongs to the last half second',
      2_500,
      3,
      2_800,
      [
        [0, 1_000, 40, 28],
        [1_000, 1_000, 40, 40],
        [2_000, 500, 40, 40],
      ],
    ],
    [
      'a long drain has separate intervals',
      2_000,
      12,
      3_200,
      [
        [0, 1_000, 40, 0],
        [1_000, 1_000, 40, 32],
        [2_000, 1_000, 0, 40],
        [3_000, 200, 0, 40],
      ],
    ],
    [
      'an end inside a slice is exact',
      1_050,
      0,
      1_050,
      [
        [0, 1_000, 40, 40],
        [1_000, 50, 80, 80],
      ],
    ],
  ])('%s', (_, endMs, slicesLate, untilMs, expected) => {
    const { intervals } = seriesOf(endMs, slicesLate, untilMs)
    const rows = intervals.map((each) => [each.startMs, each.durationMs, each.offeredRps, each.throughputRps])
    expect(rows).toEqual(expected)
    expect(total(intervals.map(({ arrivals }) => arrivals))).toBe(total(intervals.map(({ successes }) => successes)))
    expect(intervals.at(-1)?.inFlight).toBe(0)
  })

  test('a run whose last request ended earlier is covered up to its planned end', () => {
    const series = new IntervalSeries([], 3_500)
    series.add([flowOf(1, 1)])
    const reported = series.finish(3_500)
    expect(reported.map(({ startMs, durationMs, arrivals }) => [startMs, durationMs, arrivals])).toEqual([
      [0, 1_000, 1],
      [1_000, 1_000, 0],
      [2_000, 1_000, 0],
      [3_000, 500, 0],
    ])
  })

  test('a stopped run ends with an interval as long as it ran', () => {
    const series = new IntervalSeries([], 10_000)
    for (let slice = 0; slice < 13; slice++) series.add([flowOf(4, 4)])
    expect(series.finish(1_250)).toMatchObject([{ startMs: 1_000, durationMs: 250, offeredRps: 48 }])
  })

  test('merged pairs keep the length of the last interval', () => {
    const series = new IntervalSeries([], 601_500)
    for (let slice = 0; slice < 6_015; slice++) series.add([flowOf(4, 4)])
    series.finish(601_500)
    expect(series.intervals).toHaveLength(301)
    expect(new Set(series.intervals.map(({ offeredRps }) => offeredRps))).toEqual(new Set([40]))
    expect(series.intervals.at(-1)).toMatchObject({ startMs: 600_000, durationMs: 1_500, throughputRps: 40 })
  })
})
