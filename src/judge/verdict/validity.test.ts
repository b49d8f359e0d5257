import { describe, expect, test } from 'vitest'

import type { DoubtFacts } from '../../model/doubt.ts'
import type { LoadResult } from '../../model/result.ts'
import { doubt } from '../../wording/doubts.ts'
import { eachWith, evenBatches, resultOf, type ResultCase, type BatchCase } from '../result.builder.ts'
import { noErrorsVerdict } from './absence.ts'
import { errorRateVerdict } from './error-rate.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { maximumVerdict } from './maximum.ts'
import { meanVerdict } from './mean.ts'
import { percentileVerdict } from './percentile.ts'
import { serviceLevelVerdict } from './service-level.ts'
import { sustainedRateVerdict } from './sustained-rate.ts'

const healthy = evenBatches(40, 100, (i) => 10 + (i % 10))

function verdicts(run: ResultCase | LoadResult, limitMs: number): string {
  const result = 'schema' in run ? run : resultOf(run)
  const { verdict, reason } = percentileVerdict(result, result, { percentile: 99, limitMs })
  return reason === undefined ? verdict : `${verdict}: ${reason}`
}

describe('a leaning to a fail', () => {
  test('is invalid when the generator did not send the requests', () => {
    const dropping = eachWith(healthy.slice(0, 20), (i) => (i % 2 === 0 ? { dropped: { generator: 10 } } : {}))
    const short = resultOf({ batches: dropping })
    expect(verdicts(short, 50)).toBe('invalid: the load was not delivered')
    const { verdict, reason } = errorRateVerdict(short, short, { limit: 0.01 })
    expect([verdict, reason]).toEqual(['invalid', 'the load was not delivered'])
  })
})

describe('a pass', () => {
  test('needs a completed run', () => {
    const ended = (how: LoadResult['ended']): string => verdicts({ batches: healthy, rest: { ended: how } }, 50)
    expect(ended('completed')).toBe('pass')
    expect(ended('interrupted')).toBe('invalid: the run was interrupted')
    expect(ended('running')).toBe('invalid: the run has not ended')
    expect(ended('aborted')).toBe('fail: the run was aborted')
  })

  test('needs code of the user that does not fail', () => {
    const failed = resultOf({ batches: healthy, rest: { ended: 'interrupted' } })
    const doubts = [doubt({ code: 'user-code-failed', reason: 'buy.ts:3 ended its thread: process.exit(0)' })]
    const result = { ...failed, generator: { ...failed.generator, doubts } }
    expect(percentileVerdict(result, result, { percentile: 99, limitMs: 50 })).toMatchObject({
      verdict: 'invalid',
      reason: 'code of the test failed',
      details: expect.arrayContaining(['buy.ts:3 ended its thread: process.exit(0)', 'fix this code']),
    })
  })

  test('needs a generator that was on time: within 10 ms, or five gaps between requests if those are longer', () => {
    const dense = evenBatches(40, 400, (i) => 10 + (i % 10))
    expect(verdicts({ batches: dense, lagMs: () => 9 }, 50)).toBe('pass')
    expect(verdicts({ batches: dense, lagMs: () => 11 }, 50)).toBe('invalid: the load was not delivered')
    // At 40 req/s, five gaps are 125 ms.
    const rare = evenBatches(80, 10, () => 200)
    expect(verdicts({ batches: rare, lagMs: () => 120 }, 500)).toBe('pass')
    expect(verdicts({ batches: rare, lagMs: () => 130 }, 500)).toBe('invalid: the load was not delivered')
  })

  test('does not depend on the schedule in the closed model', () => {
    expect(verdicts({ batches: healthy, lagMs: () => 13, rest: { arrivals: 'closed' } }, 50)).toBe('pass')
  })

  test('needs a generator that dispatched 99% of the requests', () => {
    const dropping = (every: number): ResultCase => ({
      batches: eachWith(healthy, (i) => (i % every === 0 ? { dropped: { generator: 5 } } : {})),
    })
    const ask = (run: ResultCase): string => {
      const result = resultOf(run)
      return errorRateVerdict(result, result, { limit: 0.25 }).verdict
    }
    expect(ask(dropping(10))).toBe('pass')
    expect(ask(dropping(2))).toBe('invalid')
  })

  test('of an operation depends on the schedule of its run', () => {
    const result = resultOf({ batches: healthy, lagMs: () => 13 })
    const whole = result.operations['GET /']
    // With a tenth of the requests, the operation alone would have gaps ten times as long.
    const rare = { ...(whole ?? result), offeredRps: result.offeredRps / 10 }
    const run = { ...result, operations: { rare } }
    expect(percentileVerdict(rare, run, { percentile: 99, limitMs: 50 }).reason).toBe('the load was not delivered')
  })
})

