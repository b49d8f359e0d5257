import { decodeHdr } from '../../model/hdr-codec.ts'
import { bucketLowUs } from '../../model/hdr.ts'
import type { Recovery } from '../../model/limits-findings.ts'
import type { JudgedFigures } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { atLeast } from '../verdict/statistics/binomial.ts'

export interface RecoveryWatch {
  /** From the start of the run. */
  readonly overloadEndMs: Ms
  /** p95 of the response time at a rate the target holds. */
  readonly baselineP95Ms: Ms
  /** Length of the sliding window; 10 s where there is time for it. */
  readonly windowMs: Ms
}

/** How much worse than its baseline a target may stay and still count as itself again, and the least that can be seen. */
const WORSE = 1.1
const LEAST_WORSE_MS: Ms = 1
const ALPHA = 0.05
/** One good window may be luck. */
const RUNNING = 3

/**
 * The time from the end of an overload until a sliding window is not significantly above the baseline (more than 5% of
 * its requests over 1.1 × the baseline's p95), three windows running. Requests without an answer count as over.
 */
export function recoveryOf({ batches }: JudgedFigures, watch: RecoveryWatch): Recovery {
  const limitUs = 1_000 * Math.max(WORSE * watch.baselineP95Ms, watch.baselineP95Ms + LEAST_WORSE_MS)
  const { lengthMs } = batches
  const first = Math.ceil(watch.overloadEndMs / lengthMs - 1e-9)
  const slow = batches.responseTime.map((histogram, i) => slowerThan(histogram, limitUs) + (batches.unanswered[i] ?? 0))
  const total = batches.successes.map((count, i) => count + (batches.unanswered[i] ?? 0))
  const width = Math.max(1, Math.round(watch.windowMs / lengthMs))

  let good = 0
  let windows = 0
  for (let from = first; from + width <= total.length; from++) {
    windows++
    const requests = sum(total.slice(from, from + width))
    const late = sum(slow.slice(from, from + width))
    const isAbove = requests === 0 || (late > 0 && atLeast(requests, 0.05, late) <= ALPHA)
    good = isAbove ? 0 : good + 1
    if (good === RUNNING) {
      return { recovered: true, recoverMs: Math.max(0, (from - RUNNING + 1) * lengthMs - watch.overloadEndMs) }
    }
  }
  return { recovered: windows < RUNNING ? null : false, recoverMs: null }
}

function slowerThan(histogram: string, limitUs: number): number {
  const { buckets, counts } = decodeHdr(histogram)
  return sum(Array.from(counts).filter((_, i) => bucketLowUs(buckets[i] ?? 0) > limitUs))
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
