import type { Ratio } from '../../../model/units.ts'
import { median } from './median.ts'

/** An estimate of the centre of differences, with one-sided limits. */
export interface Shift {
  /** Median of the means of all pairs of differences, each also with itself (Hodges and Lehmann 1963). */
  readonly estimate: number
  /** The centre is above it with the asked confidence; −∞ if there are too few differences. */
  readonly low: number
  /** The centre is below it with the asked confidence; +∞ if there are too few differences. */
  readonly high: number
}

/**
 * Estimates the centre of symmetric differences. The limits invert the exact signed-rank test (Hollander and Wolfe,
 * Nonparametric Statistical Methods, 3.3): each is exceeded with a probability of at most `perSide`. NaN for an empty
 * list; differences may be infinite.
 */
export function shiftOf(differences: readonly number[], perSide: Ratio): Shift {
  const means = walshAverages(differences)
  const beyond = ranksBeyond(differences.length, perSide)
  const at = (index: number, otherwise: number): number => (beyond === 0 ? otherwise : (means[index] ?? otherwise))
  return {
    estimate: median(means),
    low: at(beyond - 1, Number.NEGATIVE_INFINITY),
    high: at(means.length - beyond, Number.POSITIVE_INFINITY),
  }
}

function walshAverages(differences: readonly number[]): readonly number[] {
  const means = differences.flatMap((first, i) => differences.slice(i).map((second) => meanOf(first, second)))
  return means.toSorted((a, b) => a - b)
}

/** Opposite infinities cancel out. */
function meanOf(first: number, second: number): number {
  return first === -second ? 0 : (first + second) / 2
}

/** Returns how many of the smallest means lie beyond a limit: the largest k with P(W ≤ k − 1) ≤ `perSide`. */
function ranksBeyond(count: number, perSide: Ratio): number {
  // Number of sign patterns by the sum of their positive ranks.
  let chances = new Float64Array([1])
  for (let rank = 1; rank <= count; rank++) {
    const next = new Float64Array(chances.length + rank)
    chances.forEach((chance, sum) => {
      next[sum] = (next[sum] ?? 0) + chance / 2
      next[sum + rank] = (next[sum + rank] ?? 0) + chance / 2
    })
    chances = next
  }
  let beyond = 0
  for (let tail = chances[0] ?? 1; tail <= perSide; tail += chances[beyond] ?? 1) beyond++
  return beyond
}
