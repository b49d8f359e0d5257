import { decodeHdr, bucketLowUs } from '../../model/hdr.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Distribution, Interval, LoadResult } from '../../model/result.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import { type Growth, growthOf } from '../verdict/growth.ts'
import { undeliveredLoad } from '../verdict/validity.ts'

/** What a trial's verdict needs of its result. Requests that the run itself cancelled are in none of the counts. */
export interface TrialFigures {
  readonly tookMs: Ms
  readonly scheduled: number
  readonly failed: number
  /** Requests on whose latency something can be said: successes and those without an answer. */
  readonly timed: number
  /** Of these, over the p99 of the service level. */
  readonly late: number
  /** The same without what the tool itself was late with. */
  readonly lateAtTarget: number
  readonly offeredRps: Rps
  /** Successes that came while requests were still arriving, per second. */
  readonly achievedRps: Rps
  readonly p50Ms: Ms | null
  readonly p99Ms: Ms | null
  /** Of the number in flight; undefined when the trial was too short to tell. */
  readonly growth: Growth | undefined
  readonly cutShort: boolean
  /** p99 of the tool's own lateness. */
  readonly lagMs: Ms
  /** Why the load cannot be called made: the tool's own lateness. Undefined when it was made. */
  readonly undelivered: string | undefined
  /** Share of the time in which the generator was at work, or ready to work and without a core to do it on. */
  readonly generatorBusy: Ratio
}

export function figuresOf(result: LoadResult, slo: LimitSlo): TrialFigures {
  const cancelled = (result.errorsByClass.cancelled?.count ?? 0) + (result.droppedByReason.stopped ?? 0)
  const unanswered = Math.max(0, result.unanswered - cancelled)
  const generatorDrops = result.droppedByReason.generator ?? 0
  const { batches } = result
  const windowMs = Math.min(result.plan.durationMs, result.durationMs)
  // A saturation starts with an empty target: completions are counted from the first batch that had any.
  const inWindow = Math.max(1, Math.floor(windowMs / batches.lengthMs + 1e-9))
  const successes = batches.successes.slice(0, inWindow)
  const from =
    result.arrivals === 'closed'
      ? Math.max(
          0,
          successes.findIndex((count) => count > 0),
        ) + 1
      : 0
  const counted = successes.slice(from)
  const countedMs = counted.length * batches.lengthMs
  return {
    tookMs: result.durationMs,
    scheduled: result.requestsScheduled - cancelled,
    failed: result.errors + result.dropped - cancelled,
    timed: result.successes + unanswered,
    late: unanswered + overLimit(result.responseTime, slo.p99Ms),
    lateAtTarget: unanswered - generatorDrops + overLimit(result.targetTime, slo.p99Ms),
    offeredRps: result.plan.rate ?? result.offeredRps,
    achievedRps: countedMs === 0 ? 0 : (1_000 * sum(counted)) / countedMs,
    p50Ms: 'p50Ms' in result.responseTime ? result.responseTime.p50Ms : null,
    p99Ms: 'p99Ms' in result.responseTime ? result.responseTime.p99Ms : null,
    growth: growthOf(result),
    cutShort: result.ended !== 'completed',
    lagMs: 'p99Ms' in result.scheduleLag ? result.scheduleLag.p99Ms : 0,
    undelivered: undeliveredLoad(result, result)?.details[0],
    generatorBusy: Math.min(1, result.generator.eventLoopUtilization + (result.generator.runDelayRatio ?? 0)),
  }
}

function overLimit(distribution: Distribution, limitMs: Ms): number {
  if (!('histogram' in distribution)) return 0
  const { buckets, counts } = decodeHdr(distribution.histogram)
  return sum(Array.from(counts).filter((_, i) => bucketLowUs(buckets[i] ?? 0) > 1_000 * limitMs))
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

/**
 * Whether a trial that goes on can no longer pass: most of a second's requests were late or lost, which is more than 1% of
 * any trial shorter than 50 s.
 */
export function isLost({ responseTime, successes, unanswered }: Interval, slo: LimitSlo): boolean {
  return unanswered > successes || ('p50Ms' in responseTime && responseTime.p50Ms > slo.p99Ms)
}
