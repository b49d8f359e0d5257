import { atMost } from './binomial.ts'

/** Ranks (from 1) of the order statistics that enclose a quantile; undefined if no finite bound exists. */
export interface QuantileRanks {
  readonly low: number | undefined
  readonly high: number | undefined
}

/**
 * Computes the distribution-free interval of the `p`-quantile from `n` independent values: the largest l with
 * P[Bin(n, p) ≤ l − 1] ≤ `perSide` and the smallest u with P[Bin(n, p) ≤ u − 1] ≥ 1 − `perSide`. For p99 at 95%,
 * 1 000 values have the ranks 983 and 997, and fewer than 368 values have no upper bound.
 */
export function quantileRanks(n: number, p: number, perSide: number): QuantileRanks {
  const low = firstWhere(1, n, (rank) => atMost(n, p, rank - 1) > perSide) - 1
  const high = firstWhere(1, n, (rank) => atMost(n, p, rank - 1) >= 1 - perSide)
  return { low: low < 1 ? undefined : low, high: high > n ? undefined : high }
}

/** Returns the first integer in from … to for which a monotonic condition holds; `to + 1` if there is none. */
function firstWhere(from: number, to: number, holds: (value: number) => boolean): number {
  let low = from
  let high = to + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
