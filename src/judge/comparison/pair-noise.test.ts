import { describe, expect, test } from 'vitest'
import { seeded } from '../verdict/simulated-services.builder.ts'
import { type PairCase, pairsOf, pairsWith } from './comparison.builder.ts'
import { decideAt, plannedQuestion } from './compare.ts'
import { LOOKS } from './looks.ts'
import { pairNoise } from './pair-noise.ts'
import { drawPair, heavyTailed, normal } from './simulated-pairs.builder.ts'

const METRICS = ['p50', 'mean'] as const

describe('the recommendation from pairs of a target with itself', () => {
  test('is a tolerance in whole percent above the scatter, and a larger slowdown', () => {
    // A deviation of 0.8%.
    const noise = pairNoise(pairsOf(pairsWith(1)), METRICS)
    expect(noise).toEqual({
      scatter: expect.closeTo(0.008, 3),
      bias: 0,
      tolerance: 0.01,
      provable: expect.closeTo(0.021, 2),
    })
    expect(pairNoise(pairsOf(pairsWith(1, 8, 0.1)), METRICS)?.tolerance).toBe(0.08)
    expect(pairNoise(pairsOf(pairsWith(1, 20, 0.1)), METRICS)?.tolerance).toBe(0.07)
  })

  test('is larger where few pairs must decide', () => {
    const pairs = pairsOf(pairsWith(1, 20, 0.1))
    const tolerances = [8, 14, 20].map((most) => pairNoise(pairs, METRICS, most)?.tolerance)
    expect(tolerances).toEqual([0.17, 0.08, 0.07])
  })

  test('includes a difference of the copies that the scatter does not explain', () => {
    const noise = pairNoise(pairsOf(pairsWith(0.94, 20)), METRICS)
    expect(noise?.bias).toBeCloseTo(1 / 0.94 - 1, 2)
    expect(noise?.tolerance).toBe(0.08)
  })

  test('is that of the noisiest metric', () => {
    const pairs = pairsOf(pairsWith(1, 20, 0.01).map((pair, index) => noisyMean(pair, index)))
    expect(pairNoise(pairs, ['p50'])?.tolerance).toBe(0.01)
    expect(pairNoise(pairs, ['mean'])?.tolerance).toBe(0.1)
    expect(pairNoise(pairs, METRICS)).toEqual(pairNoise(pairs, ['mean']))
  })

  test('is missing without 8 pairs, without figures, and where one side has none', () => {
    const excluded = { code: 'foreign-load', side: 'candidate', moreCores: 1 } as const
    const seven = pairsWith(1).map((pair, index) => (index === 0 ? Object.assign({}, pair, { excluded }) : pair))
    expect(pairNoise(pairsOf(seven), METRICS)).toBeUndefined()
    expect(pairNoise(pairsOf(pairsWith(1)), ['p99'])).toBeUndefined()
    const [first, ...others] = pairsWith(1)
    const failed = { ms: 10, requests: 350, failed: 350 }
    const oneSided = [{ candidate: failed, baseline: first?.baseline ?? failed }, ...others]
    expect(pairNoise(pairsOf(oneSided), METRICS)).toBeUndefined()
  })

  test('does not divide by nothing if all pairs are equal', () => {
    expect(pairNoise(pairsOf(pairsWith(1, 8, 0)), METRICS)).toEqual({
      scatter: 0,
      bias: 0,
      tolerance: 0.01,
      provable: expect.closeTo(0.01, 6),
    })
  })
})

/** The mean of the candidate alternates by 10%. */
function noisyMean({ candidate, baseline }: PairCase, index: number): PairCase {
  return { candidate: { ...candidate, meanMs: index % 2 === 0 ? 9 : 11 }, baseline: { ...baseline, meanMs: 10 } }
}

// At least 92% of 3 000 comparisons in `docs/calibration/pair-noise.md`; the seeds make this test repeatable.
describe.each([
  ['normal differences', normal],
  ['differences with outliers', heavyTailed],
])('the recommendation holds for %s', (_, draw) => {
  test.for([
    { observed: 8, pairs: 20, scatter: 0.02 },
    { observed: 14, pairs: 20, scatter: 0.08 },
    { observed: 20, pairs: 20, scatter: 0.04 },
  ])('of $scatter, seen in $observed pairs', ({ observed, pairs, scatter }) => {
    const RUNS = 200
    const metrics = { draw, scatter, correlation: 0.8, count: 2 }
    const random = seeded(17)
    const drawn = (count: number, factor: number): readonly PairCase[] =>
      Array.from({ length: count }, () => {
        const [p50 = 0, mean = 0] = drawPair(factor, metrics, random)
        const candidate = { ms: 10 * Math.exp(p50), meanMs: 10 * Math.exp(mean) }
        return { candidate, baseline: { ms: 10, meanMs: 10 } }
      })
    let [passed, alarms, found] = [0, 0, 0]
    for (let run = 0; run < RUNS; run++) {
      const noise = pairNoise(pairsOf(drawn(observed, 1)), METRICS, pairs)
      if (noise === undefined) throw new TypeError('there are enough pairs')
      const equal = verdictOf(drawn(pairs, 1), noise.tolerance)
      if (equal === 'pass') passed++
      if (equal === 'fail') alarms++
      if (verdictOf(drawn(pairs, 1 + noise.provable), noise.tolerance) === 'fail') found++
    }
    expect(passed / RUNS).toBeGreaterThanOrEqual(0.9)
    expect(found / RUNS).toBeGreaterThanOrEqual(0.9)
    expect(alarms).toBe(0)
  })
})

/** Decides as a run does: at the first look that decides. */
function verdictOf(cases: readonly PairCase[], tolerance: number): string {
  const pairs = pairsOf(cases)
  const verdicts = LOOKS.map(
    (look) => decideAt(pairs.slice(0, look.pairs), { ...plannedQuestion(tolerance), metrics: METRICS }).verdict,
  )
  return verdicts.find((verdict) => verdict !== 'inconclusive') ?? 'inconclusive'
}
