import { type ComparedMetric, type ComparedPair, LOOK_PAIRS } from '../../model/comparison.ts'
import { countedPairs } from '../../model/compared-values.ts'
import type { Count, Ratio } from '../../model/units.ts'
import { standardDeviation } from '../verdict/statistics/deviation.ts'
import { changeOf, DEFAULT_METRICS } from './compare.ts'

/** What the pairs of a target with itself show: differences of equal versions are noise. */
export interface PairNoise {
  /** Standard deviation of the pairs' differences, as a share of the value. */
  readonly scatter: Ratio
  /**
   * How much the two copies of the target differed, as a share, if that is more than the scatter explains: code that is
   * compiled at other moments, or memory at other addresses. Else 0.
   */
  readonly bias: Ratio
  /** Smallest tolerance, in whole percent, at which an equal version passes in 90% of the comparisons. */
  readonly tolerance: Ratio
  /** Smallest excess of a worse version that fails at this tolerance in 90% of the comparisons. */
  readonly provable: Ratio
}

/** Margins in units of the scatter: from an equal version to the tolerance, and from there to one that is too slow. */
interface Margins {
  /** Number of pairs from which the scatter is estimated: from few pairs, it may be far too low. */
  readonly observed: Count
  /** Maximum number of pairs of the comparisons that follow. */
  readonly pairs: Count
  readonly pass: number
  readonly fail: number
}

/**
 * The largest margins that one of these needs for 90%: normal differences, Student's t with 3 degrees of freedom,
 * Laplace, and normal ones of which a tenth has 4 times the deviation; one metric, or two with a correlation of 0.8 or
 * 0.3. Simulated by `docs/calibration/pair-noise.ts`, and rounded up to the next twentieth.
 */
const MARGINS: readonly Margins[] = [
  { observed: 8, pairs: 8, pass: 2.05, fail: 2.95 },
  { observed: 8, pairs: 14, pass: 1.2, fail: 2.05 },
  { observed: 8, pairs: 20, pass: 0.9, fail: 1.45 },
  { observed: 14, pairs: 14, pass: 1.05, fail: 1.9 },
  { observed: 14, pairs: 20, pass: 0.85, fail: 1.25 },
  { observed: 20, pairs: 20, pass: 0.85, fail: 1.15 },
]

/** Rounded up, because no machine is as quiet at all times as it was once. */
const STEP: Ratio = 0.01
/** Differences below this share of a step come from floating-point numbers. */
const ROUNDING = 1e-6

/**
 * Returns what comparisons of up to `pairs` pairs can show of these metrics together, from pairs of a target with
 * itself. Undefined if fewer than 8 pairs count, or if one of the metrics cannot be compared.
 */
export function pairNoise(
  ofItself: readonly ComparedPair[],
  metrics: readonly [ComparedMetric, ...ComparedMetric[]],
  pairs: Count = LOOK_PAIRS[2],
): PairNoise | undefined {
  const counted = countedPairs(ofItself).length
  const margins = MARGINS.findLast((each) => each.observed <= counted && each.pairs <= pairs)
  const changes = metrics.map((metric) => changeOf(ofItself, metric))
  if (margins === undefined) return undefined
  let [scatter, bias] = [0, 0]
  for (const change of changes) {
    if (change === undefined || !change.differences.every(Number.isFinite)) return undefined
    scatter = Math.max(scatter, standardDeviation(change.differences))
    const [low, high] = change.interval ?? [0, Number.POSITIVE_INFINITY]
    if (low > 1 || high < 1) bias = Math.max(bias, Math.abs(Math.log(change.ratio)))
  }
  const allowed = Math.exp(bias + margins.pass * scatter) - 1
  const tolerance = Math.max(STEP, STEP * Math.ceil(allowed / STEP - ROUNDING))
  const provable = (1 + tolerance) * Math.exp(bias + margins.fail * scatter) - 1
  return { scatter, bias: Math.exp(bias) - 1, tolerance: Number(tolerance.toFixed(2)), provable }
}

/**
 * Returns what comparisons of at least `least` and at most `most` pairs can show of one metric. The median and the mean
 * decide when a comparison ends, so any other metric may have to be judged from the smallest number.
 */
export function metricNoise(
  ofItself: readonly ComparedPair[],
  metric: ComparedMetric,
  { least = LOOK_PAIRS[0], most = LOOK_PAIRS[2] }: { readonly least?: Count; readonly most?: Count } = {},
): PairNoise | undefined {
  const decides = DEFAULT_METRICS.some((each) => each === metric)
  return pairNoise(ofItself, [metric], decides ? most : least)
}
