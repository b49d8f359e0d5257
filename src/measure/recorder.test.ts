import { expect, test } from 'vitest'
import type { Sample } from '../model/sample.ts'
import { Recorder, type SliceDelta } from './recorder.ts'
import { sampleOf } from './samples.builder.ts'

function recorded(samples: readonly Sample[], endMs: number): readonly SliceDelta[] {
  const recorder = new Recorder([])
  for (const sample of samples) {
    recorder.arrived(sample)
    recorder.settled(sample)
  }
  recorder.rollTo(endMs)
  return recorder.takeFinished()
}

test('a request can be due in one slice and end in another', () => {
  const slices = recorded([sampleOf({ intendedMs: 50, dueMs: 50, sentMs: 51, doneMs: 250 })], 300)
  expect(slices.map(({ index }) => index)).toEqual([0, 1, 2])
  expect(slices.map(({ total }) => total.arrivals)).toEqual([1, 0, 0])
  expect(slices.map(({ total }) => total.inFlight)).toEqual([1, 0, -1])
  expect(slices.map(({ total }) => total.successes)).toEqual([0, 0, 1])
})

test('a punctual arrival at the end of a slice belongs to that slice, a late one to the slice in which it was due', () => {
  const samples = [100, 200, 299].map((intendedMs) => {
    const dueMs = intendedMs + (intendedMs === 299 ? 6 : 0.2)
    return sampleOf({ intendedMs, dueMs, sentMs: dueMs, doneMs: dueMs })
  })
  expect(recorded(samples, 400).map(({ total }) => total.arrivals)).toEqual([1, 1, 0, 1])
})

test('derives the latencies from the timestamps of a request', () => {
  const [slice] = recorded([sampleOf({ intendedMs: 10, dueMs: 11, sentMs: 14, doneMs: 21, firstMessageMs: 6 })], 100)
  const sumsUs = Object.entries(slice?.total.distributions ?? {}).map(([name, { sum }]) => [name, sum])
  expect(Object.fromEntries(sumsUs)).toEqual({
    scheduleLag: 1_000,
    queueTime: 3_000,
    serviceTime: 7_000,
    responseTime: 11_000,
    targetTime: 10_000,
    firstMessageTime: 6_000,
  })
})

test('does not record warm-up, even if a request of it ends in the measured part', () => {
  const warmUp = sampleOf({ intendedMs: -5, dueMs: -5, sentMs: -5, doneMs: 40, operation: 'read', phase: 0 })
  expect(recorded([warmUp], 100)).toMatchObject([
    { total: { arrivals: 0, inFlight: 0, successes: 0 }, operations: {}, phases: {} },
  ])
})

test('counts the requests that the warm-up sent by operation, without those that it dropped', () => {
  const recorder = new Recorder([])
  const sent = { intendedMs: -5, dueMs: -5, sentMs: -5, doneMs: 40 }
  recorder.settled(sampleOf({ ...sent, operation: 'read' }))
  recorder.settled(sampleOf({ ...sent, operation: 'read', fate: 'error', errorClass: 'timeout' }))
  recorder.settled(sampleOf({ ...sent, operation: 'write' }))
  recorder.settled(sampleOf({ ...sent, operation: 'write', fate: 'dropped', sentMs: Number.NaN }))
  recorder.settled(sampleOf({ operation: 'read', doneMs: 40 }))
  expect(recorder.warmUp).toEqual({ read: 2, write: 1 })
})

test('failures and drops record no latencies', () => {
  const slices = recorded(
    [
      sampleOf({ fate: 'error', errorClass: 'timeout', message: 'no answer within 1 s', doneMs: 10 }),
      sampleOf({ fate: 'error', errorClass: 'timeout', message: 'later', doneMs: 10 }),
      sampleOf({ fate: 'dropped', dropReason: 'pool-wait', sentMs: Number.NaN, doneMs: 10 }),
    ],
    100,
  )
  expect(slices[0]?.total).toMatchObject({
    inFlight: 0,
    errors: { timeout: { count: 2, first: 'no answer within 1 s' } },
    dropped: { 'pool-wait': 1 },
    distributions: {},
  })
})

test('keeps operations and phases by name, and unnamed ones only in the total', () => {
  const slices = recorded(
    [sampleOf({ operation: 'read', phase: 1 }), sampleOf({ operation: 'write' }), sampleOf({ phase: 1 }), sampleOf({})],
    100,
  )
  expect(slices[0]).toMatchObject({
    total: { successes: 4 },
    operations: { read: { successes: 1 }, write: { successes: 1 } },
    phases: { 1: { successes: 2 } },
  })
})

test('counts requests that were never due as dropped without an arrival', () => {
  const recorder = new Recorder([])
  recorder.undispatched('generator', 0, 3)
  recorder.finish()
  expect(recorder.takeFinished()).toMatchObject([
    {
      total: { arrivals: 0, inFlight: 0, dropped: { generator: 3 } },
      phases: { 0: { arrivals: 0, inFlight: 0, dropped: { generator: 3 } } },
    },
  ])
})

test('a latency equal to the limit does not exceed it', () => {
  const recorder = new Recorder([{ key: 'p99Ms', limitMs: 5 }])
  for (const doneMs of [4, 5, 5.000_1]) recorder.settled(sampleOf({ doneMs }))
  recorder.finish()
  expect(recorder.takeFinished()[0]?.total.overLimit).toEqual([1])
})

test('returns each slice once', () => {
  const recorder = new Recorder([])
  recorder.rollTo(250)
  expect(recorder.takeFinished()).toHaveLength(2)
  expect(recorder.takeFinished()).toHaveLength(0)
  recorder.finish()
  expect(recorder.takeFinished()).toMatchObject([{ index: 2 }])
})

test('counts journeys separately from requests', () => {
  const recorder = new Recorder([])
  const journey = { ...sampleOf({ intendedMs: 10, dueMs: 10, sentMs: 10, doneMs: 250, bytesSent: 7 }), thinkMs: 100 }
  recorder.journeyArrived(journey)
  recorder.journeySettled(journey)
  recorder.journeysUndispatched('generator', 3)
  recorder.rollTo(300)
  const slices = recorder.takeFinished()
  expect(slices.map(({ total }) => total.arrivals + total.successes)).toEqual([0, 0, 0])
  expect(slices).toMatchObject([
    { journeys: { tally: { arrivals: 1, inFlight: 1 } } },
    {},
    { journeys: { tally: { successes: 1, inFlight: -1, bytesSent: 7, dropped: { generator: 3 } }, untilMs: 150 } },
  ])
  expect(slices[1]).not.toHaveProperty('journeys')
})

test('does not record unmeasured requests, even with an intended start in the measured part', () => {
  const late = sampleOf({ intendedMs: 20, dueMs: 20, sentMs: 20, doneMs: 40, measured: false, operation: 'read' })
  const recorder = new Recorder([])
  recorder.arrived(late)
  recorder.settled(late)
  recorder.journeyArrived(late)
  recorder.journeySettled({ ...late, thinkMs: 0 })
  recorder.rollTo(100)
  expect(recorder.takeFinished()).toMatchObject([{ total: { arrivals: 0, successes: 0 }, operations: {} }])
})
