import { describe, expect, test } from 'vitest'
import { eachWith, evenBatches, resultOf } from '../../schemas/findings.builder.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { likelyCauseSentence } from '../../wording/likely-causes.ts'
import { likelyCauses } from './likely-causes.ts'

function samplesOf(busiest: number, more: Partial<TargetSample> = {}): readonly TargetSample[] {
  return [1_000, 2_000, 3_000, 4_000, 5_000, 6_000].map((atMs) =>
    Object.assign(
      {
        atMs,
        cpuPercent: busiest,
        busiestProcessCpuPercent: busiest,
        rssMb: null,
        openSockets: null,
        bytesIn: null,
        bytesOut: null,
      },
      more,
    ),
  )
}

function targetWith(busiest: number): Partial<LoadResult> {
  return { target: { url: 'http://127.0.0.1/', pids: [1], samples: samplesOf(busiest) } }
}

function sentencesOf(result: LoadResult): readonly string[] {
  return likelyCauses(result).map(likelyCauseSentence)
}

const slow = evenBatches(40, 25, () => 400)

describe('likelyCauses', () => {
  test('names a pool that is too small', () => {
    const pool = { size: 7, peakInUse: 7, fullRatio: 0.98 }
    const result = resultOf({ batches: slow, rest: { pool }, serviceMs: () => 40 })
    const waiting = { ...result, queueTime: result.responseTime }
    expect(sentencesOf(waiting)).toEqual([
      'The connection pool is too small: all 7 connections were in use 98% of the time, and slow requests waited 400 ms for a free one. Raise maxConnections if your clients open that many connections; otherwise shorten the service time.',
    ])
  })

  test('does not blame the pool if the target became slow', () => {
    const pool = { size: 7, peakInUse: 7, fullRatio: 0.98 }
    const slowed = resultOf({
      batches: evenBatches(40, 25, (i) => (i < 10 ? 5 : 400)),
      rest: { pool, ...targetWith(99) },
    })
    const causes = likelyCauses({ ...slowed, queueTime: slowed.responseTime })
    expect(causes.map(({ code }) => code)).toEqual(['target-thread-full'])
  })

  test('names time-outs only if nothing else explains them', () => {
    const batches = eachWith(slow, () => ({ errors: { timeout: 3 } }))
    const codesOf = (rest: Partial<LoadResult>): readonly string[] =>
      likelyCauses(resultOf({ batches, rest })).map(({ code }) => code)
    expect([codesOf({}), codesOf(targetWith(99))]).toEqual([['errors'], ['target-thread-full']])
  })

  test('names a saturated CPU', () => {
    expect(sentencesOf(resultOf({ batches: slow, rest: targetWith(99) }))).toEqual([
      "The target's CPU is saturated: its busiest process used 99% of a core, the maximum of one thread. Profile the target under this load, or run more processes or instances.",
    ])
  })

  test('names a CPU quota below one core', () => {
    const samples = samplesOf(49, { cpuLimitCores: 0.5 })
    const result = resultOf({ batches: slow, rest: { target: { url: 'http://127.0.0.1/', pids: [1], samples } } })
    expect(likelyCauses(result)).toMatchObject([{ code: 'target-quota-full', quotaPercent: 50 }])
  })

  test('names a target that other processes kept from running', () => {
    const samples = samplesOf(45, { coreWaitMs: 600 })
    const result = resultOf({ batches: slow, rest: { target: { url: 'http://127.0.0.1/', pids: [1], samples } } })
    expect(sentencesOf(result)).toEqual([
      'The target did not get enough CPU: it used 45% of a core, and waited for a core 60% of the time. Stop other processes, or give the target dedicated cores.',
    ])
  })

  test('names a stall with its time', () => {
    const batches = eachWith(
      evenBatches(40, 25, () => 5),
      (i) => (i >= 20 && i < 26 ? { responsesMs: [], arrivals: 25, inFlight: 25 * (i - 19) } : {}),
    )
    expect(sentencesOf(resultOf({ batches, rest: targetWith(3) }))).toEqual([
      'The target stalled: no response arrived from 5 s to 6.5 s, while 150 requests waited and the target used 3% of a core. Check what it waited for at that time: a downstream service, a lock, a garbage collection or a flush to disk.',
    ])
  })

  test('names a target that waits without using CPU', () => {
    expect(likelyCauses(resultOf({ batches: slow, rest: targetWith(4) }))).toEqual([
      { code: 'target-waited', serviceMs: expect.closeTo(400, 0), cpuPercent: 4 },
    ])
  })

  test('names a target that waits even if its slowness keeps all connections busy, so that requests wait for one', () => {
    const pool = { size: 200, peakInUse: 200, fullRatio: 0.94 }
    const batches = evenBatches(40, 25, (i) => (i < 10 ? 10 : 4_000))
    const result = resultOf({ batches, rest: { pool, ...targetWith(10) }, serviceMs: (ms) => Math.min(ms, 500) })
    expect(likelyCauses({ ...result, queueTime: result.responseTime })).toEqual([
      { code: 'target-waited', serviceMs: expect.closeTo(500, 0), cpuPercent: 10 },
    ])
  })

  test('names the most frequent error', () => {
    const batches = eachWith(slow, () => ({ errors: { 'http-5xx': 3 } }))
    expect(likelyCauses(resultOf({ batches }))).toMatchObject([{ code: 'errors', errorClass: 'http-5xx', count: 120 }])
  })

  test.each([
    ['a fast run', evenBatches(40, 25, () => 5), targetWith(30)],
    ['a slow run without figures of the target', slow, {}],
    ['a run with few requests between which nothing happens', evenBatches(40, 0, () => 5), targetWith(1)],
  ])('names no cause for %s', (_, batches, rest) => {
    expect(likelyCauses(resultOf({ batches, rest }))).toEqual([])
  })
})
