import { atLeast, atMost } from './binomial.ts'

/** Bounds between which a proportion lies. */
export interface ProportionBounds {
  readonly low: number
  readonly high: number
}

/**
 * Clopper–Pearson bounds of a proportion of which `count` in `n` were seen, each side missed with probability
 * `perSide` (0.05 makes a 90% interval). Exact: never too narrow. Without trials they are 0 and 1.
 */
export function proportionBounds(n: number, count: number, perSide: number): ProportionBounds {
  return {
    low: count <= 0 ? 0 : crossing((q) => atLeast(n, q, count) > perSide),
    high: count >= n ? 1 : crossing((q) => atMost(n, q, count) <= perSide),
  }
}

/** The smallest q in [0, 1] from which on `holds` is true. */
function crossing(holds: (q: number) => boolean): number {
  let low = 0
  let high = 1
  // Relative precision as well: bounds of rare failures lie near 0.
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) high = middle
    else low = middle
  }
  return (low + high) / 2
}
