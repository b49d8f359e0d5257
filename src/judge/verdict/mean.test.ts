import { describe, expect, test } from 'vitest'

import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenBatches, resultOf, type ResultCase } from '../result.builder.ts'
import { maximumVerdict } from './maximum.ts'
import { meanVerdict } from './mean.ts'
import { mm1, randomOf } from './queue.builder.ts'

const batches = evenBatches(40, 100, (i) => 5 + (i % 11))

function mean(run: ResultCase | LoadResult, limitMs: number, of?: 'service'): string {
  const result = 'schema' in run ? run : resultOf(run)
  return meanVerdict(result, result, { limitMs, ...(of && { of }) }).verdict
}

function maximum(run: ResultCase, limitMs: number): string {
  const result = resultOf(run)
  return maximumVerdict(result, result, { limitMs }).verdict
}

describe('a mean below a limit', () => {
  test('passes with a limit above the measured mean, fails below it, and is inconclusive close to it', () => {
    expect([mean({ batches }, 11), mean({ batches }, 10), mean({ batches }, 9)]).toEqual([
      'pass',
      'inconclusive',
      'fail',
    ])
  })

  test('excludes the queue time with { of: "service" }', () => {
    expect(mean({ batches, serviceMs: (ms) => ms / 2 }, 6)).toBe('fail')
    expect(mean({ batches, serviceMs: (ms) => ms / 2 }, 6, 'service')).toBe('pass')
  })

  test('counts requests without a response with the time-out for a pass, and not for a fail', () => {
    const silent = eachWith(batches, () => ({ errors: { timeout: 1 } }))
    // 1 in 101 with 10 s: a mean of 109 ms.
    expect([mean({ batches: silent }, 100), mean({ batches: silent }, 120), mean({ batches: silent }, 9)]).toEqual([
      'inconclusive',
      'pass',
      'fail',
    ])
  })

  test.each([40, 200, 2_000])('advises the same length however far a limit of %d ms is from the mean', (limitMs) => {
    // A tenth of the time is fifty times as slow: the margin is about as large as the mean of 14.75 ms.
    const run = resultOf({ batches: evenBatches(40, 25, (i) => (i % 500 < 50 ? 125 : 2.5)) })
    const verdict = meanVerdict(run, run, { limitMs })
    expect(verdict).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
    expect(verdict.adviceMs).toBe(234_000)
  })

  test('says that requests without a response decide, and advises no length, when the others are below the limit', () => {
    const silent = resultOf({ batches: eachWith(batches, () => ({ errors: { timeout: 1 } })) })
    const verdict = meanVerdict(silent, silent, { limitMs: 100 })
    expect(verdict).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'fail',
      reason: 'depends on 40 requests without a response',
      why: 'the mean is 109 ms if each of them counts with 10 s: judge such requests with toHaveErrorRateBelow',
    })
    expect(verdict.advice).toBeUndefined()
  })

  test('advises by the distance of its own requests when some without a response do not decide', () => {
    const slowly = evenBatches(40, 25, (i) => (i % 500 < 50 ? 125 : 2.5))
    const none = resultOf({ batches: slowly })
    const few = resultOf({ batches: eachWith(slowly, (i) => (i < 2 ? { errors: { timeout: 1 } } : {})) })
    const meanMs = none.responseTime.meanMs ?? 0
    const worstMs = (1_000 * meanMs + 2 * 10_000) / 1_002
    const withThem = meanVerdict(few, few, { limitMs: worstMs + 10 })
    const without = meanVerdict(none, none, { limitMs: meanMs + 10 })
    expect([withThem.verdict, without.verdict]).toEqual(['inconclusive', 'inconclusive'])
    expect(withThem.adviceMs).toBe(without.adviceMs)
  })

  test('of the service time leans to a pass that the sent requests prove, if few others were never sent', () => {
    const dropping = (every: number, count = 40): LoadResult =>
      resultOf({
        batches: eachWith(batches, (i) => (i % every === 0 ? { dropped: { overflow: 1 } } : {})).slice(0, count),
      })
    const few = dropping(4)
    expect(meanVerdict(few, few, { limitMs: 15, of: 'service' })).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'pass',
      reason: 'cannot be judged: 10 requests were never sent',
    })
    expect(meanVerdict(few, few, { limitMs: 15 })).toMatchObject({ leaning: 'fail' })
    const leaning = (run: LoadResult) => meanVerdict(run, run, { limitMs: 15, of: 'service' }).leaning
    const many = resultOf({ batches: eachWith(batches, () => ({ dropped: { overflow: 2 } })) })
    expect([leaning(many), leaning(dropping(4, 8))]).toEqual(['none', 'none'])
  })

  test('is invalid when only the generator was late', () => {
    expect(mean({ batches, lagMs: (ms) => ms / 2 }, 6)).toBe('invalid')
  })

  test('gives at most 12 wrong verdicts of 100 on each side of the true mean of an M/M/1 queue at load 0.8', () => {
    const wrong = { pass: 0, fail: 0 }
    for (let seed = 1; seed <= 100; seed++) {
      const responsesMs = mm1(0.8, 4_000, randomOf(seed))
      const result = resultOf({
        batches: Array.from({ length: 40 }, (_, i) => ({
          responsesMs: [...responsesMs.subarray(i * 100, (i + 1) * 100)],
        })),
      })
      // A mean service time of 0.2 ms at load 0.8 results in a mean response time of 1 ms.
      if (mean(result, 0.999) === 'pass') wrong.pass++
      if (mean(result, 1.001) === 'fail') wrong.fail++
    }
    // If each of 100 verdicts is wrong with a probability of 5%, more than 12 are wrong once in a thousand times.
    expect(wrong.pass).toBeLessThanOrEqual(12)
    expect(wrong.fail).toBeLessThanOrEqual(12)
  })
})

describe('a maximum below a limit', () => {
  test('depends on the slowest request, however short the run is', () => {
    const short = evenBatches(2, 10, (i) => i + 1)
    expect([maximum({ batches: short }, 20.1), maximum({ batches: short }, 20)]).toEqual(['pass', 'fail'])
  })

  test('fails with one request without a response', () => {
    const silent = [...batches, { responsesMs: [], errors: { timeout: 1 } }]
    expect(maximum({ batches: silent }, 60_000)).toBe('fail')
  })

  test('is invalid when the generator was late or did not dispatch a request', () => {
    expect(maximum({ batches, lagMs: (ms) => ms / 2 }, 10)).toBe('invalid')
    expect(maximum({ batches: [...batches, { responsesMs: [], dropped: { generator: 1 } }] }, 20)).toBe('invalid')
  })
})
