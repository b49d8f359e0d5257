import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { designEffect, type BatchSum } from './design-effect.ts'

/** `count` batches of 100 requests with `slow(i)` slow requests each. */
function batches(count: number, slow: (i: number) => number): BatchSum[] {
  return Array.from({ length: count }, (_, i) => ({ sum: slow(i), of: 100 }))
}

describe('the design effect', () => {
  test('is 1 when slow requests are spread evenly', () => {
    expect(
      designEffect(
        batches(40, () => 1),
        0.01 * 0.99,
      ),
    ).toBe(1)
  })

  test('is 1 when the quantity does not vary', () => {
    expect(
      designEffect(
        batches(40, () => 0),
        0,
      ),
    ).toBe(1)
  })

  test('is the number of slow requests, plus the allowance, when all of them are in one of 20 batches', () => {
    // 20 of 2 000 in one batch: Σ(k − 1)² = 19² + 19 = 380; 380/2 000/0.0099 · 20/19 = 20.2.
    const effect = designEffect(
      batches(20, (i) => (i === 7 ? 20 : 0)),
      0.0099,
    )
    expect(effect).toBeCloseTo(1 + 1.5 * (20.202 - 1), 2)
  })

  test('detects slow changes by merging neighbouring batches', () => {
    const slow = (i: number): number => (i % 8 < 4 ? 2 : 0)
    const together = designEffect(batches(80, slow), 0.0099) ?? 0
    const alone = designEffect(batches(39, slow), 0.0099) ?? 0
    expect(together).toBeGreaterThan(2 * alone)
  })

  test('is undefined with fewer than 20 batches with requests', () => {
    expect(
      designEffect(
        batches(19, () => 1),
        0.01,
      ),
    ).toBeUndefined()
    const empty = Array.from({ length: 30 }, () => ({ sum: 0, of: 0 }))
    expect(designEffect([...batches(19, () => 1), ...empty], 0.01)).toBeUndefined()
    expect(designEffect([...batches(20, () => 1), ...empty], 0.01)).toBe(1)
  })

  test('is at least 1 and does not depend on the order of batches that cannot be merged', () => {
    const any = fc.array(fc.record({ sum: fc.nat(50), of: fc.integer({ min: 50, max: 500 }) }), {
      minLength: 20,
      maxLength: 20,
    })
    fc.assert(
      fc.property(any, (some) => {
        const effect = designEffect(some, 0.05) ?? 0
        expect(effect).toBeGreaterThanOrEqual(1)
        const pairs = some.flatMap((_, i) => (i % 2 === 0 ? [[some[i], some[i + 1]]] : []))
        const reversed = pairs.toReversed().flat() as BatchSum[]
        expect(designEffect(reversed, 0.05)).toBeCloseTo(effect, 9)
      }),
    )
  })
})
