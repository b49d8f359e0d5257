import { describe, expect, test } from 'vitest'
import type { ComparedPair } from '../../model/comparison.ts'
import { changeOf, decideAt as decideQuestion, plannedQuestion } from './compare.ts'
import { pairsOf, pairsWith } from './comparison.builder.ts'
import { decide, LOOKS, lookAt } from './looks.ts'
import { pairDifferences } from './pair-differences.ts'

describe('the looks', () => {
  test('the smallest p-value of the first look is below what two metrics require', () => {
    const [first] = LOOKS
    expect(2 ** -first.pairs).toBeLessThanOrEqual(first.fail / 2)
  })

  test.each([
    [7, undefined],
    [8, 8],
    [9, 14],
    [14, 14],
    [20, 20],
    [26, 20],
  ])('%i pairs count as the look at %s', (pairs, look) => {
    expect(lookAt(pairs)?.pairs).toBe(look)
  })
})

describe('decide', () => {
  const slow = [0.2, 0.22, 0.18, 0.21, 0.19, 0.2, 0.23, 0.17]
  const equal = [0.01, -0.01, 0.02, -0.02, 0.005, -0.004, 0.015, -0.012]
  const wide = [0.3, -0.3, 0.2, -0.2, 0.1, -0.1, 0.25, -0.26]
  const [look] = LOOKS

  test.each([
    ['a slow metric', [slow], 'fail'],
    ['an equal metric', [equal], 'pass'],
    ['a metric that varies too much', [wide], undefined],
    ['two equal metrics', [equal, equal], 'pass'],
    ['one slow metric of two', [equal, slow], 'fail'],
    ['one undecided metric of two', [equal, wide], undefined],
    ['no metric', [], undefined],
  ] as const)('%s', (_, metrics, decision) => {
    expect(decide(metrics, Math.log(1.05), look)).toBe(decision)
  })
})

describe('the difference of a pair', () => {
  test('is the logarithm of the ratio, positive if the candidate is worse', () => {
    const pairs = pairsOf([{ candidate: { ms: 20, cpuMs: 700, rps: 50 }, baseline: { ms: 10 } }])
    for (const metric of ['p50', 'mean', 'p95', 'cpu', 'throughput'] as const) {
      expect(pairDifferences(pairs, metric)?.[0], metric).toBeCloseTo(Math.log(2))
    }
  })

  test('is infinite if only the baseline succeeded', () => {
    const failed = { ms: 10, failed: 350 }
    const dead = pairsOf([{ candidate: failed, baseline: { ms: 10 } }])
    expect(pairDifferences(dead, 'p50')).toEqual([Number.POSITIVE_INFINITY])
    expect(pairDifferences(pairsOf([{ candidate: failed, baseline: failed }]), 'p50')).toBeUndefined()
  })

  test.each(['p50', 'mean', 'cpu', 'throughput'] as const)('a baseline that fails is no better %s', (metric) => {
    const failed = { ms: 10, failed: 350, cpuMs: null }
    const pairs = pairsOf([...pairsWith(1.2, 2), { candidate: { ms: 12 }, baseline: failed }])
    expect(pairDifferences(pairs, metric)).toHaveLength(2)
  })

  test('is unknown for a percentile of which blocks have too few requests', () => {
    const pairs = pairsOf([{ candidate: { ms: 10, requests: 199 }, baseline: { ms: 10, requests: 199 } }])
    expect(pairDifferences(pairs, 'p90')).toBeDefined()
    expect(pairDifferences(pairs, 'p95')).toBeUndefined()
  })

  test('does not include excluded pairs', () => {
    const excluded = { code: 'foreign-load', side: 'candidate', moreCores: 0.5 } as const
    const pairs = pairsOf([...pairsWith(1, 1).map((pair) => Object.assign({}, pair, { excluded })), ...pairsWith(1, 2)])
    expect(pairDifferences(pairs, 'p50')).toHaveLength(2)
  })
})

describe('decideAt', () => {
  const decideAt = (pairs: readonly ComparedPair[], tolerance: number) =>
    decideQuestion(pairs, plannedQuestion(tolerance))

  test.each([
    [1, 'pass'],
    [0.5, 'pass'],
    [1.02, 'pass'],
    [1.15, 'fail'],
    [3, 'fail'],
  ])('a candidate of %d times the time, tolerance 5%%: %s', (factor, verdict) => {
    expect(decideAt(pairsOf(pairsWith(factor)), 0.05).verdict).toBe(verdict)
  })

  test('is inconclusive near the tolerance, and leans to the side of the estimate', () => {
    expect(decideAt(pairsOf(pairsWith(1.06, 8, 0.1)), 0.05)).toMatchObject({ verdict: 'inconclusive', leaning: 'fail' })
    expect(decideAt(pairsOf(pairsWith(1.03, 8, 0.1)), 0.05)).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
  })

  test('is inconclusive with fewer than 8 pairs, and leans to no side', () => {
    expect(decideAt(pairsOf(pairsWith(2, 7)), 0.05)).toMatchObject({ verdict: 'inconclusive', leaning: 'none' })
  })

  test('is invalid if more than a quarter of the pairs is excluded', () => {
    const excluded = { code: 'steal', side: 'baseline', moreRatio: 0.2 } as const
    const some = (count: number) =>
      pairsOf(pairsWith(2, 16).map((pair, index) => Object.assign({}, pair, index < count && { excluded })))
    expect(decideAt(some(4), 0.05).verdict).toBe('fail')
    expect(decideAt(some(5), 0.05).verdict).toBe('invalid')
  })

  test('is invalid if the baseline failed in more than a quarter of the pairs', () => {
    const excluded = { code: 'baseline-failed', errorRate: 1 } as const
    const some = (count: number) =>
      pairsOf(pairsWith(1.1, 15).map((pair, index) => Object.assign({}, pair, index < count && { excluded })))
    // The pairs before the baseline died still show a slower candidate.
    expect(decideAt(some(3), 0.05).verdict).toBe('fail')
    expect(decideAt(some(4), 0.05)).toMatchObject({ verdict: 'invalid', because: 'baseline-failed' })
  })

  test('the interval of the ratio contains it', () => {
    const { ratio = 0, interval } = changeOf(pairsOf(pairsWith(1.15)), 'p50') ?? {}
    const [low = Number.NaN, high = Number.NaN] = interval ?? []
    expect(ratio).toBeCloseTo(1.15, 1)
    expect([low, ratio, high]).toEqual([low, ratio, high].toSorted((a, b) => a - b))
    expect(high - low).toBeGreaterThan(0)
  })
})
