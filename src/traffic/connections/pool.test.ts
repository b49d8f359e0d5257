import { describe, expect, test, vi } from 'vitest'
import { evenly, fatesOf, onVirtualTime, openedRun, runVirtually } from '../virtual-run.fixture.ts'
import { type VirtualRun } from '../virtual-scenario.fixture.ts'
import { VirtualTarget } from '../virtual-target.fixture.ts'
import { RunClock } from '../clock.ts'
import { ConnectionPool } from './pool.ts'

onVirtualTime()

const SECOND = { arrivalTimes: evenly(10, 1_000), lastArrivalMs: 1_000 }

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
}

describe('long-lived connections', () => {
  test('are all open before the first request, and share the work', async () => {
    const run = await runVirtually({
      ...SECOND,
      kind: 'long-lived',
      maxConnections: 20,
      target: { connect: () => 50, answer: () => ({ afterMs: 3 }) },
    })
    expect(run.target.attemptsMs).toHaveLength(20)
    expect(run.target.carried.map(({ length }) => length)).toEqual(Array<number>(20).fill(5))
    expect(run.samples.every(({ dueMs, sentMs }) => sentMs === dueMs)).toBe(true)
    expect(run.connectMs).toEqual(Array<number>(20).fill(50))
    expect(run.pool.counts()).toMatchObject({ opened: 20, reconnects: 0, failed: 0, peakInUse: 1 })
    expect(run.pool.version).toBe('virtual/1')
  })

  test('are opened a few at a time, so that the accept queue of the target does not overflow', async () => {
    const run = openedRun({ ...SECOND, kind: 'long-lived', maxConnections: 150, target: { connect: () => 10 } })
    const opening = run.dispatcher.open()
    expect(run.target.attemptsMs).toHaveLength(64)
    await vi.advanceTimersByTimeAsync(10)
    expect(run.target.attemptsMs).toHaveLength(128)
    await vi.advanceTimersByTimeAsync(20)
    await opening
    expect(run.target.open.size).toBe(150)
    run.dispatcher.stop()
  })

  test('are reopened after a wait that doubles when they are lost, and are counted', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 3_000),
      lastArrivalMs: 3_000,
      kind: 'long-lived',
      maxConnections: 1,
      target: { connect: (attempt) => (attempt === 0 || attempt > 3 ? 0 : refused()), answer: () => ({ afterMs: 2 }) },
      events: [[1_001, ({ target }) => target.die()]],
    })
    // Lost at 1001; the target takes 1 ms to refuse an attempt.
    expect(run.target.attemptsMs.slice(1)).toEqual([1_101, 1_302, 1_703, 2_504])
    expect(run.pool.counts()).toMatchObject({ opened: 2, reconnects: 1, failed: 3 })
    // One request was in flight, and three waited for a failed attempt; the others waited.
    expect(fatesOf(run)).toEqual({ success: 296, connection: 1, connect: 3 })
  })

  test('are abandoned after `attempts` consecutive failures, and then requests find no connection', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(100, 5_000),
      lastArrivalMs: 5_000,
      requestTimeoutMs: 500,
      kind: 'long-lived',
      maxConnections: 1,
      reconnect: { attempts: 2, backoffMs: 50 },
      target: { connect: (attempt) => (attempt === 0 ? 0 : refused()) },
      events: [[1_050, ({ target }) => target.die()]],
    })
    expect(run.target.attemptsMs.slice(1)).toEqual([1_100, 1_201])
    expect(fatesOf(run)).toMatchObject({ success: 10, 'pool-wait': 38 })
  })
})

describe('pooled connections', () => {
  test('count as reconnected when any slot replaces a lost one', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 1_000),
      lastArrivalMs: 1_000,
      maxConnections: 3,
      target: { answer: () => ({ afterMs: 5 }) },
      events: [[301, ({ target }) => target.die()]],
    })
    // The slot of the lost connection would retry at 401; the second waiting request uses another slot before that.
    expect(run.target.attemptsMs.slice(1)).toEqual([320])
    expect(run.pool.counts()).toMatchObject({ opened: 2, reconnects: 1, failed: 0 })
  })

  test('are opened on demand: one request at a time needs one', async () => {
    const run = await runVirtually({ ...SECOND, maxConnections: 50, target: { answer: () => ({ afterMs: 5 }) } })
    expect(run.target.carried.map(({ length }) => length)).toEqual([100])
  })

  test('increase as requests overlap, up to the maximum', async () => {
    const overlapping = { ...SECOND, target: { answer: () => ({ afterMs: 95 }) } }
    expect((await runVirtually({ ...overlapping, maxConnections: 50 })).target.peakOpen).toBe(10)
    const full = await runVirtually({ ...overlapping, maxConnections: 4 })
    expect(full.target.peakOpen).toBe(4)
    expect(full.target.peakInFlight).toBe(4)
    expect(full.pool.counts().peakInUse).toBe(4)
  })

  test('count connect time as response time, not as service time', async () => {
    const run = await runVirtually({
      arrivalTimes: [500, 500, 500],
      lastArrivalMs: 500,
      target: { connect: (attempt) => (attempt === 0 ? 0 : 40), answer: () => ({ afterMs: 100 }) },
    })
    expect(run.samples).toMatchObject([
      { dueMs: 500, sentMs: 500, doneMs: 600 },
      { dueMs: 500, sentMs: 540, doneMs: 640 },
      { dueMs: 500, sentMs: 540, doneMs: 640 },
    ])
  })

  test('go to the longest-waiting request, whether new or just released', async () => {
    const run = await runVirtually({
      arrivalTimes: [500, 501],
      lastArrivalMs: 501,
      target: { connect: (attempt) => (attempt === 0 ? 0 : 40), answer: () => ({ afterMs: 10 }) },
    })
    expect(run.samples).toMatchObject([{ sentMs: 500 }, { sentMs: 510 }])
  })

  test('reopen immediately when the server closes them after each response', async () => {
    const run = await runVirtually({
      ...SECOND,
      maxConnections: 1,
      target: { answer: () => ({ afterMs: 3, ends: 'close' }) },
    })
    expect(fatesOf(run)).toEqual({ success: 100 })
    expect(run.target.carried).toHaveLength(100)
    expect(run.samples.every(({ intendedMs, doneMs }) => doneMs - intendedMs === 3)).toBe(true)
  })

  test('that close before their first request are not reopened in a tight loop', async () => {
    const run = await runVirtually({
      arrivalTimes: [2_000],
      lastArrivalMs: 2_000,
      kind: 'long-lived',
      maxConnections: 1,
      events: evenly(1, 1_990).map((atMs) => [atMs, ({ target }: VirtualRun) => target.closeUnused()] as const),
    })
    expect(run.target.attemptsMs.map(Math.round)).toEqual([0, 101, 302, 703, 1_504, 3_105])
  })

  test('with several streams carry the maximum before another one is opened', async () => {
    const run = await runVirtually({
      ...SECOND,
      maxConnections: 5,
      target: { maxInFlight: 8, answer: () => ({ afterMs: 115 }) },
    })
    expect(run.target.peakInFlight).toBe(12)
    expect(run.target.peakOpen).toBe(2)
    expect(fatesOf(run)).toEqual({ success: 100 })
  })
})

