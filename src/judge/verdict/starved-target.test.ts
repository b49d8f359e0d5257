import { describe, expect, test } from 'vitest'
import { batchHistograms } from '../../model/batch-times.ts'
import { bucketHighUs } from '../../model/hdr.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { doubt } from '../../wording/doubts.ts'
import { eachWith, evenBatches, resultOf, type BatchCase } from '../result.builder.ts'
import { errorRateVerdict } from './error-rate.ts'
import { maximumVerdict } from './maximum.ts'
import { percentileVerdict } from './percentile.ts'
import { coreWaits, shortenedBy } from './starved-target.ts'
import { sustainedRateVerdict } from './sustained-rate.ts'

const nothing = { cpuPercent: 20, busiestProcessCpuPercent: 20, rssMb: 50, openSockets: 4, bytesIn: 0, bytesOut: 0 }

/** 4 s of requests that took `ms`. In each second, the target waited for a core for the given time. */
function runOf(ms: number, waitsMs: readonly (number | null)[], foreignPercent = 100): LoadResult {
  const samples = waitsMs.map((coreWaitMs, second): TargetSample => ({
    ...nothing,
    atMs: 1_000 * (second + 1),
    coreWaitMs,
  }))
  const run = resultOf({ batches: evenBatches(40, 20, () => ms), batchMs: 100 })
  const doubts = foreignPercent > 30 ? [doubt({ code: 'foreign-load', cpuPercent: foreignPercent })] : []
  return {
    ...run,
    generator: { ...run.generator, doubts },
    target: { url: 'http://127.0.0.1:1/', pids: [1], samples },
  }
}

test('each batch has the core wait of its second', () => {
  const run = runOf(20, [0, 150, null, 30])
  expect(coreWaits(run, run)).toEqual([
    ...Array<number>(10).fill(0),
    ...Array<number>(10).fill(150),
    ...Array<number>(10).fill(0),
    ...Array<number>(10).fill(30),
  ])
})

test('core waits are 0 when the target competes only with itself', () => {
  const run = runOf(20, [900, 900, 900, 900], 0)
  expect(coreWaits(run, run)).toEqual(Array<number>(40).fill(0))
})

test('times are shortened by the wait, and are at least 0', () => {
  const run = runOf(20, [])
  const shortened = shortenedBy(
    run,
    run.batches.inFlight.map((_, batch) => (batch === 0 ? 5 : batch === 1 ? 50 : 0)),
  )
  const times = batchHistograms(shortened, 'targetTime')
    .slice(0, 3)
    .map(({ buckets }) => bucketHighUs(buckets[0] ?? 0) / 1_000)
  expect(times).toEqual([expect.closeTo(15, 1), 0, expect.closeTo(20, 1)])
  expect(shortened.batches.serviceTime).toEqual(shortened.batches.targetTime)
})

test.each([
  ['percentile', (run: LoadResult) => percentileVerdict(run, run, { percentile: 75, limitMs: 14 })],
  ['maximum', (run: LoadResult) => maximumVerdict(run, run, { limitMs: 14 })],
])('a fail of the %s is invalid when waiting for a core may have caused it', (_, judged) => {
  expect(judged(runOf(20, [80, 80, 80, 80]))).toMatchObject({
    verdict: 'invalid',
    reason: 'other processes took cores from the target',
  })
  expect(judged(runOf(20, [2, 3, 2, 2])).verdict).toBe('fail')
  expect(judged(runOf(800, [80, 80, 80, 80])).verdict).toBe('fail')
  expect(judged(runOf(20, [80, 80, 80, 80], 0)).verdict).toBe('fail')
})

describe('a target that waited for a core for 300 ms in each second', () => {
  /** 10 s of 200 req/s. */
  function starvedRun(more: (batch: number) => Partial<BatchCase>, coreWaitMs = 300): LoadResult {
    const run = resultOf({
      batches: eachWith(
        evenBatches(40, 50, () => 20),
        more,
      ),
    })
    const samples = Array.from({ length: 10 }, (_, second): TargetSample => ({
      ...nothing,
      atMs: 1_000 * (second + 1),
      coreWaitMs,
    }))
    return {
      ...run,
      generator: { ...run.generator, doubts: [doubt({ code: 'foreign-load', cpuPercent: 180 })] },
      target: { url: 'http://127.0.0.1:1/', pids: [1], samples },
    }
  }

  const reason = 'other processes took cores from the target'

  test('is not blamed for falling behind by less than the lost time explains', () => {
    const judged = (perBatch: number, coreWaitMs?: number): unknown => {
      const run = starvedRun((batch) => ({ inFlight: perBatch * batch }), coreWaitMs)
      return sustainedRateVerdict(run, run, { rps: 200, within: 0.01 })
    }
    // 10 or 25 of the 50 requests that arrive in a batch stay in flight. With a core, it would finish 10 / 7 of the
    // rest.
    expect(judged(10)).toMatchObject({ verdict: 'invalid', reason })
    expect(judged(25)).toMatchObject({ verdict: 'fail' })
    expect(judged(10, 50)).toMatchObject({ verdict: 'fail' })
  })

  test('is not blamed for timeouts, but for error responses', () => {
    const judged = (errorClass: 'timeout' | 'http-5xx' | 'connect', coreWaitMs?: number): unknown => {
      const run = starvedRun(() => ({ errors: { [errorClass]: 5 } }), coreWaitMs)
      return errorRateVerdict(run, run, { limit: 0.01 })
    }
    expect(judged('timeout')).toMatchObject({ verdict: 'invalid', reason })
    expect(judged('timeout', 50)).toMatchObject({ verdict: 'fail' })
    expect(judged('http-5xx')).toMatchObject({ verdict: 'fail' })
    expect(judged('connect')).toMatchObject({ verdict: 'fail' })
  })
})
