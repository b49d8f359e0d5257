import type { Bounds } from '../../model/protocols-findings.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import { designEffect } from '../verdict/design-effect.ts'
import { failuresByBatch } from '../verdict/error-rate.ts'
import { latencyCourse, requestsIn } from '../verdict/latencies.ts'
import { percentileInterval } from '../verdict/percentile-interval.ts'
import { percentileDesignEffect } from '../verdict/percentile-share.ts'
import { proportionBounds, quantileRanks } from '../verdict/statistics/binomial-intervals.ts'

/** Probability that the true value lies beyond one end: 95% intervals. */
const PER_SIDE = 0.025

/**
 * Returns the interval of the median of rounds: order statistics, so it needs no distribution. Null if there are too
 * few rounds.
 */
export function medianBounds(rounds: readonly number[]): Bounds | null {
  const sorted = rounds.toSorted((a, b) => a - b)
  const { low, high } = quantileRanks(sorted.length, 0.5, PER_SIDE)
  if (low === undefined && high === undefined) return null
  return [
    endOf(low === undefined ? undefined : sorted[low - 1]),
    endOf(high === undefined ? undefined : sorted[high - 1]),
  ]
}

/**
 * Returns the interval of a percentile of the response times of a run. Correlated requests count as fewer independent
 * ones. Null if the run has too few batches for an estimate of the correlation.
 */
export function percentileBounds(run: LoadResult, percentile: number): Bounds | null {
  const course = latencyCourse(run, 'responseTime')
  const effect = percentileDesignEffect(course, percentile)
  if (effect === undefined || requestsIn(course.whole) === 0) return null
  const effective = Math.floor(requestsIn(course.whole) / effect)
  const [low, high] = percentileInterval(course.whole, percentile, { perSide: PER_SIDE, effective })
  return low === undefined && high === undefined ? null : [endOf(low), endOf(high)]
}

/**
 * Returns the interval of the share of requests lost in all runs together. The losses of one outage count as one,
 * because neighbouring requests share their fate.
 */
export function lostBounds(runs: readonly JudgedFigures[]): Bounds | null {
  const batches = runs.flatMap(failuresByBatch)
  const [lost, of] = [sum(batches.map((batch) => batch.sum)), sum(batches.map((batch) => batch.of))]
  const share = lost / of
  const effect = of === 0 ? undefined : designEffect(batches, share * (1 - share))
  if (effect === undefined) return null
  const n = Math.floor(of / effect)
  return [
    proportionBounds(n, Math.floor(lost / effect), PER_SIDE).low,
    proportionBounds(n, Math.min(n, Math.ceil(lost / effect)), PER_SIDE).high,
  ]
}

function endOf(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value
}
