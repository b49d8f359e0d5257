import { describe, expect, test } from 'vitest'
import { evenly, fatesOf, onVirtualTime, runVirtually } from '../virtual-run.fixture.ts'
import { type VirtualRun } from '../virtual-scenario.fixture.ts'
import { STEP_IDS } from './journey-conservation.conformance.ts'

onVirtualTime()

/** Returns the journey number of each step, by connection, in order of the steps. */
function carriedJourneys({ target }: VirtualRun): number[][] {
  return target.carried.map((ids) => ids.map((id) => id % STEP_IDS))
}

describe('a journey that holds a connection', () => {
  test('sends every step on it and shares it with no other journey until it ends', async () => {
    for (const kind of ['pooled', 'long-lived'] as const) {
      const run = await runVirtually({
        arrivalTimes: evenly(10, 500),
        lastArrivalMs: 500,
        kind,
        maxConnections: 100,
        holdConnections: true,
        journey: () => [{}, { thinkMs: 30 }, { thinkMs: 50 }],
        // The connection could carry many exchanges at once, but not while a journey holds it.
        target: { maxInFlight: 20, answer: () => ({ afterMs: 4 }) },
      })
      expect(fatesOf(run)).toEqual({ success: 150 })
      for (const numbers of carriedJourneys(run)) {
        for (let i = 0; i < numbers.length; i += 3) expect(new Set(numbers.slice(i, i + 3)).size).toBe(1)
      }
    }
  })

  test('waits for a connection that no other journey holds, and the wait counts as response time', async () => {
    const run = await runVirtually({
      arrivalTimes: [10, 20],
      lastArrivalMs: 20,
      maxConnections: 1,
      holdConnections: true,
      journey: () => [{}, { thinkMs: 100 }],
      target: { answer: () => ({ afterMs: 5 }) },
    })
    expect(run.journeys).toMatchObject([
      { requestId: 0, sentMs: 10, doneMs: 120 },
      { requestId: 1, sentMs: 120, doneMs: 230 },
    ])
    expect(run.pool.counts()).toMatchObject({ opened: 1, peakInUse: 1, fullMs: 220 })
  })

  test('does not exist over HTTP: each step uses any free connection', async () => {
    const run = await runVirtually({
      arrivalTimes: [10, 20],
      lastArrivalMs: 20,
      maxConnections: 1,
      journey: () => [{}, { thinkMs: 100 }],
      target: { answer: () => ({ afterMs: 5 }) },
    })
    expect(carriedJourneys(run)).toEqual([[0, 1, 0, 1]])
  })

  test('has its own short-lived connection, and the next journey opens another', async () => {
    const run = await runVirtually({
      arrivalTimes: [10, 20],
      lastArrivalMs: 20,
      kind: 'short-lived',
      holdConnections: true,
      journey: () => [{}, { thinkMs: 100 }, {}],
      target: { answer: () => ({ afterMs: 5 }) },
    })
    // The first connection only tested whether the target can be reached.
    expect(carriedJourneys(run)).toEqual([[], [0, 0, 0], [1, 1, 1]])
    const each = await runVirtually({
      arrivalTimes: [10],
      lastArrivalMs: 20,
      kind: 'short-lived',
      journey: () => [{}, { thinkMs: 100 }, {}],
    })
    expect(carriedJourneys(each)).toEqual([[], [0], [0], [0]])
  })

  test('fails at its next step when the connection was lost, and the pool reopens one for others', async () => {
    for (const kind of ['pooled', 'long-lived', 'short-lived'] as const) {
      const run = await runVirtually({
        arrivalTimes: [10, 2_000],
        lastArrivalMs: 2_000,
        kind,
        maxConnections: 1,
        holdConnections: true,
        journey: () => [{}, { thinkMs: 500, operation: 'cart' }, {}],
        events: [[100, ({ target }) => target.die()]],
      })
      expect(fatesOf(run)).toEqual({ success: 4, connection: 1 })
      expect(run.samples.find(({ fate }) => fate === 'error')).toMatchObject({ intendedMs: 511, doneMs: 511 })
      expect(run.journeys[0]).toMatchObject({
        errorClass: 'connection',
        message: 'cart: the connection that the journey held was lost',
      })
      expect(run.journeys[1]).toMatchObject({ fate: 'success' })
    }
  })

  test('fails also when the response to the previous step ended the connection', async () => {
    const run = await runVirtually({
      arrivalTimes: [10, 500],
      lastArrivalMs: 500,
      maxConnections: 1,
      holdConnections: true,
      journey: () => [{}, {}],
      target: { answer: ({ requestId }) => ({ afterMs: 5, ...(requestId === 0 ? { ends: 'close' } : {}) }) },
    })
    expect(fatesOf(run)).toEqual({ success: 3, connection: 1 })
  })

  test('releases the connection when a step fails', async () => {
    const run = await runVirtually({
      arrivalTimes: [10, 20],
      lastArrivalMs: 20,
      maxConnections: 1,
      holdConnections: true,
      journey: () => [{}, { thinkMs: 100 }, { thinkMs: 10_000 }],
      target: {
        answer: ({ requestId }) => (requestId === STEP_IDS ? { afterMs: 5, errorClass: 'http-5xx' } : { afterMs: 5 }),
      },
    })
    expect(run.journeys[0]).toMatchObject({ errorClass: 'http-5xx', doneMs: 120 })
    expect(run.samples.find(({ requestId }) => requestId === 1)).toMatchObject({ sentMs: 120, fate: 'success' })
  })

  test('releases the connection when its step was too late', async () => {
    const run = await runVirtually({
      arrivalTimes: [10, 1_000],
      lastArrivalMs: 2_000,
      maxConnections: 1,
      requestTimeoutMs: 1_000,
      holdConnections: true,
      journey: () => [{}, { thinkMs: 100 }],
      events: [[60, ({ jump }) => jump(1_100)]],
    })
    expect(run.journeys[0]).toMatchObject({ requestId: 0, dropReason: 'generator' })
    expect(run.target.carried.flat()).toContain(1)
  })
})
