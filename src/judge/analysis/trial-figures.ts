import { batchHistograms } from '../../model/batch-times.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import { type ErrorClass, isAnswered } from '../../model/error-class.ts'
import type { Interval } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import type { ToolFault } from '../../model/tool-fault.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import { type Growth, growthOf } from '../verdict/growth.ts'
import { countOver, histogramOf } from '../verdict/latencies.ts'
import { stoppedRequests } from '../verdict/target-failures.ts'
import { exhaustedResource, outsideTrouble, undeliveredLoad } from '../verdict/validity.ts'
import { completedBetween, completedRps, type SaturatedFlow, saturatedFlow } from './completions.ts'
import { type LateBursts, lateBurstsIn } from './late-bursts.ts'

/** Figures of a result that the verdict of a trial needs. The counts exclude requests that the run cancelled. */
export interface TrialFigures {
  /** Actual duration; shorter than planned if the trial was stopped early. */
  readonly tookMs: Ms
  readonly scheduled: number
  readonly failed: number
  /** Requests with a known or unlimited latency: successes and requests without a response. */
  readonly timed: number
  /** Number of these over the p99 of the service level. */
  readonly late: number
  /** The same without the generator's own lateness. */
  readonly lateAtTarget: number
  readonly offeredRps: Rps
  /** Successes per second in a window as long as the traffic; for a saturation, from the first success on. */
  readonly achievedRps: Rps
  /** Share of the arrivals that completed by the end of the traffic, or within the p99 limit after it. */
  readonly completedShare: Ratio
  readonly p50Ms: Ms | null
  readonly p75Ms: Ms | null
  readonly p99Ms: Ms | null
  /** Mean service time. */
  readonly serviceMs: Ms | null
  /** Coefficient of variation of the service time. */
  readonly serviceCv: number | null
  /** Throughput of a saturation; null for any other trial. */
  readonly flow: SaturatedFlow | null
  readonly lateBursts: LateBursts
  /** Most frequent class of errors; null if no request failed. */
  readonly errors: TrialErrors | null
  /** Growth of the number in flight; undefined if the trial was too short. */
  readonly growth: Growth | undefined
  readonly cutShort: boolean
  /** p99 of the generator's own lateness. */
  readonly lagMs: Ms
  /** Why the load was not delivered: the generator's own lateness. Undefined if it was delivered. */
  readonly undelivered: ToolFault | undefined
  /** Why the generator exhausted a resource; undefined if it did not. */
  readonly exhausted: ToolFault | undefined
  /**
   * Requests outside the time in which the generator was late or the target waited for a core; undefined if there was
   * none.
   */
  readonly outsideTrouble: RemainingRequests | undefined
  /** Share of the time in which a generator thread was suspended or blocked. */
  readonly stoppedShare: Ratio
  /** Share of the time in which the generator was busy or waited for a core. */
  readonly generatorBusy: Ratio
}

/** Remaining requests of a trial for judging its failure again, counted as in `TrialFigures`. */
export interface RemainingRequests extends Pick<TrialFigures, 'scheduled' | 'failed' | 'timed' | 'late' | 'growth'> {
  /** Why the other requests are excluded. */
  readonly fault: ToolFault
}

/** Errors of the most frequent class. */
export interface TrialErrors {
  readonly class: ErrorClass
  readonly count: number
  /** Message of the first error. */
  readonly first: string
  /** Whether the target responded to these requests. */
  readonly isAnswered: boolean
}

