import { LOOK_PAIRS } from '../../model/comparison.ts'
import type { Count, Ratio } from '../../model/units.ts'
import { signedRankTail } from '../verdict/statistics/signed-rank.ts'

/** A number of pairs at which a comparison is checked, and the p-values from which it is decided there. */
export interface Look {
  readonly pairs: Count
  /** Slower than allowed. */
  readonly fail: Ratio
  /** Not slower than allowed. */
  readonly pass: Ratio
  /** Fails more of its requests. */
  readonly failsMore: Ratio
}

/**
 * The looks of a comparison. However a run chooses the look at which it stops, a claim is wrong with a probability of
 * at most the sum of these values (Bonferroni): 1.4% for a fail, 11% for a pass at exactly the tolerance. With 8 pairs,
 * the smallest possible p-value is 1/256, and of two metrics it must be below half of the first value.
 * `docs/calibration/side-by-side.md` has the error rates and the power.
 */
export const LOOKS: readonly [Look, ...Look[]] = [
  { pairs: LOOK_PAIRS[0], fail: 0.008, pass: 0.05, failsMore: 0.005 },
  { pairs: LOOK_PAIRS[1], fail: 0.003, pass: 0.03, failsMore: 0.003 },
  { pairs: LOOK_PAIRS[2], fail: 0.003, pass: 0.03, failsMore: 0.003 },
]

/** Returns the look at `pairs` pairs, which counts as the next planned one; undefined if they are too few. */
export function lookAt(pairs: Count): Look | undefined {
  return pairs < LOOK_PAIRS[0] ? undefined : (LOOKS.find((look) => pairs <= look.pairs) ?? LOOKS.at(-1))
}

/**
 * Decides whether the candidate is slower than the baseline by more than `margin`, from one difference per pair, in
 * units of `margin`: positive if the candidate is slower. Several metrics are a family: a fail of one of them is a fail
 * (Holm's correction), and a pass needs a pass of each. Undefined if neither is shown.
 */
export function decide(
  metrics: readonly (readonly number[])[],
  margin: number,
  { fail, pass }: Look,
): 'pass' | 'fail' | undefined {
  const tails = (sign: 1 | -1): readonly number[] =>
    metrics.map((differences) => signedRankTail(differences.map((difference) => sign * (difference - margin))))
  // Holm's first step decides whether any of them is rejected.
  if (metrics.length > 0 && Math.min(...tails(1)) <= fail / metrics.length) return 'fail'
  return metrics.length > 0 && Math.max(...tails(-1)) <= pass ? 'pass' : undefined
}
