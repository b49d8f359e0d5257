import { expect, test } from 'vitest'
import { comparedRun, pairsWith } from '../../../judge/comparison/comparison.builder.ts'
import { noiseFigures } from './noise.ts'

const HOW = { blockMs: 1_000, rate: 100, throttledRatio: null }

test('the noise is that of the metrics, and of the median and the mean together', () => {
  const pairs = pairsWith(1, 14, 0.05).map(({ candidate, baseline }, pair) => ({
    candidate: { ...candidate, meanMs: pair % 2 === 0 ? 9 : 11 },
    baseline: { ...baseline, meanMs: 10 },
  }))
  const noise = noiseFigures(comparedRun(pairs), HOW)
  expect(noise).toMatchObject({ ...HOW, pairs: 14, excluded: 0 })
  const [p50, mean, cpu] = noise?.metrics ?? []
  expect([p50?.metric, mean?.metric, cpu?.metric]).toEqual(['p50', 'mean', 'cpu'])
  expect(p50?.scatter).toBeCloseTo(0.037, 3)
  expect(mean?.scatter).toBeCloseTo(0.104, 3)
  expect(cpu?.scatter).toBe(0)
  expect([noise?.tolerance, noise?.provable]).toEqual([mean?.tolerance, mean?.provable])
})

test('disturbed pairs show nothing about the others', () => {
  const excluded = { code: 'foreign-load', side: 'candidate', moreCores: 0.71 } as const
  const some = (count: number) =>
    pairsWith(1, 14).map((pair, index) => (index < count ? Object.assign({}, pair, { excluded }) : pair))
  expect(noiseFigures(comparedRun(some(3)), HOW)?.metrics).toHaveLength(3)
  expect(noiseFigures(comparedRun(some(4)), HOW)).toMatchObject({
    pairs: 14,
    excluded: 4,
    metrics: [],
    tolerance: null,
    provable: null,
  })
})

test('nothing is known without a complete pair', () => {
  expect(noiseFigures(comparedRun([]), HOW)).toBeNull()
})
