import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batches, Figures, Interval, JudgedFigures } from '../model/figures.ts'
import type { Sample } from '../model/sample.ts'
import { Collector } from './collector.ts'
import { Recorder, type SliceDelta } from './recorder.ts'
import { arbitrarySamples, expectConserved, sampleOf, total } from './samples.builder.ts'

const LIMITS = [
  { key: 'p50Ms', limitMs: 20 },
  { key: 'p99Ms', limitMs: 300 },
]
const LENGTH_MS = 4_000

/** Returns the slices that one thread posts for these requests, with all events in time order. */
function slicesOf(samples: readonly Sample[], endMs: number): readonly SliceDelta[] {
  const recorder = new Recorder(LIMITS)
  const events = samples.flatMap((sample) => [
    { atMs: sample.dueMs, record: () => recorder.arrived(sample) },
    { atMs: sample.doneMs, record: () => recorder.settled(sample) },
  ])
  for (const { record } of events.toSorted((one, other) => one.atMs - other.atMs)) record()
  recorder.rollTo(endMs)
  return recorder.takeFinished()
}

function collected(threads: readonly (readonly SliceDelta[])[]): Collector {
  const collector = new Collector(threads.length, LIMITS, Number.POSITIVE_INFINITY)
  for (const [thread, slices] of threads.entries()) {
    collector.add(thread, slices.slice(0, 7))
    collector.add(thread, slices.slice(7))
  }
  for (const thread of threads.keys()) collector.end(thread, collector.coveredMs)
  return collector
}

/**
 * Returns all figures except means and deviations: sums of fractions depend on the order of addition in their last
 * digit.
 */
function exactPart({ responseTime, serviceTime, targetTime, queueTime, scheduleLag, ...rest }: Figures): unknown {
  const distributions = [responseTime, serviceTime, targetTime, queueTime, scheduleLag].map((distribution) => {
    if (distribution.histogram === undefined) return distribution
    const { meanMs: _, stddevMs: __, ...exact } = distribution
    return exact
  })
  const errorsByClass = Object.entries(rest.errorsByClass).toSorted(([one], [other]) => one.localeCompare(other))
  return { ...rest, errorsByClass, distributions }
}

test.each(['__proto__', 'constructor', 'toString'])(
  'counts an operation named %s in one of two threads',
  (operation) => {
    const threads = [[sampleOf({ operation, intendedMs: 5 })], [sampleOf({ operation: 'read', intendedMs: 5 })]]
    const { [operation]: figures } = collected(threads.map((samples) => slicesOf(samples, 200))).operations(200)
    expect(figures).toMatchObject({ requestsScheduled: 1, successes: 1 })
  },
)

test('requests spread randomly over threads add up to what one thread records', () => {
  const dealt = fc.integer({ min: 1, max: 4 }).chain((threads) =>
    fc.record({
      threads: fc.constant(threads),
      samples: arbitrarySamples(LENGTH_MS),
      deal: fc.infiniteStream(fc.nat(threads - 1)),
    }),
  )
  fc.assert(
    fc.property(dealt, ({ threads, samples, deal }) => {
      const thread = samples.map(() => deal.next().value ?? 0)
      const parts = Array.from({ length: threads }, (_, own) => samples.filter((__, i) => thread[i] === own))
      const one = collected([slicesOf(samples, LENGTH_MS + 1_000)])
      const many = collected(parts.map((part) => slicesOf(part, LENGTH_MS + 1_000)))

      const [whole, summed] = [one.total(LENGTH_MS), many.total(LENGTH_MS)]
      expect(exactPart(summed)).toEqual(exactPart(whole))
      expect(summed.requestsScheduled).toBe(samples.length)
      const [operations, summedOperations] = [one.operations(LENGTH_MS), many.operations(LENGTH_MS)]
      expect(Object.keys(summedOperations).toSorted()).toEqual(Object.keys(operations).toSorted())
      for (const [name, figures] of Object.entries(operations)) {
        expect(exactPart(summedOperations[name] ?? figures)).toEqual(exactPart(figures))
      }
      for (const phase of [0, 1]) {
        expect(exactPart(many.phase(phase, 1_000))).toEqual(exactPart(one.phase(phase, 1_000)))
      }
      expect(many.intervals.map((interval) => exactPart(interval))).toEqual(
        one.intervals.map((interval) => exactPart(interval)),
      )
      expect(many.inFlight).toBe(0)
    }),
    { numRuns: 40 },
  )
})