/** Returns the figures of a trial. `calmServiceMs`: mean service time without load, if an earlier trial measured it. */
export function figuresOf(result: LoadResult, slo: LimitSlo, calmServiceMs?: Ms | null): TrialFigures {
  const stopped = stoppedRequests(result)
  const unanswered = Math.max(0, result.unanswered - stopped)
  const generatorDrops = result.droppedByReason.generator ?? 0
  const { batches, responseTime, serviceTime } = result
  const trafficMs = Math.min(result.plan.durationMs, result.durationMs)
  const completions = { counts: batches.successes, lengthMs: batches.lengthMs }
  const scheduled = result.requestsScheduled - stopped
  const flow = result.arrivals === 'closed' ? flowOf(result, trafficMs) : null
  const serviceMs = serviceTime.meanMs ?? null
  const shiftMs = Math.min(serviceMs ?? 0, calmServiceMs ?? Number.POSITIVE_INFINITY)
  return {
    tookMs: result.durationMs,
    scheduled,
    failed: result.errors + result.dropped - stopped,
    timed: result.successes + unanswered,
    late: unanswered + countOver(histogramOf(responseTime), slo.p99Ms),
    lateAtTarget: unanswered - generatorDrops + countOver(histogramOf(result.targetTime), slo.p99Ms),
    offeredRps: result.plan.rate ?? result.offeredRps,
    achievedRps: flow?.rps ?? completedRps(completions, trafficMs, shiftMs),
    completedShare:
      scheduled === 0 ? 0 : Math.min(1, completedBetween(completions, 0, trafficMs + slo.p99Ms) / scheduled),
    p50Ms: responseTime.p50Ms ?? null,
    p75Ms: responseTime.p75Ms ?? null,
    p99Ms: responseTime.p99Ms ?? null,
    serviceMs,
    serviceCv: serviceTime.meanMs === undefined ? null : serviceTime.stddevMs / Math.max(1e-3, serviceTime.meanMs),
    growth: growthOf(result),
    flow,
    lateBursts: lateBurstsIn(
      batchHistograms(result, 'responseTime').map(
        (histogram, i) => countOver(histogram, slo.p99Ms) + (batches.unanswered[i] ?? 0),
      ),
    ),
    errors: errorsOfMainClass(result),
    cutShort: result.ended !== 'completed',
    lagMs: result.scheduleLag.p99Ms ?? 0,
    undelivered: undeliveredLoad(result, result)?.fault,
    exhausted: exhaustedResource(result)?.fault,
    outsideTrouble: remainingRequests(result, slo),
    stoppedShare: result.durationMs === 0 ? 0 : Math.min(1, stoppedMs(result) / result.durationMs),
    generatorBusy: Math.min(1, result.generator.eventLoopUtilization + (result.generator.runDelayRatio ?? 0)),
  }
}

/**
 * Share of the p99 limit above which lateness counts. Lateness below it affects only requests that are close to the
 * limit, and a generator that shares the cores of an overloaded target is always a little late.
 */
const TROUBLE_SHARE = 0.5

function remainingRequests(result: LoadResult, { p99Ms }: LimitSlo): RemainingRequests | undefined {
  const outside = outsideTrouble(result, result, { lateMs: TROUBLE_SHARE * p99Ms, limitMs: p99Ms })
  if (outside === undefined) return undefined
  const { rest, fault } = outside
  const stopped = stoppedRequests(rest)
  const undispatched = rest.droppedByReason.generator ?? 0
  const unanswered = Math.max(0, rest.unanswered - stopped - undispatched)
  return {
    fault,
    scheduled: rest.requestsScheduled - stopped - undispatched,
    failed: Math.max(0, rest.errors + rest.dropped - stopped - undispatched),
    timed: rest.successes + unanswered,
    late: unanswered + countOver(histogramOf(rest.responseTime), p99Ms),
    growth: growthOf(rest),
  }
}

function stoppedMs({ generator: { doubts } }: LoadResult): Ms {
  const lengths = doubts.map((doubt) => {
    if (doubt.code === 'generator-suspended') return doubt.suspendedMs
    return doubt.code === 'generator-blocked' ? doubt.blockedMs : 0
  })
  return sum(lengths)
}

/** Flow of a saturation. It excludes requests that end after the traffic, because the pool is then no longer full. */
function flowOf({ batches: { successes, lengthMs } }: LoadResult, trafficMs: Ms): SaturatedFlow {
  const inTraffic = Math.max(1, Math.floor(trafficMs / lengthMs + 1e-9))
  return saturatedFlow({ counts: successes.slice(0, inTraffic), lengthMs })
}

function errorsOfMainClass({ errorsByClass }: LoadResult): TrialErrors | null {
  const classes = (Object.keys(errorsByClass) as ErrorClass[]).filter((name) => name !== 'cancelled')
  const main = classes.toSorted((a, b) => (errorsByClass[b]?.count ?? 0) - (errorsByClass[a]?.count ?? 0))[0]
  const errors = main === undefined ? undefined : errorsByClass[main]
  if (main === undefined || errors === undefined) return null
  return { class: main, count: errors.count, first: errors.first, isAnswered: isAnswered(main) }
}

/**
 * Whether a running trial can no longer pass: most requests of a second were late or lost, which is more than 1% of any
 * trial shorter than 50 s.
 */
export function isLost({ responseTime, successes, unanswered }: Interval, slo: LimitSlo): boolean {
  return unanswered > successes || (responseTime.p50Ms !== undefined && responseTime.p50Ms > slo.p99Ms)
}
