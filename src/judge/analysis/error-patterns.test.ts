import { describe, expect, it } from 'vitest'
import { ERROR_CLASSES } from '../../model/error-class.ts'
import { evenBatches, eachWith, resultOf, type BatchCase } from '../result.builder.ts'
import { randomOf } from '../verdict/queue.builder.ts'
import { errorPatterns } from './error-patterns.ts'

const BATCHES = 40

function withErrors(errors: (batch: number) => BatchCase['errors']): ReturnType<typeof resultOf> {
  const calm = evenBatches(BATCHES, 20, () => 10)
  const batches = eachWith(calm, (batch) => ({ errors: errors(batch) ?? {} }))
  return resultOf({ batches, phases: { first: [0, 20], second: [20, 40] } })
}

describe('error patterns', () => {
  it('are empty when no request failed', () => {
    expect(errorPatterns(withErrors(() => ({})))).toEqual([])
  })

  it('list the most frequent class first, with its phases', () => {
    const found = errorPatterns(withErrors((batch) => (batch < 20 ? { 'http-5xx': 1 } : { 'http-5xx': 1, timeout: 3 })))
    expect(found).toMatchObject([
      { class: 'timeout', count: 60, phases: ['second'] },
      { class: 'http-5xx', count: 40, phases: ['first', 'second'] },
    ])
  })

  it.each([
    ['steady', () => 1],
    ['growing', (batch: number) => (batch < 20 ? 0 : 1)],
    ['fading', (batch: number) => (batch < 20 ? 1 : 0)],
    ['steady', (batch: number) => (batch === 30 ? 3 : 0)],
  ] as const)('are %s when the halves of the run differ accordingly, beyond chance', (trend, count) => {
    expect(errorPatterns(withErrors((batch) => ({ connection: count(batch) })))[0]).toMatchObject({ trend })
  })

  it('are steady when only the rate grows', () => {
    const batches = Array.from({ length: BATCHES }, (_, batch) => {
      const times = batch < 20 ? 1 : 5
      return { responsesMs: Array.from({ length: 20 * times }, () => 10), errors: { status: times } }
    })
    expect(errorPatterns(resultOf({ batches }))[0]).toMatchObject({ count: 120, trend: 'steady' })
  })

  it('have an unknown trend in a run of less than six seconds', () => {
    const batches = evenBatches(20, 20, () => 10)
    const failing = eachWith(batches, (batch) => ({ errors: { timeout: batch < 10 ? 0 : 2 } }))
    expect(errorPatterns(resultOf({ batches: failing }))[0]).toMatchObject({ trend: 'unknown' })
  })

  /** A run of 30 s at 100 req/s with this many errors in each second. */
  function trendWith(errors: (second: number) => number): string | undefined {
    const [template] = resultOf({ batches: evenBatches(1, 1, () => 10), batchMs: 1_000 }).intervals
    if (template === undefined) throw new Error('the run has no interval')
    const intervals = Array.from({ length: 30 }, (_, second) => {
      const count = errors(second)
      return {
        ...template,
        requestsScheduled: 100,
        errorsByClass: count > 0 ? { connection: { count, first: '' } } : {},
      }
    })
    const all = { connection: { count: 1, first: '' } }
    return errorPatterns({ ...resultOf({ batches: [] }), errorsByClass: all, intervals })[0]?.trend
  }

  it.each([1, 2, 3, 6])('are steady with one outage of %i s, whenever it occurs', (lengthS) => {
    const starts = Array.from({ length: 31 - lengthS }, (_, start) => start)
    const trends = starts.map((start) => trendWith((second) => (second >= start && second < start + lengthS ? 100 : 0)))
    expect(new Set(trends)).toEqual(new Set(['steady']))
  })

  it('grow in at least 99% of runs whose share of errors rises from 0 to 10%, and in at most 3% at a constant share', () => {
    const RUNS = 300
    const grown = (share: (second: number) => number): number => {
      const trends = Array.from({ length: RUNS }, (_, run) => {
        const random = randomOf(104_729 * (run + 1))
        return trendWith((second) => Array.from({ length: 100 }, random).filter((draw) => draw < share(second)).length)
      })
      return trends.filter((each) => each === 'growing').length / RUNS
    }
    expect(grown((second) => (0.1 * second) / 30)).toBeGreaterThanOrEqual(0.99)
    expect(grown(() => 0.05)).toBeLessThanOrEqual(0.03)
  })

  it.each(ERROR_CLASSES)('explain %s', (name) => {
    const [found] = errorPatterns(withErrors((batch) => (batch === 0 ? { [name]: 1 } : {})))
    expect(found?.class).toBe(name)
    expect(found?.meaning.length).toBeGreaterThan(20)
  })
})
