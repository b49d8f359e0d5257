import { expect, test } from 'vitest'
import { evenly, fatesOf, onVirtualTime, runVirtually } from './virtual-run.fixture.ts'

onVirtualTime()

test('sends an unprocessed request again on another connection, and counts it once', async () => {
  const run = await runVirtually({
    arrivalTimes: evenly(100, 1_000),
    lastArrivalMs: 1_000,
    maxConnections: 1,
    target: {
      answer: ({ requestId, connection }) =>
        requestId === 4 && connection === 0
          ? { afterMs: 20, errorClass: 'connection', unprocessed: true, ends: 'close' }
          : { afterMs: 5 },
    },
  })
  expect(fatesOf(run)).toEqual({ success: 10 })
  expect(run.target.carried).toEqual([
    [0, 1, 2, 3, 4],
    [4, 5, 6, 7, 8, 9],
  ])
  expect(run.pool.counts()).toMatchObject({ resent: 1, opened: 2 })
  // Its response time includes both attempts; its service time only the second one.
  expect(run.samples.find(({ requestId }) => requestId === 4)).toMatchObject({
    intendedMs: 500,
    sentMs: 520,
    doneMs: 525,
    bytesSent: 2,
    bytesReceived: 4,
  })
})

test('sends it before the requests that wait already', async () => {
  const run = await runVirtually({
    arrivalTimes: [10, 11, 12],
    lastArrivalMs: 12,
    maxConnections: 1,
    target: {
      answer: ({ connection }) =>
        connection === 0 ? { afterMs: 20, errorClass: 'connection', unprocessed: true, ends: 'close' } : { afterMs: 5 },
    },
  })
  expect(run.target.carried).toEqual([[0], [0, 1, 2]])
})

test('fails a request that is never processed, after 20 more attempts', async () => {
  const run = await runVirtually({
    arrivalTimes: [10],
    lastArrivalMs: 10,
    target: { answer: () => ({ afterMs: 5, errorClass: 'connection', unprocessed: true }) },
  })
  expect(fatesOf(run)).toEqual({ connection: 1 })
  expect(run.target.carried.flat()).toHaveLength(21)
  expect(run.pool.counts()).toMatchObject({ resent: 20 })
})

test('does not send again what a stopped run cancels', async () => {
  const run = await runVirtually({
    arrivalTimes: [10],
    lastArrivalMs: 1_000,
    events: [[12, ({ dispatcher }) => dispatcher.stop()]],
    target: { answer: () => ({ afterMs: 5, errorClass: 'connection', unprocessed: true }) },
  })
  expect(fatesOf(run)).toEqual({ cancelled: 1 })
  expect(run.target.carried).toEqual([[0]])
})

test('sends a burst again until it is processed, by a server that ends each connection after a few requests', async () => {
  const served: number[] = []
  const run = await runVirtually({
    arrivalTimes: Array.from({ length: 150 }, () => 10),
    lastArrivalMs: 10,
    target: {
      maxInFlight: 100,
      answer({ connection }) {
        served[connection] = (served[connection] ?? 0) + 1
        return served[connection] <= 20
          ? { afterMs: 5 }
          : { afterMs: 6, errorClass: 'connection', unprocessed: true, ends: 'close' }
      },
    },
  })
  expect(fatesOf(run)).toEqual({ success: 150 })
})
