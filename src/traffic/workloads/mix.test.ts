import { expect, it } from 'vitest'
import { shareOfMix } from './mix.ts'

const POSITIONS = Array.from({ length: 20_000 }, (_, position) => position)

it('assigns every position to exactly one entry, in proportion to the weights', () => {
  const weights = [6, 3, 1]
  const shares = weights.map((_, index) => shareOfMix(weights, index, 'seed'))
  const takers = POSITIONS.map((position) => shares.filter((takes) => takes(position)).length)
  expect(new Set(takers)).toEqual(new Set([1]))
  const counts = shares.map((takes) => POSITIONS.filter(takes).length / POSITIONS.length)
  for (const [index, weight] of weights.entries()) expect(counts[index]).toBeCloseTo(weight / 10, 1)
})

it('assigns every position to a single entry', () => {
  expect(POSITIONS.every(shareOfMix([1], 0, 'seed'))).toBe(true)
})

it('assigns positions differently for another seed', () => {
  const [one, other] = ['a', 'b'].map((seed) => shareOfMix([1, 1], 0, seed))
  expect(POSITIONS.some((position) => one?.(position) !== other?.(position))).toBe(true)
})