test('open only as many as a burst of requests needs', async () => {
  const run = await runVirtually({
    arrivalTimes: Array<number>(20).fill(500),
    lastArrivalMs: 500,
    maxConnections: 50,
    target: { maxInFlight: 5, connect: (attempt) => (attempt === 0 ? 0 : 40), answer: () => ({ afterMs: 100 }) },
  })
  expect(run.target.peakOpen).toBe(4)
  expect(fatesOf(run)).toEqual({ success: 20 })
})

describe('short-lived connections', () => {
  test('carry one request each, and connecting is part of its response time', async () => {
    const run = await runVirtually({
      ...SECOND,
      kind: 'short-lived',
      target: { connect: () => 7, answer: () => ({ afterMs: 5 }) },
    })
    // The first attempt only tests whether the target can be reached.
    expect(run.target.carried.map(({ length }) => length)).toEqual([0, ...Array<number>(100).fill(1)])
    expect(run.samples.every(({ sentMs, dueMs, doneMs }) => sentMs - dueMs === 7 && doneMs - dueMs === 12)).toBe(true)
    expect(run.pool.counts()).toMatchObject({ opened: 100, reconnects: 0 })
  })

  test('never exceed the maximum', async () => {
    const run = await runVirtually({
      ...SECOND,
      kind: 'short-lived',
      maxConnections: 3,
      target: { maxInFlight: 5, connect: () => 7, answer: () => ({ afterMs: 50 }) },
    })
    expect(run.target.peakOpen).toBe(3)
    expect(run.target.peakInFlight).toBe(3)
  })

  test('fail their request immediately when refused, and the next request tries again', async () => {
    const run = await runVirtually({
      ...SECOND,
      kind: 'short-lived',
      target: { connect: (attempt) => (attempt % 2 === 1 ? refused() : 0) },
    })
    expect(fatesOf(run)).toEqual({ success: 50, connect: 50 })
    expect(run.samples.every(({ fate, doneMs, dueMs }) => fate === 'success' || doneMs - dueMs === 1)).toBe(true)
  })
})

test('counts requests on a lost connection as errors of class connection', async () => {
  const run = await runVirtually({
    ...SECOND,
    maxConnections: 2,
    target: { maxInFlight: 10, answer: () => ({ afterMs: 100 }) },
    events: [[505, ({ target }) => target.die()]],
  })
  expect(fatesOf(run)).toEqual({ success: 90, connection: 10 })
})

test('does not report an error while sending on a new connection as a failed attempt', async () => {
  const clock = new RunClock()
  const onConnectFailed = vi.fn<() => void>()
  const pool = new ConnectionPool(
    {
      kind: 'pooled',
      exclusive: false,
      maxConnections: 1,
      reconnect: { attempts: 10, backoffMs: 100, maxBackoffMs: 5_000, jitter: 0 },
      connectTimeout: { ms: 1_000 },
      clock,
      random: { next: () => 0 },
      connect: new VirtualTarget({}, () => clock.now()).connect,
    },
    {
      onFree: () => {
        throw new Error('internal error')
      },
      onConnectFailed,
      onConnected: () => {},
      waiting: () => 1,
      log: () => {},
    },
  )
  await expect(pool.open()).rejects.toThrow('internal error')
  expect(onConnectFailed).not.toHaveBeenCalled()
  expect(pool.counts()).toMatchObject({ opened: 1, failed: 0 })
  pool.destroy()
})

test('measures how long the pool was full from the start of the measured part', async () => {
  const run = await runVirtually({
    arrivalTimes: [100, 600],
    lastArrivalMs: 600,
    maxConnections: 1,
    target: { answer: () => ({ afterMs: 200 }) },
    events: [[150, ({ pool }) => pool.startMeasuring()]],
  })
  expect(run.pool.counts()).toMatchObject({ fullMs: 150 + 200, peakInUse: 1 })
})