describe('a fail', () => {
  test('is valid however the run ended', () => {
    for (const ended of ['completed', 'interrupted', 'running', 'aborted'] as const) {
      expect(verdicts({ batches: healthy, rest: { ended } }, 12)).toBe('fail')
    }
  })

  test('is invalid when requests were slow only because the generator was late', () => {
    expect(verdicts({ batches: healthy, lagMs: (ms) => ms - 5 }, 12)).toBe('invalid: the load was not delivered')
    expect(verdicts({ batches: healthy, lagMs: () => 1 }, 12)).toBe('fail')
  })

  test('is invalid when only undispatched requests cause it', () => {
    const batches = eachWith(healthy, () => ({ dropped: { generator: 5 } }))
    expect(verdicts({ batches }, 50)).toBe('invalid: the load was not delivered')
    expect(verdicts({ batches }, 12)).toBe('fail')
  })
})

describe('an invalid verdict', () => {
  const reasonsOf = (run: ResultCase): JudgedVerdict['reasons'] => {
    const result = resultOf(run)
    return percentileVerdict(result, result, { percentile: 99, limitMs: 50 }).reasons
  }

  test('has the code and the numbers of its reason', () => {
    expect(reasonsOf({ batches: evenBatches(40, 400, () => 10), lagMs: () => 11 })).toEqual([
      { code: 'schedule-lag', lagMs: expect.closeTo(11, 0), allowedMs: expect.any(Number) },
    ])
    expect(reasonsOf({ batches: healthy, rest: { ended: 'interrupted' } })).toEqual([{ code: 'interrupted' }])
    expect(reasonsOf({ batches: healthy, rest: { ended: 'running' } })).toEqual([{ code: 'not-ended' }])
    expect(reasonsOf({ batches: [] })).toEqual([{ code: 'nothing-scheduled' }])
    expect(reasonsOf({ batches: healthy })).toBeUndefined()
  })

  test('of a service level has each reason once, though it concerns every limit', () => {
    const result = resultOf({ batches: healthy, rest: { ended: 'interrupted' } })
    const { verdict, reasons } = serviceLevelVerdict(result, result, { p99Ms: 50, p95Ms: 40, errorRate: 0.01 })
    expect([verdict, reasons]).toEqual(['invalid', [{ code: 'interrupted' }]])
  })
})

describe('a latency verdict', () => {
  test('is invalid without a response, whether the run was aborted or not', () => {
    const batches = eachWith(
      evenBatches(40, 0, () => 0),
      () => ({ errors: { connect: 10 } }),
    )
    expect(verdicts({ batches }, 50)).toBe('invalid: nothing was measured')
    expect(verdicts({ batches, rest: { ended: 'aborted' } }, 50)).toBe('invalid: nothing was measured')
  })

  test('is invalid when every response was an error', () => {
    const batches = eachWith(
      evenBatches(40, 0, () => 0),
      () => ({ errors: { 'http-5xx': 10 } }),
    )
    expect(verdicts({ batches }, 50)).toBe('invalid: nothing was measured')
  })

  test('is invalid for a part of the run without traffic', () => {
    const result = resultOf({ batches: [...healthy, ...evenBatches(20, 0, () => 0)], phases: { quiet: [40, 60] } })
    const quiet = result.phases.quiet
    expect(quiet && percentileVerdict(quiet, result, { percentile: 99, limitMs: 50 }).reason).toBe(
      'no request was scheduled',
    )
    expect(quiet && errorRateVerdict(quiet, result, { limit: 0.1 }).verdict).toBe('invalid')
  })
})

const slow = resultOf({
  batches: evenBatches(40, 50, () => 80).map(({ responsesMs }, i) => ({ responsesMs, inFlight: 20 * i })),
})

function keptBusy(run: LoadResult, eventLoopUtilization: number): LoadResult {
  return { ...run, generator: { ...run.generator, eventLoopUtilization } }
}

