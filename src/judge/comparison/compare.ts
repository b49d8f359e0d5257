import { type ComparedMetric, type ComparedPair, type ComparedTime, MAX_EXCLUDED } from '../../model/comparison.ts'
import type { Comparison } from '../../model/result.ts'
import type { Ratio } from '../../model/units.ts'
import type { Leaning } from '../../model/verdict.ts'
import { shiftOf } from '../verdict/statistics/hodges-lehmann.ts'
import { decide, lookAt } from './looks.ts'
import { countedPairs, type Part, pairDifferences } from './pair-differences.ts'

/** Probability beyond each end of the reported interval of 90%. */
const PER_SIDE = 0.05

/** The metrics of a comparison that names none. */
export const DEFAULT_METRICS: readonly [ComparedTime, ...ComparedTime[]] = ['p50', 'mean']

/** How much worse one metric of the candidate is. */
export interface MetricChange {
  readonly metric: ComparedMetric
  /** See `pairDifferences`. */
  readonly differences: readonly number[]
  /** Candidate divided by baseline, of throughput baseline divided by candidate: above 1 is worse. */
  readonly ratio: number
  /** 90% interval of `ratio`; null if there are too few pairs. */
  readonly interval: readonly [low: number, high: number] | null
}

/** Returns how much worse a metric is; undefined if it cannot be compared. */
export function changeOf(
  pairs: readonly ComparedPair[],
  metric: ComparedMetric,
  part?: Part,
): MetricChange | undefined {
  const differences = pairDifferences(pairs, metric, part)
  if (differences === undefined) return undefined
  const { estimate, low, high } = shiftOf(differences, PER_SIDE)
  const hasInterval = low > Number.NEGATIVE_INFINITY || high < Number.POSITIVE_INFINITY
  return {
    metric,
    differences,
    ratio: Math.exp(estimate),
    interval: hasInterval ? [Math.exp(low), Math.exp(high)] : null,
  }
}

/** What the pairs show at a tolerance. */
export interface Decision {
  readonly verdict: Comparison['verdict']
  readonly leaning?: Leaning
  /** The metric that decided it, or that is the worst one; undefined if none can be compared. */
  readonly worst: MetricChange | undefined
}

/**
 * Decides whether the candidate is worse than the baseline by more than `tolerance` in any of the metrics. Too many
 * excluded pairs make it invalid, because what excludes them may also have affected the others.
 */
export function decideAt(
  pairs: readonly ComparedPair[],
  tolerance: Ratio,
  metrics: readonly ComparedMetric[] = DEFAULT_METRICS,
  part?: Part,
): Decision {
  const counted = countedPairs(pairs)
  const changes = metrics.flatMap((metric) => changeOf(pairs, metric, part) ?? [])
  const worst = changes.toSorted((a, b) => b.ratio - a.ratio)[0]
  if (pairs.length - counted.length > MAX_EXCLUDED * pairs.length) return { verdict: 'invalid', worst }
  const look = lookAt(counted.length)
  if (worst === undefined || look === undefined || changes.length < metrics.length) {
    return { verdict: 'inconclusive', leaning: 'none', worst }
  }
  const margin = Math.log(1 + tolerance)
  const decided = decide(
    changes.map(({ differences }) => differences),
    margin,
    look,
  )
  if (decided !== undefined) return { verdict: decided, worst }
  return { verdict: 'inconclusive', leaning: worst.ratio > 1 + tolerance ? 'fail' : 'pass', worst }
}
