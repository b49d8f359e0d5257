import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TailSampler } from './tail-sampler.ts'

interface Item {
  readonly scoreMs: number
  readonly because: string
}

function sampleAll(
  scores: readonly (readonly [scoreMs: number, failed: boolean])[],
  sizes = { slowest: 5, failed: 3, ordinary: 2 },
  random?: () => number,
): readonly Item[] {
  const sampler = new TailSampler<Item>(sizes, random)
  for (const [scoreMs, failed] of scores) {
    const place = sampler.offer(scoreMs, failed ? 'timeout' : undefined)
    place?.keep({ scoreMs, because: place.because })
  }
  return sampler.kept
}

describe('TailSampler', () => {
  test('keeps exactly the slowest successes, slowest first, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 300 }), (scores) => {
        const kept = sampleAll(scores.map((scoreMs) => [scoreMs, false]))
        const slowest = kept.filter(({ because }) => because === 'slowest').map(({ scoreMs }) => scoreMs)
        expect(slowest).toEqual([...scores].sort((a, b) => b - a).slice(0, 5))
      }),
    )
  })

  test('keeps no more requests of a million than of a hundred', () => {
    const many = Array.from({ length: 1_000_000 }, (_, index) => [(index * 7_919) % 977, index % 10 === 0] as const)
    expect(sampleAll(many.slice(0, 100))).toHaveLength(10)
    expect(sampleAll(many)).toHaveLength(10)
  })

  test('keeps some failed requests too, however fast they were', () => {
    const kept = sampleAll([
      ...Array.from({ length: 50 }, () => [100, false] as const),
      ...Array.from({ length: 50 }, () => [1, true] as const),
    ])
    expect(kept.filter(({ because }) => because === 'failed')).toHaveLength(3)
    expect(kept.filter(({ because }) => because === 'ordinary')).toHaveLength(2)
  })

  test('keeps each ordinary request with the same probability', () => {
    let seed = 1
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const sizes = { slowest: 1, failed: 0, ordinary: 2 }
    const drawn = new Map<number, number>()
    const ROUNDS = 3_000
    for (let round = 0; round < ROUNDS; round++) {
      // The first is the slowest; two of the other twenty are kept.
      const scores = [[1_000, false] as const, ...Array.from({ length: 20 }, (_, index) => [index, false] as const)]
      for (const { scoreMs, because } of sampleAll(scores, sizes, random)) {
        if (because === 'ordinary') drawn.set(scoreMs, (drawn.get(scoreMs) ?? 0) + 1)
      }
    }
    // Each is expected 300 times; tolerance of five standard deviations.
    for (let index = 0; index < 20; index++) expect(Math.abs((drawn.get(index) ?? 0) - ROUNDS / 10)).toBeLessThan(83)
  })
})
