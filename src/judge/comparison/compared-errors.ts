import type { ComparedErrors, ComparedPair } from '../../model/comparison.ts'
import { countedPairs, failedShare, type Part } from '../../model/compared-values.ts'
import { sum } from '../../model/sum.ts'
import type { Count, Ratio } from '../../model/units.ts'
import { standardDeviation } from '../verdict/statistics/deviation.ts'
import { signedRankTail } from '../verdict/statistics/signed-rank.ts'
import { lookAt } from './looks.ts'

/**
 * Excess of the share of failed requests, above the tolerance and above chance, from which a candidate cannot pass,
 * although it is not shown to fail more.
 */
const SUSPECT: Ratio = 0.01
/** Standard errors that chance exceeds in 5% of the comparisons. */
const CHANCE = 1.645

/**
 * Judges whether the candidate fails more of its requests than the baseline, by more than `tolerance` (0.01 is one
 * percentage point), from the difference of the shares in each pair: d = f_candidate / n_candidate − f_baseline /
 * n_baseline. A ratio would have no value where nothing fails.
 *
 * Both sides get the same requests, and the seed draws which is first. If they fail equally often, d and −d are
 * equally likely in each pair, however rare failures are and however they cluster, so that the exact one-sided
 * signed-rank test of d − tolerance holds its level. Pairs without a difference do not count. At a tolerance above 0, the
 * shares of rare failures are skewed to the right, which makes a false alarm less likely. `family`: see
 * `ComparisonQuestion`.
 */
export function comparedErrors(
  pairs: readonly ComparedPair[],
  tolerance: Ratio = 0,
  part?: Part,
  family: Count = 1,
): ComparedErrors {
  const shares = countedPairs(pairs).map(({ candidate, baseline }) => ({
    candidate: failedShare(candidate, part),
    baseline: failedShare(baseline, part),
  }))
  const mean = (side: 'candidate' | 'baseline'): Ratio =>
    sum(shares.map((each) => each[side])) / Math.max(1, shares.length)
  const pValue = signedRankTail(shares.map(({ candidate, baseline }) => candidate - baseline - tolerance))
  const look = lookAt(shares.length)
  const [candidate, baseline] = [mean('candidate'), mean('baseline')]
  const isMore = look !== undefined && pValue <= look.failsMore / family
  // If both fail alike, the blocks of the baseline show how much the shares scatter.
  const chance = CHANCE * Math.sqrt(2 / shares.length) * standardDeviation(shares.map((each) => each.baseline))
  const mayBeMore = !isMore && candidate - baseline > tolerance + SUSPECT + chance
  return { candidate, baseline, pValue, isMore, mayBeMore }
}
