import { describe, expect, test } from 'vitest'
import { batchHistograms, batchTexts } from '../../model/batch-times.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { doubt } from '../../wording/doubts.ts'
import { eachWith, evenBatches, resultOf, type BatchCase } from '../result.builder.ts'
import { errorRateVerdict } from './error-rate.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { countOver } from './latencies.ts'
import { maximumVerdict } from './maximum.ts'
import { meanVerdict } from './mean.ts'
import { percentileVerdict } from './percentile.ts'
import { coreWaits, explainedBy } from './starved-target.ts'
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

/** Number of requests over 14 ms in a run of 4 s with 200 requests of `ms` in each second. */
function overAfter(ms: number, waitsMs: readonly number[]): readonly number[] {
  const run = runOf(ms, waitsMs)
  const histograms = batchHistograms(explainedBy(run, run, 14), 'targetTime')
  return [0, 10, 20, 30].map((first) =>
    histograms.slice(first, first + 10).reduce((sum, each) => sum + countOver(each, 14), 0),
  )
}

test('waits explain at most W (n / e + λ) requests of their second', () => {
  // Requests of 20 ms need 6 ms. At 200/s, 5 are in flight on average, counting the one that the wait begins with.
  const explained = (waitMs: number): number => Math.floor(waitMs * (5 / 6 + 0.2))
  const [none = 0, some = 0, many = 0, all = 0] = overAfter(20, [0, 30, 100, 250])
  expect(none).toBe(200)
  expect(200 - some).toBeGreaterThan(0.9 * explained(30))
  expect(200 - some).toBeLessThanOrEqual(1.02 * explained(30))
  expect(200 - many).toBeGreaterThan(0.9 * explained(100))
  expect(200 - many).toBeLessThanOrEqual(1.02 * explained(100))
  expect(all).toBe(0)
})

test('waits do not explain a request that exceeds the limit by more than all of them', () => {
  expect(overAfter(120, [0, 0, 0, 50])).toEqual([200, 200, 200, 200])
})

/** As if the run had measured the delays of each request, which leave `undelayedMs(request)` of its time. */
function withDelays(run: LoadResult, undelayedMs: (request: number) => number): LoadResult {
  const { batches } = resultOf({ batches: evenBatches(40, 20, undelayedMs), batchMs: 100 })
  const undelayedTime = batchTexts({ ...run, batches }, 'targetTime')
  return { ...run, batches: { ...run.batches, generatorLagMs: Array<number>(40).fill(30), undelayedTime } }
}

describe('a fail of a latency on a machine that other processes use', () => {
  const questions: readonly [string, (run: LoadResult) => JudgedVerdict][] = [
    ['percentile', (run) => percentileVerdict(run, run, { percentile: 75, limitMs: 14 })],
    ['service time', (run) => percentileVerdict(run, run, { percentile: 75, limitMs: 14, of: 'service' })],
    ['mean', (run) => meanVerdict(run, run, { limitMs: 14 })],
    ['maximum', (run) => maximumVerdict(run, run, { limitMs: 14 })],
  ]

  test.each(questions)('stays a fail of the %s if too few of its requests can have been delayed', (_, judged) => {
    const waits = [300, 300, 300, 300]
    // Every request took 20 ms. The delays of a fifth of them explain that, those of the others do not.
    const run = withDelays(runOf(20, waits), (i) => (i % 5 === 0 ? 2 : 19))
    expect(judged(run).verdict).toBe('fail')
  })

  test.each(questions)('is invalid for the %s if delays explain nearly all requests', (_, judged) => {
    const run = withDelays(runOf(20, [300, 300, 300, 300]), (i) => (i % 100 === 0 ? 19 : 2))
    expect(judged(run)).toMatchObject({
      verdict: 'invalid',
      reason: 'other processes took cores from the target and the generator',
      details: expect.arrayContaining([
        'other processes used 100% of a core, the target waited for a core for up to 300 ms in a second and the ' +
          'generator was up to 30.0 ms late: without these delays, this is not a fail',
      ]),
    })
  })

  test.each(questions)('is invalid for the %s if the sum of the waits explains it', (name, judged) => {
    const verdict = (ms: number, waitMs: number, foreignPercent?: number): string =>
      judged(runOf(ms, [waitMs, waitMs, waitMs, waitMs], foreignPercent)).verdict
    expect(verdict(20, 250)).toBe('invalid')
    // A mean of 20 ms is above 14 ms even if some requests were shorter.
    expect(verdict(20, name === 'mean' ? 20 : 80)).toBe('fail')
    expect(verdict(800, 250)).toBe('fail')
    expect(verdict(20, 250, 0)).toBe('fail')
  })
})

describe('a target that waits for a core while a busy generator runs', () => {
  /** 10 s of 200 req/s, of which 20 of 50 in each batch stay in flight. Each takes 20 ms. */
  function competingRun(generatorPercent: number, coreWaitMs = 300): LoadResult {
    const run = resultOf({
      batches: eachWith(
        evenBatches(40, 50, () => 20),
        (batch) => ({ inFlight: 20 * batch }),
      ),
    })
    const samples = Array.from({ length: 10 }, (_, second): TargetSample => ({
      ...nothing,
      atMs: 1_000 * (second + 1),
      coreWaitMs,
    }))
    const doubts = [doubt({ code: 'shared-cores', generatorPercent, targetPercent: 100 - generatorPercent, cores: 1 })]
    return {
      ...run,
      generator: { ...run.generator, doubts },
      target: { url: 'http://127.0.0.1:1/', pids: [1], samples },
    }
  }

  test("loses the generator's part of the cores, unless it hardly waits", () => {
    const lostMs = (coreWaitMs: number): readonly number[] => {
      const run = competingRun(60, coreWaitMs)
      return coreWaits(run, run)
    }
    expect(lostMs(300)).toEqual(Array<number>(40).fill(600))
    expect(lostMs(90)).toEqual(Array<number>(40).fill(0))
  })

  test('is not blamed for its response times', () => {
    const judged = (coreWaitMs: number): string => {
      const run = competingRun(50, coreWaitMs)
      return percentileVerdict(run, run, { percentile: 75, limitMs: 14 }).verdict
    }
    expect(judged(300)).toBe('invalid')
    expect(judged(90)).toBe('fail')
  })

  test('is blamed only for more than that time explains', () => {
    const judged = (generatorPercent: number): unknown => {
      const run = competingRun(generatorPercent)
      return sustainedRateVerdict(run, run, { rps: 200, within: 0.01 })
    }
    // With the whole core, it would finish 30 / 0.5 of the 50 requests of a batch, or 30 / 0.7.
    expect(judged(50)).toMatchObject({
      verdict: 'invalid',
      reason: 'the generator took cores from the target',
      reasons: [{ code: 'cores-shared', generatorPercent: 50, targetPercent: 50 }],
    })
    expect(judged(30)).toMatchObject({ verdict: 'fail' })
  })
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

  test('is blamed for more timeouts than it could have answered in the lost time', () => {
    const judged = (timeouts: number): string => {
      const run = starvedRun(() => ({
        responsesMs: Array.from({ length: 50 - timeouts }, () => 20),
        errors: { timeout: timeouts },
      }))
      return errorRateVerdict(run, run, { limit: 0.01 }).verdict
    }
    // With 30% of the time lost, it could have answered 3 / 7 more.
    expect(judged(14)).toBe('invalid')
    expect(judged(18)).toBe('fail')
    expect(judged(50)).toBe('fail')
  })
})
