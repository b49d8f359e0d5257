import {
  type BlockFigures,
  type BlockRequests,
  type ComparedMetric,
  type ComparedPair,
  type ComparedTime,
  MAX_EXCLUDED,
} from './comparison.ts'
import { sum } from './sum.ts'
import type { Count, Ms, Ratio } from './units.ts'

const TIMES = {
  p50: ({ p50Ms }) => p50Ms,
  mean: ({ meanMs }) => meanMs,
  p90: ({ p90Ms }) => p90Ms,
  p95: ({ p95Ms }) => p95Ms,
  p99: ({ p99Ms }) => p99Ms,
} satisfies Readonly<Record<ComparedTime, (times: BlockRequests['responseTime']) => Ms | undefined>>

/** Which requests of the blocks are compared: all, or those of one operation. */
export type Part = string | undefined

/** Returns the pairs that count. */
export function countedPairs(pairs: readonly ComparedPair[]): readonly ComparedPair[] {
  return pairs.filter(({ excluded }) => excluded === undefined)
}

/** Whether the baseline failed in so many of `count` pairs that there is nothing to compare with. */
export function hasFailedBaseline(pairs: readonly ComparedPair[], count: Count = pairs.length): boolean {
  return pairs.filter(({ excluded }) => excluded?.code === 'baseline-failed').length > MAX_EXCLUDED * count
}

/** Returns the share of the requests of all pairs that the baseline failed. */
export function failedByBaseline(pairs: readonly ComparedPair[], part?: Part): Ratio {
  return sum(pairs.map(({ baseline }) => failedShare(baseline, part))) / Math.max(1, pairs.length)
}

/** Returns the value of a metric in a block, in ms or in requests per second; undefined if the block has none. */
export function comparedValue(block: BlockFigures, metric: ComparedMetric, part?: Part): number | undefined {
  const requests = requestsOf(block, part)
  if (requests === undefined) return undefined
  if (metric === 'throughput') return requests.throughputRps
  if (metric !== 'cpu') return TIMES[metric](requests.responseTime)
  // The CPU time is that of all requests of the block.
  return part !== undefined || block.cpuMs === null || block.completed === 0 ? undefined : block.cpuMs / block.completed
}

/** Returns the requests of a block; undefined if it has none of the operation. */
export function requestsOf(block: BlockFigures, part: Part): BlockRequests | undefined {
  return part === undefined ? block : Object.hasOwn(block.operations, part) ? block.operations[part] : undefined
}

/** Returns the share of the requests of a block that failed or were dropped; 0 if it has none. */
export function failedShare(block: BlockFigures, part?: Part): Ratio {
  const { requests, failed } = requestsOf(block, part) ?? { requests: 0, failed: 0 }
  return requests === 0 ? 0 : failed / requests
}
