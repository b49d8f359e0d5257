import { expect, test } from 'vitest'
import { evenBatches, eachWith, resultOf } from '../result.builder.ts'
import { remainingFigures } from './remaining-figures.ts'

const run = resultOf({
  batches: eachWith(
    evenBatches(40, 10, (i) => 5 + (i % 10)),
    (batch) =>
      batch < 30 ? {} : { responsesMs: [400, 500], errors: { timeout: 2, 'http-5xx': 1 }, dropped: { overflow: 3 } },
  ),
  lagMs: (ms) => (ms >= 400 ? 300 : 0),
  plan: { sla: { p99Ms: 50 } },
})
const isEarly = Array.from({ length: 40 }, (_, batch) => batch < 30)

test('keeping all batches keeps the counts and returns the time from the dispatch', () => {
  const same = remainingFigures(run, Array<boolean>(40).fill(true))
  for (const key of ['requestsScheduled', 'successes', 'errors', 'dropped', 'unanswered', 'durationMs'] as const) {
    expect(same[key]).toBe(run[key])
  }
  expect(same.responseTime).toEqual(same.targetTime)
  const { targetTime } = run
  if (targetTime.meanMs === undefined || same.targetTime.meanMs === undefined) throw new Error('nothing was measured')
  expect(same.targetTime.count).toBe(targetTime.count)
  expect(same.targetTime.p99Ms).toBeCloseTo(targetTime.p99Ms, 0)
  expect(same.targetTime.meanMs / targetTime.meanMs).toBeCloseTo(1, 3)
  expect(same.targetTime.stddevMs / targetTime.stddevMs).toBeCloseTo(1, 3)
})

test('keeping some batches returns the figures of these', () => {
  const early = remainingFigures(run, isEarly)
  expect(early).toMatchObject({
    requestsScheduled: 300,
    successes: 300,
    errors: 0,
    dropped: 0,
    unanswered: 0,
    durationMs: 7_500,
    offeredRps: 40,
    overLimit: {},
  })
  expect(early.responseTime).toMatchObject({ count: 300, minMs: 5, p50Ms: 9.007, maxMs: 14.007 })
  expect(early.batches.successes).toHaveLength(30)
})

test('counts of classes and reasons do not exceed those of the batches', () => {
  const late = remainingFigures(
    run,
    isEarly.map((early, batch) => !early && batch < 32),
  )
  expect(late).toMatchObject({
    errors: 6,
    dropped: 6,
    unanswered: 10,
    responsesReceived: 6,
    errorsByClass: { timeout: { count: 6 }, 'http-5xx': { count: 6 } },
    droppedByReason: { overflow: 6 },
  })
})

test('keeping no batch returns empty figures', () => {
  const none = remainingFigures(run, Array<boolean>(40).fill(false))
  expect(none).toMatchObject({ requestsScheduled: 0, durationMs: 0, offeredRps: 0, responseTime: { count: 0 } })
})
