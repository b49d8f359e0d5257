import { atLeast, atMost } from './binomial.ts'

/** Bounds of a proportion. */
export interface ProportionBounds {
  readonly low: number
  readonly high: number
}

/**
 * Computes Clopper–Pearson bounds of a proportion from `count` observations in `n` trials. Each side misses the true
 * value with probability at most `perSide` (0.05 for a 90% interval). Exact: never too narrow. 0 and 1 if `n` is 0.
 */
export function proportionBounds(n: number, count: number, perSide: number): ProportionBounds {
  return {
    low: count <= 0 ? 0 : crossing((q) => atLeast(n, q, count) > perSide),
    high: count >= n ? 1 : crossing((q) => atMost(n, q, count) <= perSide),
  }
}

/** Returns the smallest q in [0, 1] from which `holds` is true. */
function crossing(holds: (q: number) => boolean): number {
  let low = 0
  let high = 1
  // Relative precision, because bounds of rare failures are near 0.
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) high = middle
    else low = middle
  }
  return (low + high) / 2
}
