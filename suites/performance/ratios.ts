import { median } from '../../src/judge/verdict/statistics/median.ts'

/** A ratio over several rounds. */
export interface RatioOfRounds {
  readonly median: number
  /** Distribution-free interval of the median: 96% for nine rounds. */
  readonly interval: readonly [low: number, high: number]
}

/**
 * Returns the median of paired ratios, one per round, with the interval between two of them in order (sign test): each
 * is beyond the true median with a probability of at most 2.5% on its side, as far as there are enough rounds.
 */
export function ratioOf(ratios: readonly number[]): RatioOfRounds {
  const sorted = ratios.toSorted((a, b) => a - b)
  const rank = beyond(sorted.length)
  return { median: median(sorted), interval: [sorted[rank] ?? Number.NaN, sorted.at(-1 - rank) ?? Number.NaN] }
}

/** Number of values outside of the interval on each side: the largest k with P(Binomial(n, ½) ≤ k) ≤ 2.5%, or 0. */
function beyond(n: number): number {
  let term = 0.5 ** n
  let sum = term
  let k = -1
  while (sum <= 0.025) {
    k++
    term *= (n - k) / (k + 1)
    sum += term
  }
  return Math.max(0, k)
}