describe('a proven slowness', () => {
  test.each<[string, (run: LoadResult) => JudgedVerdict]>([
    ['percentile', (run) => percentileVerdict(run, run, { percentile: 99, limitMs: 50 })],
    ['mean', (run) => meanVerdict(run, run, { limitMs: 50 })],
    ['maximum', (run) => maximumVerdict(run, run, { limitMs: 50 })],
    ['sustained rate', (run) => sustainedRateVerdict(run, run, { rps: 200, within: 0.01 })],
  ])('of the %s is invalid when the generator was saturated', (_, judged) => {
    expect(judged(keptBusy(slow, 0.9)).verdict).toBe('fail')
    const verdict = judged(keptBusy(slow, 0.99))
    expect(verdict).toMatchObject({ verdict: 'invalid', reason: 'the load was not delivered' })
    expect(verdict.details.slice(0, 2)).toEqual([
      'the generator could not keep up, so its own delays may be part of the latency',
      'the generator threads were busy 99% of the time: lower the rate, or raise threads above 1',
    ])
  })
})

const LATENESS = 'the load was not delivered'

/**
 * 10 s of 100 req/s that take `usualMs`. The generator was repeatedly suspended for a second. Each time it then sent
 * 100 overdue requests at once, which took 150 ms from their dispatch. `burst` contains the differences in those
 * batches.
 */
function suspended(usualMs: number, burst: Partial<BatchCase> = {}): LoadResult {
  const overdue = Array.from({ length: 100 }, (_, i) => 150 + 10 * i)
  return resultOf({
    batches: eachWith(
      evenBatches(40, 25, (i) => usualMs + (i % 10) / 10),
      (batch) => (batch % 8 === 7 ? { responsesMs: overdue, generatorLagMs: 990, ...burst } : {}),
    ),
    lagMs: (ms) => (ms >= 150 ? ms - 150 : 0),
  })
}

const latencyVerdicts: readonly [string, (run: LoadResult) => JudgedVerdict][] = [
  ['percentile', (run) => percentileVerdict(run, run, { percentile: 95, limitMs: 50 })],
  ['service time', (run) => percentileVerdict(run, run, { percentile: 95, limitMs: 50, of: 'service' })],
  ['mean', (run) => meanVerdict(run, run, { limitMs: 20 })],
  ['maximum', (run) => maximumVerdict(run, run, { limitMs: 50 })],
]

