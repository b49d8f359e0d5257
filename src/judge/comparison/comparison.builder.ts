/** Test support: comparisons whose blocks have known figures. */
import type { BlockFigures, BlockRequests, ComparedPair } from '../../model/comparison.ts'
import type { Comparison, LoadResult } from '../../model/result.ts'
import type { VerdictRecord } from '../../model/verdict.ts'
import { toBeNoSlowerThan } from '../matchers/to-be-no-slower-than.ts'
import { keptVerdict } from '../outcome.ts'
import { evenBatches, resultOf } from '../result.builder.ts'
import { comparisonOf } from './comparison-of.ts'

/** One side of a pair. */
export interface BlockCase {
  /** Every response time; the percentiles are multiples of it. */
  readonly ms: number
  /** Default: a little more than `ms`. */
  readonly meanMs?: number
  readonly requests?: number
  readonly failed?: number
  readonly cpuMs?: number | null
  readonly rps?: number
  readonly operations?: Readonly<Record<string, number>>
}

export interface PairCase {
  readonly candidate: BlockCase
  readonly baseline: BlockCase
  readonly excluded?: ComparedPair['excluded']
}

/** Returns pairs of a candidate that takes `factor` times as long as the baseline's 10 ms, with ±1% of noise. */
export function pairsWith(factor: number, count = 8, noise = 0.01): readonly PairCase[] {
  return Array.from({ length: count }, (_, pair) => ({
    candidate: { ms: 10 * factor * (1 + noise * (((pair * 7) % 5) - 2) * 0.5), cpuMs: 350 * factor },
    baseline: { ms: 10, cpuMs: 350 },
  }))
}

export function pairsOf(cases: readonly PairCase[]): readonly ComparedPair[] {
  return cases.map(({ candidate, baseline, excluded }, pair) => ({
    startMs: pair * 8_500,
    first: pair % 2 === 0 ? 'candidate' : 'baseline',
    candidate: blockOf(candidate),
    baseline: blockOf(baseline),
    ...(excluded !== undefined && { excluded }),
  }))
}

/** Returns a run with a comparison of these pairs. */
export function comparedRun(
  cases: readonly PairCase[],
  { tolerance = 0.05, ...rest }: Partial<Comparison> = {},
  run: Partial<LoadResult> = {},
): LoadResult & { readonly comparison: Comparison } {
  const baseline = { ...resultOf({ batches: evenBatches(40, 100, () => 10) }), generatorId: 'baseline' }
  const candidate = resultOf({ batches: evenBatches(40, 100, () => 10), rest: run })
  return {
    ...candidate,
    comparison: {
      ...comparisonOf(pairsOf(cases), {
        looks: [8],
        blockMs: 4_000,
        discardMs: 500,
        mode: 'turns',
        tolerance,
        baseline,
      }),
      ...rest,
    },
  }
}

/** Returns a run with the verdict on its response times, as records keep it. */
export function judgedRun(
  result: ReturnType<typeof comparedRun>,
  options: Parameters<typeof toBeNoSlowerThan>[2] = {},
): { readonly result: LoadResult; readonly verdicts: readonly VerdictRecord[] } {
  const matcher = 'toBeNoSlowerThan'
  const judged = toBeNoSlowerThan(result, result.comparison.baseline, options)
  return { result, verdicts: [{ result: 0, test: result.name, matcher, ...keptVerdict(judged, false) }] }
}

function blockOf({
  ms,
  meanMs,
  requests = 350,
  failed = 0,
  cpuMs = 350,
  rps = 100,
  operations = {},
}: BlockCase): BlockFigures {
  return {
    ...requestsOf(ms, requests, failed, rps, meanMs),
    completed: requests,
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, each]) => [name, requestsOf(each, requests, failed, rps)]),
    ),
    cpuMs,
    foreignCores: 0,
    stealRatio: 0,
    lagP99Ms: 0.2,
  }
}

function requestsOf(
  ms: number,
  requests: number,
  failed: number,
  throughputRps: number,
  meanMs = ms * 1.02,
): BlockRequests {
  const count = requests - failed
  if (count === 0) return { requests, failed, throughputRps: 0, responseTime: { count } }
  const times = { minMs: ms / 2, meanMs, stddevMs: ms / 5, p50Ms: ms, p75Ms: ms * 1.1, p90Ms: ms * 1.2 }
  const tail = { p95Ms: ms * 1.3, p99Ms: ms * 1.5, p999Ms: ms * 2, maxMs: ms * 3 }
  return { requests, failed, throughputRps, responseTime: { count, ...times, ...tail } }
}
