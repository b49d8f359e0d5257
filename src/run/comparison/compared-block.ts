import { type Disturbance, disturbanceDifference, usualDifference } from '../../judge/comparison/usual-difference.ts'
import { MAX_LAG_GAPS, MAX_LAG_MS } from '../../judge/verdict/validity.ts'
import type { BlockResult } from '../../measure/block-tallies.ts'
import type { SpanUse } from '../../measure/monitor/index.ts'
import {
  type BlockFigures,
  type BlockRequests,
  type ComparedPair,
  type Exclusion,
  type Side,
  USELESS_BASELINE,
} from '../../model/comparison.ts'
import type { Figures } from '../../model/figures.ts'
import { failedShare } from '../../model/compared-values.ts'
import { cleanNames } from '../../model/text/clean.ts'
import type { Count, Ms, Ratio } from '../../model/units.ts'

/** CPU of other processes by which two blocks of a pair may differ, in cores. A difference favours one side. */
const MAX_FOREIGN_DIFFERENCE = 0.3
/** Share of the CPU time that a hypervisor may take more in one block than in the other. */
export const MAX_STEAL_DIFFERENCE: Ratio = 0.05
/** Minimum share of the scheduled requests of a block. */
const MIN_DELIVERED: Ratio = 0.99

/** Returns the figures of a block, as results keep them. */
export function blockFigures({ total, operations, completed }: BlockResult, use: SpanUse): BlockFigures {
  return {
    ...requestsOf(total),
    completed,
    operations: cleanNames(
      Object.fromEntries(Object.entries(operations).map(([name, each]) => [name, requestsOf(each)])),
    ),
    ...use,
    lagP99Ms: total.scheduleLag.p99Ms ?? null,
  }
}

function requestsOf({ requestsScheduled, errors, dropped, throughputRps, responseTime }: Figures): BlockRequests {
  const { histogram: _, ...times } = responseTime
  return { requests: requestsScheduled, failed: errors + dropped, throughputRps, responseTime: times }
}

/** A pair with what decides whether it counts. */
export interface MeasuredPair extends Omit<ComparedPair, 'excluded'> {
  /** Requests that the generator did not send. */
  readonly undispatched: Readonly<Record<Side, Count>>
}

/**
 * Returns the pairs with the reasons why some do not count; the compared part of their blocks is `comparedMs` long.
 *
 * Other processes may work more for one side in every pair, such as the database of a candidate that queries it more
 * often. The usual difference of the pairs is therefore not a disturbance.
 */
export function withExclusions(pairs: readonly MeasuredPair[], comparedMs: Ms): readonly ComparedPair[] {
  const usual = {
    foreignCores: usualDifference(pairs, 'foreignCores'),
    stealRatio: usualDifference(pairs, 'stealRatio'),
  }
  return pairs.map(({ undispatched, ...pair }) => {
    const excluded = exclusionOf(pair, { undispatched, comparedMs, usual })
    return { ...pair, ...(excluded !== undefined && { excluded }) }
  })
}

interface Circumstances extends Pick<MeasuredPair, 'undispatched'> {
  readonly comparedMs: Ms
  readonly usual: Readonly<Record<Disturbance, number>>
}

/**
 * Returns why a pair does not count; the compared part of its blocks is `comparedMs` long. Depends on the machine, on the
 * generator and on whether the baseline fails, never on response times. Load of other processes that both blocks have is
 * no reason: it slows both sides down.
 */
function exclusionOf(
  blocks: Readonly<Record<Side, BlockFigures>>,
  { undispatched, comparedMs, usual }: Circumstances,
): Exclusion | undefined {
  const { baseline } = blocks
  for (const side of ['candidate', 'baseline'] as const) {
    const { lagP99Ms, requests } = blocks[side]
    const allowedMs = Math.max(MAX_LAG_MS, (MAX_LAG_GAPS * comparedMs) / Math.max(1, requests))
    if (lagP99Ms !== null && lagP99Ms > allowedMs) return { code: 'generator-late', side, lagP99Ms }
    const missing = undispatched[side]
    if (requests > 0 && missing > (1 - MIN_DELIVERED) * requests) {
      return { code: 'few-requests', side, requests: requests - missing, expected: requests }
    }
  }
  const foreign = (disturbanceDifference(blocks, 'foreignCores') ?? usual.foreignCores) - usual.foreignCores
  if (Math.abs(foreign) > MAX_FOREIGN_DIFFERENCE) {
    return { code: 'foreign-load', side: moreIn(foreign), moreCores: Math.abs(foreign) }
  }
  const steal = (disturbanceDifference(blocks, 'stealRatio') ?? usual.stealRatio) - usual.stealRatio
  if (Math.abs(steal) > MAX_STEAL_DIFFERENCE) {
    return { code: 'steal', side: moreIn(steal), moreRatio: Math.abs(steal) }
  }
  if (failedShare(baseline) > USELESS_BASELINE) return { code: 'baseline-failed', errorRate: failedShare(baseline) }
  return undefined
}

function moreIn(candidateMinusBaseline: number): Side {
  return candidateMinusBaseline > 0 ? 'candidate' : 'baseline'
}
