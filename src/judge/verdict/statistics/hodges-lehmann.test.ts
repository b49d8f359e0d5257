import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shiftOf } from './hodges-lehmann.ts'
import { signedRankTail } from './signed-rank.ts'

test('estimates the centre by the median of the means of all pairs', () => {
  // Means: 1, 1.5, 2, 3, 3.5, 5.
  expect(shiftOf([1, 2, 5], 0.05).estimate).toBe(2.5)
})

test('has no limits with too few differences', () => {
  expect(shiftOf([1, 2, 3, 4], 0.05)).toMatchObject({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY })
  // 2⁻⁵ = 3.1%.
  expect(shiftOf([1, 2, 3, 4, 5], 0.05)).toMatchObject({ low: 1, high: 5 })
})

test('its limits are where the signed-rank test changes its decision', () => {
  const differences = fc.uniqueArray(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 8, maxLength: 14 })
  fc.assert(
    fc.property(differences, fc.constantFrom(0.003, 0.01, 0.05), (all, perSide) => {
      const { low, high } = shiftOf(all, perSide)
      fc.pre(Number.isFinite(low))
      const isAbove = (margin: number): boolean => signedRankTail(all.map((each) => each - margin)) <= perSide
      const isBelow = (margin: number): boolean => signedRankTail(all.map((each) => margin - each)) <= perSide
      expect([isAbove(low - 0.1), isAbove(low + 0.1)]).toEqual([true, false])
      expect([isBelow(high + 0.1), isBelow(high - 0.1)]).toEqual([true, false])
    }),
    { numRuns: 100 },
  )
})

test('accepts infinite differences', () => {
  expect(shiftOf([1, 2, 3, Number.POSITIVE_INFINITY], 0.05).estimate).toBe(2.75)
})
