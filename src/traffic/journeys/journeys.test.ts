import { describe, expect, test } from 'vitest'
import { LoadError, LoadUserCodeError } from '../../model/errors.ts'
import { evenly, fatesOf, onVirtualTime, runVirtually } from '../virtual-run.fixture.ts'
import { type VirtualRun } from '../virtual-scenario.fixture.ts'
import { STEP_IDS, stepsByJourney } from './journey-conservation.conformance.ts'

onVirtualTime()

/** Three steps: immediately, after 500 ms and after 300 ms. */
const THREE = [{ operation: 'login' }, { operation: 'cart', thinkMs: 500 }, { operation: 'logout', thinkMs: 300 }]

function journeyFates({ journeys }: VirtualRun): Record<string, number> {
  const fates = journeys.map(({ errorClass, dropReason, fate }) => errorClass ?? dropReason ?? fate)
  return Object.fromEntries([...Map.groupBy(fates, (fate) => fate)].map(([fate, { length }]) => [fate, length]))
}

describe('the schedule of a journey', () => {
  test('intends each step at the end of the previous one plus think time', async () => {
    const run = await runVirtually({
      arrivalTimes: [100],
      lastArrivalMs: 100,
      journey: () => THREE,
      target: { answer: () => ({ afterMs: 40 }) },
    })
    expect(run.samples).toMatchObject([
      { requestId: 0, operation: 'login', intendedMs: 100, dueMs: 100, doneMs: 140 },
      { requestId: STEP_IDS, operation: 'cart', intendedMs: 640, dueMs: 640, doneMs: 680 },
      { requestId: 2 * STEP_IDS, operation: 'logout', intendedMs: 980, dueMs: 980, doneMs: 1_020 },
    ])
    expect(run.journeys).toMatchObject([
      { requestId: 0, fate: 'success', intendedMs: 100, sentMs: 100, doneMs: 1_020, thinkMs: 800, bytesSent: 3 },
    ])
    expect(run.endedAtMs).toBe(1_020)
  })

  test('sends the next step in the same turn as the response if there is no think time', async () => {
    const run = await runVirtually({
      arrivalTimes: [10],
      lastArrivalMs: 10,
      journey: () => [{}, {}, {}],
      target: { answer: () => ({ afterMs: 7 }) },
    })
    expect(run.samples.map(({ intendedMs, sentMs }) => [intendedMs, sentMs])).toEqual([
      [10, 10],
      [17, 17],
      [24, 24],
    ])
  })

  test('counts think time before the first step from the arrival', async () => {
    const run = await runVirtually({ arrivalTimes: [10], lastArrivalMs: 10, journey: () => [{ thinkMs: 50 }] })
    expect(run.samples).toMatchObject([{ intendedMs: 60, dueMs: 60 }])
    expect(run.journeys).toMatchObject([{ intendedMs: 10, sentMs: 60, doneMs: 61 }])
  })

  test('never shortens a think time with a fraction of a millisecond', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 1_000),
      lastArrivalMs: 1_000,
      journey: (number) => [{}, { thinkMs: number / 7 }],
    })
    expect(run.samples).toHaveLength(200)
    expect(run.samples.every(({ intendedMs, dueMs }) => dueMs >= intendedMs && dueMs - intendedMs < 2)).toBe(true)
  })

  test('delays later steps for a slow target, but not the start of journeys', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 2_000),
      lastArrivalMs: 2_000,
      maxConnections: 1_000,
      journey: () => [{}, {}],
      target: { answer: () => ({ afterMs: 3_000 }) },
    })
    expect(run.journeys.every(({ intendedMs, dueMs }) => dueMs === intendedMs)).toBe(true)
    expect(journeyFates(run)).toEqual({ success: 200 })
  })

  test('gives each step the response to the previous step of its journey only', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(3, 300),
      lastArrivalMs: 300,
      journey: () => [{}, { thinkMs: 20 }, {}],
      target: { answer: ({ requestId }) => ({ afterMs: 1 + (requestId % 13) }) },
    })
    for (const [number, answers] of run.answers) {
      const ids = [number, number + STEP_IDS, number + 2 * STEP_IDS]
      expect(answers).toEqual([undefined, ...ids.map((id) => `answer to ${id}`)])
    }
    expect(run.answers.size).toBe(100)
  })

  test('does not grow the call stack for ten thousand immediate responses', async () => {
    const run = await runVirtually({
      arrivalTimes: [1],
      lastArrivalMs: 1,
      journey: () => Array.from({ length: 10_000 }, () => ({})),
      target: { answer: () => ({ afterMs: 0 }) },
    })
    expect(fatesOf(run)).toEqual({ success: 10_000 })
  })
})

