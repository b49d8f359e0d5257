import type { JudgedFigures, LoadResult } from '../../model/result.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { evidenceOfErrors } from './evidence.ts'
import { wordMs, wordPercent } from './wording.ts'

/** Where a verdict stands once the run itself has been looked at, and why when that decided it. */
export interface Standing {
  readonly verdict: VerdictValue
  readonly reason?: string
  /** What was seen of the cause, and what to do. */
  readonly details: readonly string[]
}

/** Share of the scheduled requests that must have come due. */
const DUE = 0.99
const LAG_MS = 10
const LAG_GAPS = 5

/**
 * What the run makes of what its requests show. A shown fail stands however the run ended; a run that `abortOn` ended
 * is a fail; a pass needs a run that was completed, and a load that was delivered.
 */
export function settle(figures: JudgedFigures, run: LoadResult, shown: Standing): Standing {
  if (shown.verdict === 'fail' || shown.verdict === 'invalid') return shown
  if (run.ended === 'aborted') {
    return {
      verdict: 'fail',
      reason: 'the run was aborted',
      details: [run.endedBecause ?? 'an abortOn limit was broken'],
    }
  }
  if (run.ended !== 'completed') return cutShort(run)
  const undelivered = shown.verdict === 'pass' ? undeliveredLoad(figures, run) : undefined
  return undelivered ?? shown
}

function cutShort({ ended, endedBecause }: LoadResult): Standing {
  return ended === 'running'
    ? { verdict: 'invalid', reason: 'the run is still going on', details: ['wait for its result'] }
    : {
        verdict: 'invalid',
        reason: 'the run was interrupted',
        details: [...(endedBecause === undefined ? [] : [endedBecause]), 'run it again to its end'],
      }
}

/** Why the load that was planned is not the load that was sent; undefined when it is. */
export function undeliveredLoad(figures: JudgedFigures, run: LoadResult): Standing | undefined {
  const schedule = scheduleOf(figures, run)
  const { requestsScheduled, droppedByReason, scheduleLag, offeredRps } = schedule
  const due = 1 - (droppedByReason.generator ?? 0) / requestsScheduled
  if (due < DUE) {
    return notDelivered(`only ${wordPercent(due)} of the requests came due: the generator could not keep up`, run)
  }
  if (run.arrivals === 'closed' || !('p99Ms' in scheduleLag)) return undefined
  const allowedMs = Math.max(LAG_MS, (LAG_GAPS * 1_000) / offeredRps)
  if (scheduleLag.p99Ms <= allowedMs) return undefined
  return notDelivered(
    `schedule lag p99 ${wordMs(scheduleLag.p99Ms)} ms, allowed ${wordMs(allowedMs)} ms: the generator was late`,
    run,
  )
}

/** Above this share of its time a generator thread had no room left. */
const SATURATED = 0.95

/**
 * A slowness that was shown. It is the target's unless a generator thread was busy all the time: then answers lay unread
 * in the tool, due requests waited for the tool to get to them, and even the time on the wire is not the target's.
 */
export function shownSlow(run: LoadResult): Standing {
  const { eventLoopUtilization } = run.generator
  if (eventLoopUtilization <= SATURATED) return { verdict: 'fail', details: [] }
  return notDelivered('the generator could not keep up: what was slow may be the tool itself', run)
}

/** A verdict that rests on the tool's own lateness. */
export function notDelivered(evidence: string, run: LoadResult): Standing {
  const { eventLoopUtilization, threads } = run.generator
  const busy = eventLoopUtilization > 0.8
  return {
    verdict: 'invalid',
    reason: 'the load was not delivered',
    details: [
      evidence,
      busy
        ? `its threads were busy ${wordPercent(eventLoopUtilization)} of the time: lower the rate, or raise threads above ${threads}`
        : 'run on a quieter machine, lower the rate, or give it more threads',
    ],
  }
}

/** No verdict can be given on nothing. */
export function nothingMeasured(figures: JudgedFigures): Standing {
  if (figures.requestsScheduled === 0) {
    return {
      verdict: 'invalid',
      reason: 'no request was scheduled',
      details: ['give it more time or a higher rate, or judge a part of the run that had traffic'],
    }
  }
  const errors = evidenceOfErrors(figures)
  return {
    verdict: 'invalid',
    reason: 'nothing was measured',
    details: [
      figures.responsesReceived === 0
        ? `none of ${figures.requestsScheduled} requests got an answer`
        : `all of ${figures.responsesReceived} answers were errors`,
      ...errors,
      'see that the target is up and answers this request: toHaveErrorRateBelow judges failures',
    ],
  }
}

/** Operations share the schedule of their run; a phase has its own stretch of it. */
function scheduleOf(figures: JudgedFigures, run: LoadResult): JudgedFigures {
  return Object.values(run.operations).includes(figures) ? run : figures
}
