import { describe, expect, test, vi } from 'vitest'
import { evenly, fatesOf, onVirtualTime, openedRun, runVirtually } from '../virtual-run.fixture.ts'

onVirtualTime()

const SECOND = { arrivalTimes: evenly(10, 1_000), lastArrivalMs: 1_000 }

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
}

describe('a failed connection attempt', () => {
  test('fails the request that waits for it, with its class and message', async () => {
    const run = await runVirtually({
      kind: 'short-lived',
      arrivalTimes: [100, 100],
      lastArrivalMs: 100,
      target: { connect: (attempt) => (attempt === 1 ? refused() : 0), answer: () => ({ afterMs: 50 }) },
    })
    expect(run.samples).toMatchObject([
      { fate: 'error', errorClass: 'connect', message: 'connect ECONNREFUSED 127.0.0.1:1', doneMs: 101 },
      { fate: 'success' },
    ])
  })

  test('fails no request that another connection can still carry', async () => {
    const run = await runVirtually({
      arrivalTimes: [100, 100],
      lastArrivalMs: 100,
      target: { connect: (attempt) => (attempt === 0 ? 0 : refused()), answer: () => ({ afterMs: 50 }) },
    })
    expect(run.samples).toMatchObject([
      { fate: 'success', doneMs: 150 },
      { fate: 'success', doneMs: 200 },
    ])
    expect(run.pool.counts().failed).toBe(1)
  })

  test('is counted by class, even if another connection carries every request', async () => {
    const noFile = Object.assign(new Error('connect EMFILE 127.0.0.1:1'), { code: 'EMFILE' })
    const run = await runVirtually({
      ...SECOND,
      arrivalTimes: evenly(20, 1_000),
      target: {
        connect: (attempt) => (attempt === 0 ? 0 : attempt === 1 ? refused() : noFile),
        answer: () => ({ afterMs: 80 }),
      },
    })
    expect(fatesOf(run)).toEqual({ success: 50 })
    const { failed, failedByClass } = run.pool.counts()
    expect(failedByClass).toEqual({ connect: 1, 'local-files': failed - 1 })
    expect(failed).toBeGreaterThan(2)
  })

  test('that never ends is abandoned, and the request times out', async () => {
    const run = await runVirtually({
      arrivalTimes: [100, 100],
      lastArrivalMs: 3_000,
      requestTimeoutMs: 400,
      target: { connect: (attempt) => (attempt === 0 ? 0 : undefined), answer: () => ({ afterMs: 1_000 }) },
    })
    expect(fatesOf(run)).toEqual({ timeout: 2 })
    const waited = run.samples.find(({ sentMs }) => Number.isNaN(sentMs))
    expect(waited).toMatchObject({ message: 'no connection within 0.4 s', doneMs: 500 })
    expect(run.pool.counts().failed).toBe(1)
  })

  test('that succeeds after it was abandoned is closed, not used', async () => {
    const run = await runVirtually({
      arrivalTimes: [100, 110],
      lastArrivalMs: 2_000,
      requestTimeoutMs: 400,
      maxConnections: 2,
      target: {
        connect: (attempt) => (attempt === 0 ? 0 : 700),
        answer: () => ({ afterMs: undefined }),
        ignoresAbort: true,
      },
    })
    expect(fatesOf(run)).toEqual({ timeout: 2 })
    expect(run.target.carried).toEqual([[0], []])
    expect(run.pool.counts()).toMatchObject({ opened: 1, failed: 1 })
  })

  test('is abandoned and repeated while no request waits', async () => {
    const run = await runVirtually({
      arrivalTimes: [100, 3_000],
      lastArrivalMs: 3_000,
      requestTimeoutMs: 400,
      kind: 'long-lived',
      maxConnections: 1,
      target: { connect: (attempt) => (attempt === 1 ? undefined : 0) },
      events: [[1_000, ({ target }) => target.die()]],
    })
    expect(fatesOf(run)).toEqual({ success: 2 })
    // Lost at 1000, retried at 1100, abandoned at 1500, and retried after twice the wait.
    expect(run.target.attemptsMs.slice(1)).toEqual([1_100, 1_700])
    expect(run.pool.counts()).toMatchObject({ opened: 2, failed: 1, reconnects: 1 })
  })

  test('that times out fails the request that waits for it by then', async () => {
    const run = await runVirtually({
      arrivalTimes: [100, 1_200],
      lastArrivalMs: 3_000,
      requestTimeoutMs: 400,
      kind: 'long-lived',
      maxConnections: 1,
      target: { connect: (attempt) => (attempt === 1 ? undefined : 0) },
      events: [[1_000, ({ target }) => target.die()]],
    })
    expect(run.samples[1]).toMatchObject({
      errorClass: 'timeout',
      message: 'no connection within 0.4 s',
      doneMs: 1_500,
    })
  })

  test('before the run rejects with the reason, and leaves nothing open', async () => {
    const run = openedRun({ ...SECOND, target: { connect: () => refused() } })
    const opening = run.dispatcher.open().catch(String)
    await vi.advanceTimersByTimeAsync(10)
    expect(await opening).toBe('Error: connect ECONNREFUSED 127.0.0.1:1')
    run.dispatcher.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('for some long-lived connections does not prevent the run with the others', async () => {
    const run = await runVirtually({
      ...SECOND,
      kind: 'long-lived',
      maxConnections: 4,
      target: { connect: (attempt) => (attempt === 2 ? refused() : 0) },
    })
    expect(fatesOf(run)).toEqual({ success: 100 })
    expect(run.pool.counts()).toMatchObject({ opened: 4, failed: 1, reconnects: 0 })
  })
})
