import type { Distribution } from './figures.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'

/** What two versions of a service are compared by: response times, completed requests, or the target's CPU time. */
export const COMPARED_METRICS = ['p50', 'mean', 'p90', 'p95', 'p99', 'throughput', 'cpu'] as const

export type ComparedMetric = (typeof COMPARED_METRICS)[number]

/** The compared metrics that are response times. */
export const COMPARED_TIMES = ['p50', 'mean', 'p90', 'p95', 'p99'] as const

export type ComparedTime = (typeof COMPARED_TIMES)[number]

/** Whether the two get their load in turns, or at the same time. */
export type ComparisonMode = 'turns' | 'duet'

/** Numbers of pairs at which a comparison is checked. */
export const LOOK_PAIRS: readonly [Count, Count, Count] = [8, 14, 20]

/** Pause after each pair, in which its last responses arrive and the comparison is checked. */
export const PAUSE_MS: Ms = 500

/** How long a block is, and whether the two blocks of a pair follow each other. */
export interface PairBlocks {
  readonly blockMs: Ms
  readonly mode: ComparisonMode
}

/** Returns the length of a pair of blocks, without the pause after it. */
export function pairMs({ blockMs, mode }: PairBlocks): Ms {
  return mode === 'duet' ? blockMs : 2 * blockMs
}

/** Returns how long this many pairs take. */
export function pairsDurationMs(pairs: Count, blocks: PairBlocks): Ms {
  return pairs * pairMs(blocks) + (pairs - 1) * PAUSE_MS
}

/**
 * Pause after the warm-up. A cold server may answer the last requests of the warm-up late, and the work for these would
 * slow down the first block.
 */
const SETTLE_MS: Ms = 1_000

/**
 * Returns how long the warm-up of both sides takes: one after the other, because a cold server can be too slow for two
 * loads at the same time, and the pause.
 */
export function pairWarmUpMs(warmUpMs: Ms, { mode }: Pick<PairBlocks, 'mode'>): Ms {
  return warmUpMs === 0 ? 0 : (mode === 'duet' ? 1 : 2) * warmUpMs + SETTLE_MS
}

/** Share of the pairs that other processes may disturb. */
export const MAX_EXCLUDED: Ratio = 0.25

/** Share of failed requests of the baseline above which there is nothing to compare with. */
export const USELESS_BASELINE: Ratio = 0.5

/** Requests that started in one block of one side, without its discarded beginning, whenever they ended. */
export interface BlockRequests {
  readonly requests: Count
  /** Errors and dropped requests. */
  readonly failed: Count
  /**
   * Successes per second, in a time as long as the block without its discarded beginning, which begins later than that
   * by the median response time.
   */
  readonly throughputRps: Rps
  /** Response times of the successes, without the histogram. */
  readonly responseTime: Omit<Distribution, 'histogram'>
}

/** What one side measured in one block, and how quiet the machine was. */
export interface BlockFigures extends BlockRequests {
  /** Requests that ended in the time of `throughputRps`, which the CPU time is divided by. */
  readonly completed: Count
  /** By name; only operations with requests in this block. */
  readonly operations: Readonly<Record<string, BlockRequests>>
  /** CPU time of the target; null where this machine does not provide it. */
  readonly cpuMs: Ms | null
  /** CPU that other processes used, in cores; null where this machine does not provide it. */
  readonly foreignCores: number | null
  /** Share of the CPU time that the hypervisor gave to other machines; null where unknown. */
  readonly stealRatio: Ratio | null
  /** p99 of the generator's lateness; null if nothing succeeded. */
  readonly lagP99Ms: Ms | null
}

export type Side = 'candidate' | 'baseline'

/** Why a pair does not count, decided from everything but its response times. */
export type Exclusion =
  /** Other processes used more CPU in one of its blocks than in most pairs, compared with the other block, in cores. */
  | { readonly code: 'foreign-load'; readonly side: Side; readonly moreCores: number }
  /** The hypervisor took more CPU time in one of its blocks than in most pairs, compared with the other, as shares. */
  | { readonly code: 'steal'; readonly side: Side; readonly moreRatio: Ratio }
  /** The generator was late. */
  | { readonly code: 'generator-late'; readonly side: Side; readonly lagP99Ms: Ms }
  /** The schedule of a block was not delivered. */
  | { readonly code: 'few-requests'; readonly side: Side; readonly requests: Count; readonly expected: Count }
  /** The baseline failed most of its requests, so there is nothing to compare with. */
  | { readonly code: 'baseline-failed'; readonly errorRate: Ratio }

/** Two blocks with the same arrivals, one for each side. */
export interface ComparedPair {
  /** Start of the first block, since the start of the measured part. */
  readonly startMs: Ms
  /** Which side was first; drawn by the seed. Absent if both had their load at the same time. */
  readonly first?: Side
  readonly candidate: BlockFigures
  readonly baseline: BlockFigures
  readonly excluded?: Exclusion
}

/** What the counted pairs show of one metric. */
export interface ComparedChange {
  readonly metric: ComparedMetric
  /** Median over the pairs, in ms or in requests per second; null if nothing of this side succeeded. */
  readonly candidate: number | null
  readonly baseline: number | null
  /** Candidate divided by baseline (Hodges–Lehmann estimate); null if one of them has no value. */
  readonly ratio: number | null
  /** The 90% interval of `ratio`, null at an end that the pairs do not limit; null if there are too few pairs. */
  readonly interval: readonly [low: number | null, high: number | null] | null
}

/** Shares of failed and dropped requests, as means over the counted pairs. */
export interface ComparedErrors {
  readonly candidate: Ratio
  readonly baseline: Ratio
  /** How likely such an increase is if both sides fail equally often. */
  readonly pValue: Ratio
  /** True if the candidate is shown to fail more of its requests. */
  readonly isMore: boolean
  /** True if that is not shown, but the increase is too large for a pass. */
  readonly mayBeMore: boolean
}

/** What the counted pairs show of all requests, or of one operation. */
export interface ComparedPart {
  /** Only metrics that can be compared. */
  readonly changes: readonly ComparedChange[]
  readonly errors: ComparedErrors
}

/** What an assertion about a comparison asked, and what the pairs show. */
export interface ComparedClaim {
  readonly metrics: readonly ComparedMetric[]
  /** Allowed excess over the baseline: 0.05 allows 5% more time, or 5% fewer requests. */
  readonly tolerance: Ratio
  /** Name of the operation; absent for all requests. */
  readonly operation?: string
  /** The change of the metric that decides; null if it is unknown. */
  readonly change: ComparedChange | null
  readonly errors: ComparedErrors
}
