import type { BlockFigures, BlockRequests, ComparedMetric, ComparedPair, ComparedTime } from '../../model/comparison.ts'
import type { Comparison } from '../../model/result.ts'
import type { Count, Ms } from '../../model/units.ts'
import { median } from '../verdict/statistics/median.ts'

/** Requests beyond a percentile that a block must have for the percentile to be comparable. */
const MIN_BEYOND = 10

const PERCENTILES: Readonly<Partial<Record<ComparedMetric, number>>> = { p90: 90, p95: 95, p99: 99 }

const TIMES = {
  p50: ({ p50Ms }) => p50Ms,
  mean: ({ meanMs }) => meanMs,
  p90: ({ p90Ms }) => p90Ms,
  p95: ({ p95Ms }) => p95Ms,
  p99: ({ p99Ms }) => p99Ms,
} satisfies Readonly<Record<ComparedTime, (times: BlockRequests['responseTime']) => Ms | undefined>>

/** Which requests of the blocks are compared: all, or those of one operation. */
export type Part = string | undefined

/** Returns the requests that a block needs for a metric. */
export function requestsNeeded(metric: ComparedMetric): Count {
  const percentile = PERCENTILES[metric]
  return percentile === undefined ? 1 : Math.ceil((100 * MIN_BEYOND) / (100 - percentile))
}

/** Returns the pairs that count. */
export function countedPairs(pairs: readonly ComparedPair[]): readonly ComparedPair[] {
  return pairs.filter(({ excluded }) => excluded === undefined)
}

/**
 * Returns ln(candidate / baseline) of a metric for each counted pair, with the sign that makes a worse candidate
 * positive. Infinite where only one side has a value, for example because nothing of the other one succeeded; a pair
 * where neither has one is left out. Undefined if the blocks have too few requests for the metric, or if it was not
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
    const [candidate, baseline] = [valueOf(pair.candidate, metric, part), valueOf(pair.baseline, metric, part)]
    if (candidate === undefined && baseline === undefined) return []
    if (candidate === undefined) return [Number.POSITIVE_INFINITY]
    if (baseline === undefined) return [Number.NEGATIVE_INFINITY]
    const difference = Math.log(candidate / baseline)
    return Number.isNaN(difference) ? [] : [metric === 'throughput' ? -difference : difference]
  })
  return differences.length === 0 ? undefined : differences
}

/** Returns the median over the counted pairs of both sides' values of a metric: ms, or requests per second. */
export function typicalValues(
  { pairs }: Pick<Comparison, 'pairs'>,
  metric: ComparedMetric,
  part?: Part,
): { readonly candidate: number; readonly baseline: number } {
  const typical = (side: 'candidate' | 'baseline'): number =>
    median(countedPairs(pairs).flatMap((pair) => valueOf(pair[side], metric, part) ?? []))
  return { candidate: typical('candidate'), baseline: typical('baseline') }
}

/** Undefined where the block has no such value. */
function valueOf(block: BlockFigures, metric: ComparedMetric, part: Part): number | undefined {
  const requests = requestsOf(block, part)
  if (requests === undefined) return undefined
  if (metric === 'throughput') return requests.throughputRps
  if (metric !== 'cpu') return TIMES[metric](requests.responseTime)
  // The CPU time is that of all requests of the block.
  return part !== undefined || block.cpuMs === null || block.requests === 0 ? undefined : block.cpuMs / block.requests
}

export function requestsOf(block: BlockFigures, part: Part): BlockRequests | undefined {
  return part === undefined ? block : Object.hasOwn(block.operations, part) ? block.operations[part] : undefined
}