function expectBatchesToAddUp(batches: Batches, figures: Figures): void {
  expect(total(batches.successes)).toBe(figures.successes)
  expect(total(batches.errors)).toBe(figures.errors)
  expect(total(batches.dropped)).toBe(figures.dropped)
  expect(total(batches.unanswered)).toBe(figures.unanswered)
}

test('every request has one outcome in the total and in its interval, operation, phase and batch', () => {
  fc.assert(
    fc.property(arbitrarySamples(LENGTH_MS), (samples) => {
      const collector = collected([slicesOf(samples, LENGTH_MS + 1_000)])
      const whole = collector.total(LENGTH_MS)
      const groups: JudgedFigures[] = [
        whole,
        ...Object.values(collector.operations(LENGTH_MS)),
        collector.phase(0, 1),
        collector.phase(1, 1),
      ]
      for (const group of groups) {
        expectConserved(group)
        expectBatchesToAddUp(group.batches, group)
      }
      for (const interval of collector.intervals) expectConserved(interval)
      for (const key of ['requestsScheduled', 'successes', 'errors', 'dropped', 'unanswered'] as const) {
        expect(total(collector.intervals.map((interval) => interval[key]))).toBe(whole[key])
      }
      expect(total(collector.intervals.map(({ arrivals }) => arrivals))).toBe(samples.length)
    }),
    { numRuns: 40 },
  )
})

test('counts exactly how many successes exceed each limit', () => {
  fc.assert(
    fc.property(arbitrarySamples(LENGTH_MS), (samples) => {
      const { overLimit } = collected([slicesOf(samples, LENGTH_MS + 1_000)]).total(LENGTH_MS)
      const over = (limitMs: number): number =>
        samples.filter(({ fate, doneMs, intendedMs }) => fate === 'success' && doneMs - intendedMs > limitMs).length
      expect(overLimit).toEqual({
        p50Ms: { limitMs: 20, count: over(20) },
        p99Ms: { limitMs: 300, count: over(300) },
      })
    }),
    { numRuns: 40 },
  )
})

test('counts a slice once every thread has posted its part', () => {
  const sample = sampleOf({ doneMs: 10 })
  const slices = slicesOf([sample], 1_000)
  const collector = new Collector(2, [], Number.POSITIVE_INFINITY)
  expect(collector.add(0, slices)).toEqual([])
  expect(collector.coveredMs).toBe(0)
  expect(collector.add(1, slices.slice(0, 4))).toEqual([])
  expect(collector.coveredMs).toBe(400)
  expect(collector.total(400).successes).toBe(2)
  expect(collector.add(1, slices.slice(4))).toMatchObject([{ startMs: 0, durationMs: 1_000, successes: 2 }])
})

test('a thread that ended early does not delay the others', () => {
  const slices = slicesOf([sampleOf({ dueMs: 150, doneMs: 1_250 })], 1_300)
  const collector = new Collector(2, [], Number.POSITIVE_INFINITY)
  collector.add(0, slices)
  collector.add(1, slices.slice(0, 2))
  expect(collector.end(1, 1_000)).toMatchObject([{ startMs: 0, arrivals: 2, inFlight: 2 }])
  const last: readonly Interval[] = collector.end(0, 1_300)
  expect(last).toMatchObject([{ startMs: 1_000, durationMs: 300, successes: 1, inFlight: 1 }])
})

test('the batches of an operation or phase cover only its first to its last request', () => {
  const samples = [2_050, 2_150, 2_550].map((atMs) =>
    sampleOf({ intendedMs: atMs, dueMs: atMs, sentMs: atMs, doneMs: atMs + 1, operation: 'late', phase: 2 }),
  )
  const collector = collected([slicesOf(samples, 9_000)])
  const expected = { startMs: 2_000, lengthMs: 100, successes: [1, 1, 0, 0, 0, 1] }
  expect(collector.operations(9_000)['late']?.batches).toMatchObject(expected)
  expect(collector.phase(2, 1_000).batches).toMatchObject(expected)
  expect(collector.total(9_000).batches.startMs).toBe(0)
  expect(collector.phase(1, 1_000)).toMatchObject({ requestsScheduled: 0, errorRate: 0, responseTime: { count: 0 } })
})