describe('a journey ends', () => {
  test('with the step that fails, and its later steps are never scheduled', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 100),
      lastArrivalMs: 100,
      journey: () => THREE,
      target: {
        answer: ({ requestId }) =>
          requestId >= STEP_IDS && requestId % 2 === 1 ? { afterMs: 5, errorClass: 'http-5xx' } : { afterMs: 5 },
      },
    })
    expect(journeyFates(run)).toEqual({ success: 5, 'http-5xx': 5 })
    expect(fatesOf(run)).toEqual({ success: 10 + 5 + 5, 'http-5xx': 5 })
    expect(run.journeys.find(({ fate }) => fate === 'error')?.message).toBe('cart: it was http-5xx')
  })

  test('with the step that gets no response', async () => {
    const run = await runVirtually({
      arrivalTimes: [10],
      lastArrivalMs: 10,
      requestTimeoutMs: 200,
      journey: () => THREE,
      target: { answer: ({ requestId }) => ({ afterMs: requestId < STEP_IDS ? 10 : undefined }) },
    })
    expect(journeyFates(run)).toEqual({ timeout: 1 })
    expect(run.samples).toMatchObject([{ fate: 'success' }, { errorClass: 'timeout', intendedMs: 520, doneMs: 720 }])
  })

  test('with the step that is dropped because no connection is free', async () => {
    const run = await runVirtually({
      arrivalTimes: [10, 15],
      lastArrivalMs: 15,
      maxConnections: 1,
      overflow: 'drop',
      journey: (number) => (number === 0 ? [{}, { thinkMs: 10 }] : [{ thinkMs: 10 }]),
      target: { answer: ({ requestId }) => ({ afterMs: requestId === 1 ? 100 : 5 }) },
    })
    // The second journey's step is in flight from 25, when the first journey's second step is due.
    expect(fatesOf(run)).toEqual({ success: 2, overflow: 1 })
    expect(run.journeys.find(({ fate }) => fate === 'dropped')).toMatchObject({ dropReason: 'overflow', doneMs: 25 })
  })

  test('with the step that waited too long for a connection', async () => {
    const run = await runVirtually({
      arrivalTimes: [10, 20],
      lastArrivalMs: 20,
      maxConnections: 1,
      reconnect: { attempts: 0 },
      requestTimeoutMs: 100,
      journey: () => [{}, { thinkMs: 50 }, {}],
      // The only connection is lost, and reconnecting is disabled.
      target: { answer: ({ requestId }) => ({ afterMs: 1, ...(requestId === 1 && { ends: 'lose' }) }) },
    })
    expect(fatesOf(run)).toEqual({ success: 1, connection: 1, 'pool-wait': 1 })
    expect(run.journeys.find(({ requestId }) => requestId === 0)).toMatchObject({ dropReason: 'pool-wait' })
  })
})

describe('the end of a run', () => {
  test('waits for journeys in progress, however long they think', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(100, 1_000),
      lastArrivalMs: 1_000,
      requestTimeoutMs: 200,
      journey: () => [{}, { thinkMs: 5_000 }, { thinkMs: 4_000 }],
    })
    expect(journeyFates(run)).toEqual({ success: 10 })
    expect(run.endedAtMs).toBe(1_000 + 9_000 + 3)
  })

  test('comes requestTimeout after the last scheduled step', async () => {
    const run = await runVirtually({
      arrivalTimes: [100],
      lastArrivalMs: 100,
      maxConnections: 1,
      requestTimeoutMs: 300,
      journey: () => [{}, { thinkMs: 2_000 }],
      target: {
        answer: ({ requestId }) => (requestId < STEP_IDS ? { afterMs: 1, ends: 'close' } : { afterMs: undefined }),
        connect: (attempt) => (attempt === 0 ? 0 : undefined),
      },
    })
    expect(run.samples.at(-1)).toMatchObject({ intendedMs: 2_101, fate: 'error', errorClass: 'timeout' })
    expect(run.endedAtMs).toBeLessThanOrEqual(2_101 + 310)
  })

  test('after a stop cuts off thinking journeys, whose later steps are never scheduled', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 1_000),
      lastArrivalMs: 1_000,
      journey: () => [{}, { thinkMs: 10_000 }],
      target: { answer: ({ requestId }) => ({ afterMs: requestId >= 40 ? undefined : 5 }) },
      maxConnections: 12,
      events: [[503, ({ dispatcher }) => dispatcher.stop()]],
    })
    expect(run.endedAtMs).toBe(503)
    // Forty journeys think; ten are in flight.
    expect(fatesOf(run)).toEqual({ success: 40, cancelled: 10 })
    expect(journeyFates(run)).toEqual({ stopped: 40, cancelled: 10 })
  })

  test('after a late stop counts undetected due steps as generator lateness', async () => {
    const run = await runVirtually({
      arrivalTimes: [10],
      lastArrivalMs: 10,
      journey: () => [{}, { thinkMs: 100 }],
      events: [
        [
          50,
          ({ jump, dispatcher }) => {
            jump(500)
            dispatcher.stop()
          },
        ],
      ],
    })
    expect(fatesOf(run)).toEqual({ success: 1, generator: 1 })
    expect(journeyFates(run)).toEqual({ generator: 1 })
  })
})

