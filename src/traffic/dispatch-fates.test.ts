import { describe, expect, test, vi } from 'vitest'
import { evenly, fatesOf, onVirtualTime, openedRun, runVirtually } from './virtual-run.fixture.ts'
import { type Scenario } from './virtual-scenario.fixture.ts'

onVirtualTime()

/** Maximum delay until a timeout is detected. */
const TICK_MS = 10

describe('a timeout', () => {
  test('counts from the actual send, and its connection is replaced', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(100, 1_000),
      lastArrivalMs: 1_000,
      requestTimeoutMs: 500,
      target: { answer: ({ requestId }) => ({ afterMs: requestId === 3 ? undefined : 10 }) },
    })
    expect(fatesOf(run)).toEqual({ success: 9, timeout: 1 })
    const late = run.samples.find(({ errorClass }) => errorClass === 'timeout')
    expect(late).toMatchObject({ requestId: 3, sentMs: 400, message: 'no answer within 0.5 s' })
    expect((late?.doneMs ?? 0) - 400).toBeGreaterThanOrEqual(500)
    expect((late?.doneMs ?? 0) - 400).toBeLessThanOrEqual(500 + TICK_MS)
  })

  test('frees its connection for the next waiting request', async () => {
    const run = await runVirtually({
      arrivalTimes: [10, 20],
      lastArrivalMs: 20,
      maxConnections: 1,
      requestTimeoutMs: 500,
      target: { answer: ({ requestId }) => ({ afterMs: requestId === 0 ? undefined : 10 }) },
    })
    expect(run.samples).toMatchObject([
      { requestId: 0, errorClass: 'timeout', doneMs: 510 },
      // Its own 500 ms began when it was sent, but the run waits only 500 ms after the last arrival.
      { requestId: 1, sentMs: 510 },
    ])
  })

  test('does not become a success when the response arrives later', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(100, 1_000),
      lastArrivalMs: 1_000,
      requestTimeoutMs: 300,
      target: { maxInFlight: 100, answer: () => ({ afterMs: 305 }) },
    })
    expect(fatesOf(run)).toEqual({ timeout: 10 })
  })
})

describe('an unsent request', () => {
  test('is dropped requestTimeout after its intended start', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(100, 2_000),
      lastArrivalMs: 3_000,
      maxConnections: 1,
      requestTimeoutMs: 450,
      target: { answer: () => ({ afterMs: 400 }) },
    })
    const dropped = run.samples.filter(({ dropReason }) => dropReason === 'pool-wait')
    expect(dropped.length).toBeGreaterThan(10)
    for (const { intendedMs, doneMs } of dropped) {
      expect(doneMs - intendedMs).toBeGreaterThanOrEqual(450)
      expect(doneMs - intendedMs).toBeLessThanOrEqual(450 + TICK_MS)
    }
    expect(Object.keys(fatesOf(run)).toSorted()).toEqual(['pool-wait', 'success'])
  })

  test('is sent in order: the longest-waiting request goes first', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(1, 300),
      lastArrivalMs: 300,
      maxConnections: 3,
      target: { answer: ({ requestId }) => ({ afterMs: 5 + (requestId % 7) }) },
    })
    const sent = run.samples.toSorted((one, other) => one.sentMs - other.sentMs || one.requestId - other.requestId)
    expect(sent.map(({ requestId }) => requestId)).toEqual(sent.map((_, i) => i))
  })
})

describe('the end of a run', () => {
  test('comes requestTimeout after the last arrival when the target hangs', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 3_000),
      lastArrivalMs: 3_000,
      maxConnections: 5,
      requestTimeoutMs: 1_000,
      target: { answer: () => ({ afterMs: undefined }) },
    })
    expect(run.endedAtMs).toBe(4_000)
    const { timeout = 0, 'pool-wait': waited = 0, ...rest } = fatesOf(run)
    expect(rest).toEqual({})
    expect(timeout + waited).toBe(300)
    // Five at a time, each for one second, over four seconds.
    expect(timeout).toBeGreaterThanOrEqual(15)
    expect(timeout).toBeLessThanOrEqual(20)
  })

  test('comes immediately when every request has a response', async () => {
    const run = await runVirtually({ arrivalTimes: [10, 20], lastArrivalMs: 5_000 })
    expect(run.endedAtMs).toBe(21)
  })

  test('comes immediately when nothing was scheduled', async () => {
    expect((await runVirtually({ arrivalTimes: [], lastArrivalMs: 1_000 })).endedAtMs).toBe(0)
  })
})

describe('a stopped run', () => {
  const BUSY: Scenario = {
    arrivalTimes: evenly(10, 10_000),
    lastArrivalMs: 10_000,
    maxConnections: 5,
    target: { answer: ({ atMs }) => ({ afterMs: atMs < 1_000 ? 5 : undefined }) },
  }

  test('ends immediately: cancels requests in flight, drops waiting ones and counts no later ones', async () => {
    const run = await runVirtually({ ...BUSY, events: [[2_005, ({ dispatcher }) => dispatcher.stop()]] })
    expect(run.endedAtMs).toBe(2_005)
    expect(fatesOf(run)).toEqual({ success: 99, cancelled: 5, stopped: 96 })
  })

  test('counts undetected arrivals as generator lateness, and those due just before as stopped', async () => {
    const late = (run: Parameters<NonNullable<Scenario['events']>[number][1]>[0]): void => {
      run.jump(200)
      run.dispatcher.stop()
    }
    const run = await runVirtually({ ...BUSY, events: [[507, late]] })
    expect(fatesOf(run)).toEqual({ success: 50, 'undispatched: generator': 10, 'undispatched: stopped': 10 })
  })

  test('ends once when stopped twice', async () => {
    const run = await runVirtually({
      ...BUSY,
      events: [
        [2_005, ({ dispatcher }) => dispatcher.stop()],
        [2_006, ({ dispatcher }) => dispatcher.stop()],
      ],
    })
    expect(run.ends).toBe(1)
  })

  test('counts no request when stopped before it started', async () => {
    const run = openedRun(BUSY)
    await run.dispatcher.open()
    run.dispatcher.stop()
    expect(run.ends).toBe(1)
    expect(fatesOf(run)).toEqual({})
    await vi.advanceTimersByTimeAsync(100)
    expect(run.target.open.size).toBe(0)
  })

  test('closes connections that are still opening', async () => {
    const run = await runVirtually({
      ...BUSY,
      target: { connect: (attempt) => (attempt === 0 ? 0 : 100), answer: () => ({ afterMs: undefined }) },
      events: [[55, ({ dispatcher }) => dispatcher.stop()]],
    })
    expect(fatesOf(run)).toEqual({ cancelled: 1, stopped: 4 })
  })
})
