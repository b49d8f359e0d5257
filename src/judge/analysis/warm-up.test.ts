import { describe, expect, it } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import { resultOf } from '../result.builder.ts'
import { randomOf } from '../verdict/queue.builder.ts'
import { normalQuantile } from '../verdict/statistics/student.ts'
import { warmUpOf } from './warm-up.ts'

const BATCH_MS = 500

const [second] = resultOf({ batches: [{ responsesMs: [20] }] }).intervals

/** Means per second that scatter around 20 ms as those of real servers do, times a factor per second. */
function run(seconds: number, times: (second: number) => number, seed = 1): LoadResult {
  const random = randomOf(seed)
  const lognormal = (): number => 20 * Math.exp(0.15 * normalQuantile(random()))
  const result = resultOf({ batches: [] })
  return {
    ...result,
    intervals: Array.from({ length: seconds }, (_, at) => {
      if (second === undefined || second.responseTime.meanMs === undefined) throw new Error('nothing was measured')
      return { ...second, responseTime: { ...second.responseTime, count: 20, meanMs: lognormal() * times(at) } }
    }),
  }
}

describe('warm-up of a run', () => {
  it('is found when the start is slower, with its end and both means', () => {
    const found = warmUpOf(run(60, (at) => (at < 10 ? 4 : 1)))
    expect(found).toMatchObject({ kind: 'warm-up', untilMs: 10_000 })
    if (found.kind !== 'warm-up') return
    expect(found.firstMeanMs / found.restMeanMs).toBeGreaterThan(3.5)
    expect(found.firstMeanMs / found.restMeanMs).toBeLessThan(4.5)
  })

  it('ends when an exponential decay has become as small as the noise', () => {
    const found = warmUpOf(run(64, (at) => 1 + 9 * Math.exp(-at / 5)))
    expect(found.kind).toBe('warm-up')
    if (found.kind !== 'warm-up') return
    // 9 e^(−t/5) is a third at second 17 and a tenth at second 22.
    expect(found.untilMs).toBeGreaterThanOrEqual(15_000)
    expect(found.untilMs).toBeLessThanOrEqual(25_000)
  })

  it.each([37, 64])('is found in at most 2%% of 1 000 runs of %d seconds without one', (batches) => {
    const kinds = Array.from({ length: 1_000 }, (_, seed) => warmUpOf(run(batches, () => 1, seed)).kind)
    // With a probability of 1%, more than 20 of 1 000 occur once in a thousand times.
    expect(kinds.filter((kind) => kind !== 'steady').length).toBeLessThanOrEqual(20)
  })

  it('never ends in a run that drifts from start to end', () => {
    expect(warmUpOf(run(120, (at) => 1 + at / 10))).toEqual({ kind: 'never-settled' })
  })

  it('is not found for a stall in the middle of a fast start', () => {
    expect(warmUpOf(run(60, (at) => (at === 12 ? 20 : 1)))).toEqual({ kind: 'steady' })
  })

  it('is not found for a difference below a tenth', () => {
    const quiet = (slower: number): LoadResult =>
      resultOf({
        batches: Array.from({ length: 60 }, (_, batch) => ({
          responsesMs: [20 * (batch < 10 ? slower : 1) + (batch % 2) / 100],
        })),
      })
    expect(warmUpOf(quiet(1.09)).kind).toBe('steady')
    expect(warmUpOf(quiet(1.11)).kind).toBe('warm-up')
  })

  it('skips time without responses', () => {
    const batches = Array.from({ length: 60 }, (_, batch) => ({
      responsesMs: batch >= 5 && batch < 10 ? [] : [batch < 15 ? 80 + (batch % 3) : 20 + (batch % 3)],
    }))
    expect(warmUpOf(resultOf({ batches, batchMs: BATCH_MS }))).toMatchObject({
      kind: 'warm-up',
      untilMs: 15 * BATCH_MS,
    })
  })

  it('is unknown with fewer than thirty batches', () => {
    expect(warmUpOf(run(29, (at) => (at < 10 ? 4 : 1)))).toEqual({ kind: 'too-short' })
  })

  it('is not searched for when the plan changes the rate', () => {
    const ramp = { ...run(60, (at) => (at < 10 ? 4 : 1)), pattern: 'ramp-up' }
    expect(warmUpOf(ramp)).toEqual({ kind: 'not-stationary' })
  })

  it('is found in a short run through its finer batches', () => {
    const batches = Array.from({ length: 60 }, (_, batch) => ({
      responsesMs: [(batch < 10 ? 80 : 20) + (batch % 3)],
    }))
    expect(warmUpOf(resultOf({ batches, batchMs: BATCH_MS }))).toEqual({
      kind: 'warm-up',
      untilMs: 10 * BATCH_MS,
      firstMeanMs: expect.closeTo(80.9, 1),
      restMeanMs: expect.closeTo(21, 1),
    })
  })
})