test('drops a step with the reason `generator` if the dispatcher was too late', async () => {
  const run = await runVirtually({
    arrivalTimes: [10],
    lastArrivalMs: 2_000,
    requestTimeoutMs: 500,
    journey: () => [{}, { thinkMs: 100 }, {}],
    events: [[50, ({ jump }) => jump(800)]],
  })
  expect(fatesOf(run)).toEqual({ success: 1, generator: 1 })
})

test('does not measure warm-up journeys, even their steps after the warm-up', async () => {
  const run = await runVirtually({
    warmUp: { arrivalTimes: [10, 20, 30], durationMs: 50 },
    arrivalTimes: [10, 20],
    lastArrivalMs: 20,
    journey: () => [{}, { thinkMs: 100 }],
  })
  expect(run.begunJourneyIds).toEqual([-1, -2, -3, 0, 1])
  const late = run.samples.filter(({ intendedMs, measured }) => intendedMs > 0 && !measured)
  expect(late.map(({ requestId }) => requestId)).toEqual([-1 - STEP_IDS, -2 - STEP_IDS, -3 - STEP_IDS])
  expect(run.samples.filter(({ measured }) => measured)).toHaveLength(4)
  expect(stepsByJourney(run).size).toBe(5)
})

test('keeps `concurrency` journeys in progress in the closed model, each started when one ends', async () => {
  const run = await runVirtually({
    concurrency: 3,
    lastArrivalMs: 1_000,
    journey: (number) => [{}, { thinkMs: 60 }, ...(number % 2 === 0 ? [] : [{ thinkMs: 20 }])],
    target: { answer: () => ({ afterMs: 10 }) },
  })
  expect(journeyFates(run)).toEqual({ success: run.journeys.length })
  for (let atMs = 5; atMs < 1_000; atMs += 10) {
    expect(run.journeys.filter(({ intendedMs, doneMs }) => intendedMs <= atMs && doneMs > atMs)).toHaveLength(3)
  }
})

test('starts another journey after a failed one in the closed model', async () => {
  const run = await runVirtually({
    concurrency: 2,
    lastArrivalMs: 300,
    requestTimeoutMs: 50,
    journey: () => [{}, { thinkMs: 10 }],
    target: {
      answer: ({ requestId }) =>
        requestId < STEP_IDS
          ? { afterMs: 10 }
          : requestId % 2 === 0
            ? { afterMs: undefined }
            : { afterMs: 1, ends: 'lose' },
    },
  })
  const { timeout = 0, connection = 0 } = journeyFates(run)
  expect(timeout).toBeGreaterThan(3)
  expect(connection).toBeGreaterThan(3)
})

describe('an internal error of a journey ends the run with that error', () => {
  const oops = new Error('oops')
  const throws = (): never => {
    throw oops
  }

  test.each([
    ['at its first step', () => [throws]],
    ['at a later one', () => [{}, throws]],
    ['after its last', () => [{}, { thinkMs: 5 }, throws]],
  ] as const)('%s', async (_, journey) => {
    for (const model of [{ arrivalTimes: evenly(10, 500) }, { concurrency: 3 }]) {
      const run = await runVirtually({ ...model, lastArrivalMs: 500, journey, breaks: true })
      expect(run.errors).toEqual([oops])
      expect(run.samples.length).toBeLessThan(10)
      expect(run.target.open.size).toBe(0)
    }
  })
})

describe('a journey whose code throws', () => {
  const throws = (): never => {
    throw new LoadUserCodeError('ERR_LOAD_JOURNEY', 'oops')
  }

  test.each([
    ['at its first step', () => [throws], 0],
    ['at a later one', () => [{}, throws], 1],
    ['after its last', () => [{}, { thinkMs: 5 }, throws], 2],
  ] as const)('fails its next step %s, on a connection that it held or not', async (_, journey, before) => {
    for (const holdConnections of [false, true]) {
      const run = await runVirtually({ arrivalTimes: evenly(10, 500), lastArrivalMs: 500, journey, holdConnections })
      const starts = run.begunJourneyIds.length
      expect(starts).toBeGreaterThan(3)
      expect(fatesOf(run)).toEqual({ ...(before > 0 && { success: before * starts }), 'user-error': starts })
      expect(journeyFates(run)).toEqual({ 'user-error': starts })
    }
  })

  test('starts again after a pause in the closed model', async () => {
    const run = await runVirtually({ concurrency: 3, lastArrivalMs: 500, journey: () => [throws] })
    // One start of each client per 10 ms.
    expect(fatesOf(run)).toEqual({ 'user-error': 150 })
  })

  test('ends the run if it breaks a rule before any step was planned, and fails the step afterwards', async () => {
    const breaks = (): never => {
      throw new LoadError('ERR_LOAD_JOURNEY', 'write yield* send({ … })')
    }
    const options = { arrivalTimes: evenly(10, 500), lastArrivalMs: 500 }
    const first = await runVirtually({ ...options, journey: () => [breaks], breaks: true })
    expect(first.errors).toMatchObject([{ code: 'ERR_LOAD_JOURNEY' }])
    const later = await runVirtually({ ...options, journey: (number) => (number === 3 ? [breaks] : [{}]) })
    expect(fatesOf(later)['user-error']).toBe(1)
  })
})