test('counts answered failures as responses, and timeouts and lost connections not', () => {
  const failed = (errorClass: 'http-5xx' | 'timeout' | 'connection'): Sample =>
    sampleOf({ fate: 'error', errorClass, doneMs: 1 })
  const dropped = sampleOf({ fate: 'dropped', dropReason: 'overflow', sentMs: Number.NaN, doneMs: 1 })
  const samples = [sampleOf({ doneMs: 1 }), failed('http-5xx'), failed('timeout'), failed('connection'), dropped]
  expect(collected([slicesOf(samples, 100)]).total(1_000)).toMatchObject({
    requestsScheduled: 5,
    requestsSent: 4,
    responsesReceived: 2,
    timeouts: 1,
    unanswered: 3,
    errorRate: 0.8,
    throughputRps: 1,
    offeredRps: 5,
  })
})

test('achievedRps covers the time until the last success, even long after the last arrival', () => {
  const samples = Array.from({ length: 30 }, (_, i) => {
    const atMs = i * 30
    return sampleOf({ intendedMs: atMs, dueMs: atMs, sentMs: atMs, doneMs: i < 10 ? atMs + 1 : 2_050 })
  })
  const { achievedRps, throughputRps } = collected([slicesOf(samples, 2_100)]).total(1_000)
  expect(throughputRps).toBe(30)
  expect(achievedRps).toBe(15)
})

test('journeys of several threads add up, and achievedRps covers the time in which they started', () => {
  const threads = [0, 1].map((thread) => {
    const recorder = new Recorder(LIMITS)
    // Each thread starts ten journeys per second for 2 s. Each journey takes 1 s, most of it think time.
    const journeys = Array.from({ length: 20 }, (_, i) => {
      const startMs = 100 * i + 50 * thread
      return sampleOf({ intendedMs: startMs, dueMs: startMs, sentMs: startMs, doneMs: startMs + 1_000 })
    })
    const events = journeys.flatMap((journey) => [
      { atMs: journey.dueMs, record: () => recorder.journeyArrived(journey) },
      { atMs: journey.doneMs, record: () => recorder.journeySettled(Object.assign(journey, { thinkMs: 990 })) },
    ])
    for (const { record } of events.toSorted((one, other) => one.atMs - other.atMs)) record()
    recorder.rollTo(3_100)
    return recorder.takeFinished()
  })
  const collector = collected(threads)
  expect(collector.journeys(2_000)).toMatchObject({
    requestsScheduled: 40,
    successes: 40,
    offeredRps: 20,
    achievedRps: 20,
  })
  expect(total(collector.journeys(2_000).batches.arrivals)).toBe(40)
  expect(collector.total(2_000)).toMatchObject({ requestsScheduled: 0 })
})

test('a thread that ends without its last report loses no request', () => {
  const kept = slicesOf([sampleOf({ intendedMs: 10, dueMs: 10, sentMs: 10, doneMs: 20 })], 500)
  const recorder = new Recorder(LIMITS)
  const answered = sampleOf({ operation: 'read', phase: 0, intendedMs: 50, dueMs: 50, sentMs: 50, doneMs: 120 })
  recorder.arrived(answered)
  recorder.settled(answered)
  recorder.arrived(sampleOf({ operation: 'read', phase: 0, intendedMs: 150, dueMs: 150 }))
  recorder.rollTo(200)
  const collector = new Collector(2, LIMITS, Number.POSITIVE_INFINITY)
  collector.add(0, kept)
  collector.add(1, recorder.takeFinished())
  const asked: number[] = []
  collector.lose(1, { errorClass: 'user-error', message: 'it is gone' }, 480, (count) => {
    asked.push(count)
    return new Map([
      [0, 2],
      [1, 3],
    ])
  })
  collector.end(0, 1_300)
  const lost = { 'user-error': { count: 6, first: 'it is gone' } }
  expect(asked).toEqual([2])
  expect(collector.coveredMs).toBe(500)
  expect(collector.total(500)).toMatchObject({ requestsScheduled: 8, successes: 2, errorsByClass: lost })
  expect(collector.operations(500)).toMatchObject({ read: { successes: 1, errors: 1 } })
  expect(collector.phase(0, 250)).toMatchObject({ requestsScheduled: 4, successes: 1, errors: 3 })
  expect(collector.phase(1, 250)).toMatchObject({ requestsScheduled: 3, errors: 3 })
  expect(collector.inFlight).toBe(0)
})
