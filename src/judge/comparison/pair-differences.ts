import type { ComparedMetric, ComparedPair } from '../../model/comparison.ts'
import { comparedValue, countedPairs, type Part, requestsOf } from '../../model/compared-values.ts'
import type { Comparison } from '../../model/result.ts'
import type { Count } from '../../model/units.ts'
import { median } from '../verdict/statistics/median.ts'

/** Requests beyond a percentile that a block must have for the percentile to be comparable. */
const MIN_BEYOND = 10

const PERCENTILES: Readonly<Partial<Record<ComparedMetric, number>>> = { p90: 90, p95: 95, p99: 99 }

/** Returns the requests that a block needs for a metric. */
export function requestsNeeded(metric: ComparedMetric): Count {
  const percentile = PERCENTILES[metric]
  return percentile === undefined ? 1 : Math.ceil((100 * MIN_BEYOND) / (100 - percentile))
}

/**
 * Returns ln(candidate / baseline) of a metric for each counted pair, with the sign that makes a worse candidate
 * positive. Infinite where only the baseline has a value, for example because nothing of the candidate succeeded. A pair
 * is left out if its baseline has no value, because a baseline that fails does not make the candidate better, and if its
 * CPU time is known of one side only. Undefined if the blocks have too few requests for the metric, or if it was not
 * measured.
 */
export function pairDifferences(
  pairs: readonly ComparedPair[],
  metric: ComparedMetric,
  part?: Part,
): readonly number[] | undefined {
  const counted = countedPairs(pairs)
  const needed = requestsNeeded(metric)
  const requests = counted.map(({ baseline }) => requestsOf(baseline, part)?.requests ?? 0)
  if (requests.length === 0 || median(requests) < needed) return undefined
  const differences = counted.flatMap((pair) => {
    const [candidate, baseline] = [
      comparedValue(pair.candidate, metric, part),
      comparedValue(pair.baseline, metric, part),
    ]
    if (baseline === undefined || baseline === 0) return []
    if (candidate === undefined) return metric === 'cpu' ? [] : [Number.POSITIVE_INFINITY]
    const difference = Math.log(candidate / baseline)
    return [metric === 'throughput' ? -difference : difference]
  })
  return differences.length === 0 ? undefined : differences
}

/** Returns the median over the counted pairs of both sides' values of a metric: ms, or requests per second; else NaN. */
export function typicalValues(
  { pairs }: Pick<Comparison, 'pairs'>,
  metric: ComparedMetric,
  part?: Part,
): { readonly candidate: number; readonly baseline: number } {
  const typical = (side: 'candidate' | 'baseline'): number =>
    median(countedPairs(pairs).flatMap((pair) => comparedValue(pair[side], metric, part) ?? []))
  return { candidate: typical('candidate'), baseline: typical('baseline') }
}
