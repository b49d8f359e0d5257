import { expect, test } from 'vitest'
import { signedRankTail } from './signed-rank.ts'

test.each<[string, readonly number[], number]>([
  ['all differences are positive', [1, 2, 3, 4, 5], 1 / 32],
  // Published table for n = 5: P[W ≥ 14] = 2/32.
  ['the smallest one is negative', [-1, 2, 3, 4, 5], 2 / 32],
  ['all are negative', [-1, -2, -3, -4, -5], 1],
  ['tied values share a rank', [1, 1, 1, 1], 1 / 16],
  // Ranks 1.5, 1.5, 3; sums of at least 4.5: all, and those without one of the tied ones.
  ['one of two tied ones is negative', [-1, 1, 3], 3 / 8],
  ['one is zero', [0, 1, 2], 1 / 4],
  ['differences are infinite', [Infinity, Infinity, 1], 1 / 8],
  ['there is none', [], 1],
])('the exact tail if %s', (_, differences, tail) => {
  expect(signedRankTail(differences)).toBeCloseTo(tail, 12)
})
