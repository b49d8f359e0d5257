import { decodeHdr } from '../../model/hdr-codec.ts'
import { bucketLowUs } from '../../model/hdr.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Distribution, Interval, LoadResult } from '../../model/result.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import { fastServiceMs, type Growth, growthOf } from '../verdict/growth.ts'
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
  /** Successes per second that came while requests were still arriving, or were rightly in flight at the end of it. */
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
  const inWindow = Math.max(1, Math.floor(windowMs / batches.lengthMs + 1e-9))
  const successes = batches.successes.slice(0, inWindow)
  return {
    tookMs: result.durationMs,
    scheduled: result.requestsScheduled - cancelled,
    failed: result.errors + result.dropped - cancelled,
    timed: result.successes + unanswered,
    late: unanswered + overLimit(result.responseTime, slo.p99Ms),
    lateAtTarget: unanswered - generatorDrops + overLimit(result.targetTime, slo.p99Ms),
    offeredRps: result.plan.rate ?? result.offeredRps,
    achievedRps: result.arrivals === 'closed' ? flowRps(successes, batches.lengthMs) : completedRps(result, successes),
    p50Ms: 'p50Ms' in result.responseTime ? result.responseTime.p50Ms : null,
    p99Ms: 'p99Ms' in result.responseTime ? result.responseTime.p99Ms : null,
    growth: growthOf(result),
    cutShort: result.ended !== 'completed',
    lagMs: 'p99Ms' in result.scheduleLag ? result.scheduleLag.p99Ms : 0,
    undelivered: undeliveredLoad(result, result)?.details[0],
    generatorBusy: Math.min(1, result.generator.eventLoopUtilization + (result.generator.runDelayRatio ?? 0)),
  }
}

/** A saturation starts with an empty target: completions are counted from the first batch that had any. */
function flowRps(successes: readonly number[], lengthMs: Ms): Rps {
  const from = successes.findIndex((count) => count > 0)
  const counted = successes.slice(from < 0 ? 1 : from + 1)
  return counted.length === 0 ? 0 : (1_000 * sum(counted)) / (counted.length * lengthMs)
}

/**
 * Completions per second of an open trial. What arrived within the last service time of a fast request cannot be
 * answered before the end, however able the target is: it is in flight by right and counts as far as it succeeded.
 */
function completedRps({ successes, serviceTime, batches: { lengthMs } }: LoadResult, inTime: readonly number[]): Rps {
  const windowMs = inTime.length * lengthMs
  if (windowMs === 0) return 0
  const rightlyInFlight = (successes * Math.min(windowMs, fastServiceMs(serviceTime))) / windowMs
  return (1_000 * Math.min(successes, sum(inTime) + rightlyInFlight)) / windowMs
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
