import {
  type ComparedErrors,
  type ComparedMetric,
  type ComparedPair,
  type ComparedTime,
  MAX_EXCLUDED,
  USELESS_BASELINE,
} from '../../model/comparison.ts'
import { countedPairs, hasFailedBaseline, type Part } from '../../model/compared-values.ts'
import type { Comparison } from '../../model/result.ts'
import type { Count, Ratio } from '../../model/units.ts'
import type { Leaning } from '../../model/verdict.ts'
import { shiftOf } from '../verdict/statistics/hodges-lehmann.ts'
import { comparedErrors } from './compared-errors.ts'
import { decide, lookAt } from './looks.ts'
import { pairDifferences } from './pair-differences.ts'

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

/** What is asserted of a comparison. */
export interface ComparisonQuestion {
  readonly metrics: readonly [ComparedMetric, ...ComparedMetric[]]
  /** Allowed excess: 0.05 allows 5% more time, or 5% fewer requests. */
  readonly tolerance: Ratio
  /** Allowed excess of the share of failed requests: 0.01 is one percentage point. */
  readonly errorTolerance: Ratio
  /** Name of an operation; undefined for all requests. */
  readonly part: Part
  /**
   * Number of parts of which a single worse one is a fail. Each gets an equal part of the wrong fails, which is Holm's
   * first step for all of them. Default: 1.
   */
  readonly family?: Count
}

/** Returns what a plan asks of its comparison. */
export function plannedQuestion(tolerance: Ratio): ComparisonQuestion {
  return { metrics: DEFAULT_METRICS, tolerance, errorTolerance: 0, part: undefined }
}

/** What the pairs show. */
export interface Decision {
  readonly verdict: Comparison['verdict']
  readonly leaning?: Leaning
  /**
   * What decided it, if not the metrics: the baseline failed most of its requests, the candidate is shown to fail more
   * of them or may fail more of them, or too many pairs were disturbed.
   */
  readonly because?: 'baseline-failed' | 'fails-more' | 'may-fail-more' | 'pairs-disturbed'
  /** The metric that decided it, or that is the worst one; undefined if none can be compared. */
  readonly worst: MetricChange | undefined
  readonly errors: ComparedErrors
}

/**
 * Decides whether the candidate is worse than the baseline by more than the tolerance in any of the metrics. A candidate
 * that fails more of its requests is worse, however fast it fails. Too many excluded pairs make it invalid, because
 * what excludes them may also have affected the others.
 */
export function decideAt(
  pairs: readonly ComparedPair[],
  { metrics, tolerance, errorTolerance, part, family = 1 }: ComparisonQuestion,
): Decision {
  const counted = countedPairs(pairs)
  const changes = metrics.flatMap((metric) => changeOf(pairs, metric, part) ?? [])
  const worst = changes.toSorted((a, b) => b.ratio - a.ratio)[0]
  const errors = comparedErrors(pairs, errorTolerance, part, family)
  const shown = { worst, errors }
  if (errors.baseline > USELESS_BASELINE || hasFailedBaseline(pairs)) {
    return { verdict: 'invalid', because: 'baseline-failed', ...shown }
  }
  if (errors.isMore) return { verdict: 'fail', because: 'fails-more', ...shown }
  if (pairs.length - counted.length > MAX_EXCLUDED * pairs.length) {
    return { verdict: 'invalid', because: 'pairs-disturbed', ...shown }
  }
  if (errors.mayBeMore) {
    return { verdict: 'inconclusive', leaning: 'fail', because: 'may-fail-more', ...shown }
  }
  const look = lookAt(counted.length)
  if (worst === undefined || look === undefined || changes.length < metrics.length) {
    return { verdict: 'inconclusive', leaning: 'none', ...shown }
  }
  const margin = Math.log(1 + tolerance)
  const decided = decide(
    changes.map(({ differences }) => differences),
    margin,
    { ...look, fail: look.fail / family },
  )
  if (decided !== undefined) return { verdict: decided, ...shown }
  return { verdict: 'inconclusive', leaning: worst.ratio > 1 + tolerance ? 'fail' : 'pass', ...shown }
}
