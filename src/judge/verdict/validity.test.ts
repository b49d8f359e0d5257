import { describe, expect, test } from 'vitest'

import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenStretches, resultOf, type ResultCase } from '../result.case.ts'
import { errorRateVerdict } from './error-rate.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { maximumVerdict } from './maximum.ts'
import { meanVerdict } from './mean.ts'
import { percentileVerdict } from './percentile.ts'
import { sustainedRateVerdict } from './sustained-rate.ts'

const healthy = evenStretches(40, 100, (i) => 10 + (i % 10))

function verdicts(run: ResultCase | LoadResult, limitMs: number): string {
  const result = 'schema' in run ? run : resultOf(run)
  const { verdict, reason } = percentileVerdict(result, result, { percentile: 99, limitMs })
  return reason === undefined ? verdict : `${verdict}: ${reason}`
}

describe('a pass', () => {
  test('needs a run that was completed', () => {
    const ended = (how: LoadResult['ended']): string => verdicts({ stretches: healthy, rest: { ended: how } }, 50)
    expect(ended('completed')).toBe('pass')
    expect(ended('interrupted')).toBe('invalid: the run was interrupted')
    expect(ended('running')).toBe('invalid: the run is still going on')
    expect(ended('aborted')).toBe('fail: the run was aborted')
  })

  test('needs a generator that was on time: within 10 ms, or five gaps between requests where those are longer', () => {
    const dense = evenStretches(40, 400, (i) => 10 + (i % 10))
    expect(verdicts({ stretches: dense, lagMs: () => 9 }, 50)).toBe('pass')
    expect(verdicts({ stretches: dense, lagMs: () => 11 }, 50)).toBe('invalid: the load was not delivered')
    // 40 requests a second: five gaps are 125 ms.
    const rare = evenStretches(80, 10, () => 200)
    expect(verdicts({ stretches: rare, lagMs: () => 120 }, 500)).toBe('pass')
    expect(verdicts({ stretches: rare, lagMs: () => 130 }, 500)).toBe('invalid: the load was not delivered')
  })

  test('needs no schedule in the closed model', () => {
    expect(verdicts({ stretches: healthy, lagMs: () => 13, rest: { arrivals: 'closed' } }, 50)).toBe('pass')
  })

  test('needs 99% of the requests to have come due', () => {
    const dropping = (every: number): ResultCase => ({
      stretches: eachWith(healthy, (i) => (i % every === 0 ? { dropped: { generator: 5 } } : {})),
    })
    const ask = (run: ResultCase): string => {
      const result = resultOf(run)
      return errorRateVerdict(result, result, { limit: 0.1 }).verdict
    }
    expect(ask(dropping(10))).toBe('pass')
    expect(ask(dropping(2))).toBe('invalid')
  })

  test('of an operation needs the schedule of its run, of which it is a part', () => {
    const result = resultOf({ stretches: healthy, lagMs: () => 13 })
    const whole = result.operations['GET /']
    // On its own, one in ten of the requests would have ten times as long a gap between them.
    const rare = { ...(whole ?? result), offeredRps: result.offeredRps / 10 }
    const run = { ...result, operations: { rare } }
    expect(percentileVerdict(rare, run, { percentile: 99, limitMs: 50 }).reason).toBe('the load was not delivered')
  })
})

describe('a fail', () => {
  test('stands however the run ended', () => {
    for (const ended of ['completed', 'interrupted', 'running', 'aborted'] as const) {
      expect(verdicts({ stretches: healthy, rest: { ended } }, 12)).toBe('fail')
    }
  })

  test('is invalid where requests were slow only because the generator was late', () => {
    expect(verdicts({ stretches: healthy, lagMs: (ms) => ms - 5 }, 12)).toBe('invalid: the load was not delivered')
    expect(verdicts({ stretches: healthy, lagMs: () => 1 }, 12)).toBe('fail')
  })

  test('is invalid where only requests that the generator never got to make it one', () => {
    const stretches = eachWith(healthy, () => ({ dropped: { generator: 5 } }))
    expect(verdicts({ stretches }, 50)).toBe('invalid: the load was not delivered')
    expect(verdicts({ stretches }, 12)).toBe('fail')
  })
})

describe('nothing', () => {
  test('is no latency: without an answer the verdict is invalid, whether the run was aborted or not', () => {
    const stretches = eachWith(
      evenStretches(40, 0, () => 0),
      () => ({ errors: { connect: 10 } }),
    )
    expect(verdicts({ stretches }, 50)).toBe('invalid: nothing was measured')
    expect(verdicts({ stretches, rest: { ended: 'aborted' } }, 50)).toBe('invalid: nothing was measured')
  })

  test('is measured where every answer was an error', () => {
    const stretches = eachWith(
      evenStretches(40, 0, () => 0),
      () => ({ errors: { 'http-5xx': 10 } }),
    )
    expect(verdicts({ stretches }, 50)).toBe('invalid: nothing was measured')
  })

  test('was scheduled in a part of the run without traffic', () => {
    const result = resultOf({ stretches: [...healthy, ...evenStretches(20, 0, () => 0)], phases: { quiet: [40, 60] } })
    const quiet = result.phases.quiet
    expect(quiet && percentileVerdict(quiet, result, { percentile: 99, limitMs: 50 }).reason).toBe(
      'no request was scheduled',
    )
    expect(quiet && errorRateVerdict(quiet, result, { limit: 0.1 }).verdict).toBe('invalid')
  })
})

const slow = resultOf({
  stretches: evenStretches(40, 50, () => 80).map(({ responsesMs }, i) => ({ responsesMs, inFlight: 20 * i })),
})

function keptBusy(run: LoadResult, eventLoopUtilization: number): LoadResult {
  return { ...run, generator: { ...run.generator, eventLoopUtilization } }
}

describe('slowness that was shown', () => {
  test.each<[string, (run: LoadResult) => JudgedVerdict]>([
    ['percentile', (run) => percentileVerdict(run, run, { percentile: 99, limitMs: 50 })],
    ['mean', (run) => meanVerdict(run, run, { limitMs: 50 })],
    ['maximum', (run) => maximumVerdict(run, run, { limitMs: 50 })],
    ['sustained rate', (run) => sustainedRateVerdict(run, run, { rps: 200, within: 0.01 })],
  ])('of the %s is the fault of the target only while the generator had room left', (_, judged) => {
    expect(judged(keptBusy(slow, 0.9)).verdict).toBe('fail')
    const verdict = judged(keptBusy(slow, 0.99))
    expect(verdict).toMatchObject({ verdict: 'invalid', reason: 'the load was not delivered' })
    expect(verdict.details.slice(0, 2)).toEqual([
      'the generator could not keep up: what was slow may be the tool itself',
      'its threads were busy 99% of the time: lower the rate, or raise threads above 1',
    ])
  })
})