describe('a generator that was suspended', () => {
  test.each(latencyVerdicts)(
    'makes a fail of the %s invalid when its burst of overdue requests caused it',
    (_, judged) => {
      const run = suspended(5)
      // Without the lateness in the result, the target is blamed for the burst: the fixture does fail.
      const { generatorLagMs: __, ...batches } = run.batches
      expect(judged({ ...run, batches }).verdict).toBe('fail')
      expect(judged(run)).toMatchObject({ verdict: 'invalid', reason: LATENESS })
    },
  )

  test.each(latencyVerdicts)('keeps a fail of the %s that the other requests show', (_, judged) => {
    expect(judged(suspended(80)).verdict).toBe('fail')
  })

  test('makes failures within the burst invalid, but not those outside', () => {
    const judged = (run: LoadResult): string => errorRateVerdict(run, run, { limit: 0.01 }).verdict
    const errors = { 'http-5xx': 100 }
    expect(judged(suspended(5, { errors, generatorLagMs: 0 }))).toBe('fail')
    expect(judged(suspended(5, { errors }))).toBe('invalid')
    const failing = resultOf({
      batches: eachWith(
        evenBatches(40, 25, () => 5),
        (batch) => ({ errors: { 'http-5xx': 20 }, ...(batch === 7 && { generatorLagMs: 1_000 }) }),
      ),
    })
    expect(judged(failing)).toBe('fail')
  })

  test('makes a rate invalid that only failed in its burst', () => {
    const judged = (generatorLagMs: number): JudgedVerdict => {
      const run = suspended(5, { dropped: { overflow: 60 }, generatorLagMs })
      return sustainedRateVerdict(run, run, { rps: 100, within: 0.01 })
    }
    expect(judged(0).verdict).toBe('fail')
    expect(judged(990)).toMatchObject({ verdict: 'invalid', reason: LATENESS })
  })

  /** 10 s of 100 req/s, 25 per batch, in which the generator was late in every batch. */
  function lateIn(isLate: (batch: number) => boolean, more: (batch: number) => Partial<BatchCase>): LoadResult {
    return resultOf({
      batches: eachWith(
        evenBatches(40, 25, () => 5),
        (batch) => ({ ...more(batch), ...(isLate(batch) && { generatorLagMs: 300 }) }),
      ),
    })
  }

  test('keeps a fail when most requests fail for reasons that lateness does not explain', () => {
    const failing = (errorClass: 'http-5xx' | 'connect' | 'timeout'): LoadResult =>
      lateIn(
        () => true,
        () => ({ responsesMs: [], errors: { [errorClass]: 25 } }),
      )
    const both = (run: LoadResult): string[] => [
      errorRateVerdict(run, run, { limit: 0.01 }).verdict,
      sustainedRateVerdict(run, run, { rps: 100, within: 0.01 }).verdict,
    ]
    expect(both(failing('http-5xx'))).toEqual(['fail', 'fail'])
    expect(both(failing('connect'))).toEqual(['fail', 'fail'])
    expect(both(failing('timeout'))).toEqual(['invalid', 'invalid'])
    // A target may reject a burst of overdue requests.
    expect(both({ ...failing('http-5xx'), statuses: { 503: 1_000 } })).toEqual(['invalid', 'invalid'])
  })

  test('makes a growing backlog invalid when it was late nearly all the time, but not when it was rarely late', () => {
    const judged = (isLate: (batch: number) => boolean): string => {
      const run = lateIn(isLate, (batch) => ({ inFlight: 5 * batch }))
      return sustainedRateVerdict(run, run, { rps: 100, within: 0.01 }).verdict
    }
    expect(judged((batch) => batch % 8 !== 0)).toBe('invalid')
    expect(judged((batch) => batch % 8 === 0)).toBe('fail')
    expect(judged(() => false)).toBe('fail')
  })

  test('makes a fail invalid with a lateness near the request timeout, even if the schedule allows more', () => {
    const judged = (requestTimeoutMs: number): string => {
      const run = resultOf({
        batches: eachWith(
          evenBatches(40, 5, () => 5),
          (batch) => (batch % 4 === 0 ? { responsesMs: [], errors: { timeout: 5 }, generatorLagMs: 200 } : {}),
        ),
        plan: { requestTimeoutMs },
      })
      return errorRateVerdict(run, run, { limit: 0.01 }).verdict
    }
    expect(judged(250)).toBe('invalid')
    expect(judged(10_000)).toBe('fail')
  })

  test('makes a fail invalid with a lateness above the limit, even if the schedule allows more', () => {
    const run = resultOf({
      batches: eachWith(
        evenBatches(40, 5, () => 30),
        () => ({ generatorLagMs: 49 }),
      ),
    })
    expect(percentileVerdict(run, run, { percentile: 75, limitMs: 14 }).verdict).toBe('invalid')
  })

  test('keeps a fail with a lateness far below the limit', () => {
    const run = resultOf({
      batches: eachWith(
        evenBatches(40, 25, () => 800),
        () => ({ generatorLagMs: 55 }),
      ),
    })
    const judged = (limitMs: number): string => percentileVerdict(run, run, { percentile: 95, limitMs }).verdict
    expect(judged(550)).toBe('fail')
    expect(judged(500)).toBe('invalid')
  })
})

describe('a generator that exhausted its', () => {
  const exhausted = (facts: DoubtFacts): LoadResult => ({
    ...slow,
    generator: { ...slow.generator, doubts: [doubt(facts)] },
  })

  test.each<[DoubtFacts, string]>([
    [
      { code: 'descriptors-exhausted', failedConnections: 138, limit: 64 },
      'the generator had no file descriptors left',
    ],
    [{ code: 'ports-exhausted', failedConnections: 1, ports: null }, 'the generator had no local ports left'],
  ])('%o makes a latency verdict invalid', (facts, reason) => {
    const run = exhausted(facts)
    for (const percentile of [95, 99.999]) {
      for (const limitMs of [50, 5_000]) {
        expect(percentileVerdict(run, run, { percentile, limitMs })).toMatchObject({ verdict: 'invalid', reason })
      }
    }
  })

  test.each(['local-files', 'local-ports'] as const)('%s does not blame the target for errors', (errorClass) => {
    const run = resultOf({
      batches: eachWith(
        evenBatches(40, 25, () => 5),
        () => ({ errors: { [errorClass]: 20 } }),
      ),
    })
    expect(errorRateVerdict(run, run, { limit: 0.1 }).verdict).toBe('invalid')
    expect(noErrorsVerdict(run, run).verdict).toBe('invalid')
    expect(percentileVerdict(run, run, { percentile: 95, limitMs: 50 }).verdict).toBe('invalid')
  })
})
