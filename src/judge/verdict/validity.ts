import type { DoubtCode } from '../../model/doubt.ts'
import type { JudgedFigures, LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { Leaning, VerdictReason, VerdictValue } from '../../model/verdict.ts'
import { evidenceOfErrors } from './evidence.ts'
import { type LateStretch, lateStretches, longestLagMs, outsideOf } from './late-stretches.ts'
import { remainingFigures } from './remaining-figures.ts'
import { coreWaits, shortenedBy, unstarvedBy } from './starved-target.ts'
import { mostlyFailsByItself } from './target-failures.ts'
import { wordMs, wordPercent } from './wording.ts'

/** Where a verdict stands once the run itself has been looked at, and why when that decided it. */
export interface Standing {
  readonly verdict: VerdictValue
  readonly reason?: string
  /** Of an inconclusive verdict only. */
  readonly leaning?: Leaning
  readonly reasons?: readonly VerdictReason[]
  /** How a proof can be reached, in one line. */
  readonly advice?: string | undefined
  /** Length of run that the advice names; infinite where no length would do. */
  readonly adviceMs?: Ms
  /** What was seen of the cause, and what to do. */
  readonly details: readonly string[]
}

/** Share of the scheduled requests that must have come due. */
const DUE = 0.99
const LAG_MS = 10
const LAG_GAPS = 5

/**
 * Applies how the run went to what its requests show. A proven fail stays a fail however the run ended; a run that
 * `abortOn` ended is a fail; a pass, or a leaning to one, needs a completed run and a delivered load.
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
  // What leans to a fail has been checked for the generator's lateness already (`toolTrouble`), but not for what it dropped.
  const undelivered = shown.leaning === 'fail' ? undispatched(figures, run) : undeliveredLoad(figures, run)
  return undelivered ?? exhaustedResource(run) ?? shown
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
  const { scheduleLag } = schedule
  const missing = undispatched(figures, run)
  if (missing !== undefined) return missing
  const exhausted = exhaustedResource(run)
  if (exhausted !== undefined) return exhausted
  if (run.arrivals === 'closed' || !('p99Ms' in scheduleLag)) return undefined
  const allowedMs = allowedLagMs(schedule, run)
  if (scheduleLag.p99Ms <= allowedMs) return undefined
  return notDelivered(
    `schedule lag p99 ${wordMs(scheduleLag.p99Ms)} ms, allowed ${wordMs(allowedMs)} ms: the generator was late`,
    run,
  )
}

/** Too many requests never came due. */
function undispatched(figures: JudgedFigures, run: LoadResult): Standing | undefined {
  const { requestsScheduled, droppedByReason } = scheduleOf(figures, run)
  const due = 1 - (droppedByReason.generator ?? 0) / requestsScheduled
  return due < DUE
    ? notDelivered(`only ${wordPercent(due)} of the requests came due: the generator could not keep up`, run)
    : undefined
}

/** The schedule lag that a pass allows. In the closed model there is no schedule; there only the thread itself is late. */
function allowedLagMs({ offeredRps }: JudgedFigures, { arrivals }: LoadResult): Ms {
  return arrivals === 'closed' ? LAG_MS : Math.max(LAG_MS, (LAG_GAPS * 1_000) / offeredRps)
}

/** Doubts that say which resource the generator exhausted, with the reason that a verdict then gives. */
const EXHAUSTED: Partial<Record<DoubtCode, string>> = {
  'descriptors-exhausted': 'the generator had no file descriptors left',
  'ports-exhausted': 'the generator had no local ports left',
}

/** Requests waited for connections, or failed, for lack of something that the generator's side should have had. */
export function exhaustedResource({ generator, errorsByClass }: LoadResult): Standing | undefined {
  const reason =
    generator.doubts.map(({ code }) => EXHAUSTED[code]).find((each) => each !== undefined) ??
    (errorsByClass['local-files'] && EXHAUSTED['descriptors-exhausted']) ??
    (errorsByClass['local-ports'] && EXHAUSTED['ports-exhausted'])
  if (reason === undefined) return undefined
  return { verdict: 'invalid', reason, details: ['connections could not open, and requests waited for the others'] }
}

/** Above this share of its time a generator thread had no room left. */
const SATURATED = 0.95
/** Lateness up to this share of a latency limit carries no request over it that is not close to it anyway. */
const SMALL_SHARE = 0.1
/** Timers and garbage collections make any thread this late now and then. */
const USUAL_LAG_MS = 5

/** The question of a verdict, for asking it of a part of the run. */
export interface SameQuestion {
  /** Default: `latency`, which a busy generator makes worse. */
  readonly of?: 'latency' | 'errors'
  /** A latency limit, where the question has one. */
  readonly limitMs?: Ms
  /**
   * Whether the figures outside the late stretches fail as well. Their response times contain no lateness of the
   * generator.
   */
  failsOn(rest: JudgedFigures, late: readonly LateStretch[]): boolean
}

/**
 * Why a fail (or a result that leans to one) says nothing about the target: the generator exhausted a resource, was
 * busy all the time, or was late, and the requests outside its late stretches do not fail; or other processes took the
 * target's cores. Undefined where it does, and where most requests failed for reasons of the target's own.
 */
export function toolTrouble(figures: JudgedFigures, run: LoadResult, question: SameQuestion): Standing | undefined {
  if (question.limitMs === undefined && mostlyFailsByItself(figures)) return undefined
  const exhausted = exhaustedResource(run)
  if (exhausted !== undefined) return exhausted
  // Then responses waited unread in the generator, and even the service time is not the target's.
  if (question.of !== 'errors' && run.generator.eventLoopUtilization > SATURATED) {
    return notDelivered('the generator could not keep up: what was slow may be the tool itself', run)
  }
  return lateness(figures, run, question)
}

function lateness(figures: JudgedFigures, run: LoadResult, question: SameQuestion): Standing | undefined {
  const { limitMs, failsOn } = question
  // A thread that is late reads responses late as well: what a schedule allows may be more than a latency limit does.
  const lateMs =
    limitMs === undefined
      ? Math.min(allowedLagMs(run, run), Math.max(LAG_MS, SMALL_SHARE * run.plan.requestTimeoutMs))
      : Math.max(USUAL_LAG_MS, SMALL_SHARE * limitMs)
  const outside = outsideTrouble(figures, run, { lateMs, of: limitMs === undefined ? 'counts' : 'latencies' })
  return outside === undefined || failsOn(outside.rest, outside.late) ? undefined : outside.standing
}

interface TroubleQuestion {
  /** Lateness of the generator from which on a stretch of the run is late. */
  readonly lateMs: Ms
  /** What a target that waited for a core is excused: longer times, or unfinished requests. */
  readonly of: 'latencies' | 'counts'
}

/** A run without the time in which the generator or the machine was in trouble. */
export interface OutsideTrouble {
  readonly rest: JudgedFigures
  readonly late: readonly LateStretch[]
  /** Where a fail stands that the rest does not show. */
  readonly standing: Standing
}

/** The figures outside the late stretches of the generator; undefined where there was no trouble. */
export function outsideTrouble(
  figures: JudgedFigures,
  run: LoadResult,
  question: TroubleQuestion,
): OutsideTrouble | undefined {
  const late = lateStretches(run, question.lateMs)
  const keeps = outsideOf(figures, late)
  const waitsMs = coreWaits(figures, run)
  const isLate = keeps.includes(false)
  const longestWaitMs = Math.max(0, ...waitsMs)
  if (!isLate && longestWaitMs === 0) return undefined
  const unstarved = question.of === 'counts' ? unstarvedBy(figures, waitsMs) : shortenedBy(figures, waitsMs)
  const rest = remainingFigures(unstarved, keeps)
  return { rest, late, standing: isLate ? sentLate(run) : starved(longestWaitMs) }
}

function sentLate(run: LoadResult): Standing {
  return notDelivered(
    `the generator was up to ${wordMs(longestLagMs(run))} ms late and then sent all overdue requests at once: ` +
      'outside that time and its aftermath, this is not a fail',
    run,
  )
}

function starved(waitMs: Ms): Standing {
  return {
    verdict: 'invalid',
    reason: 'other processes took cores from the target',
    details: [
      `the target waited for a core for up to ${wordMs(waitMs)} ms in a second: without that, this is not a fail`,
      'stop other processes, or run the target on another machine',
    ],
  }
}

/** A fail that the requests show, unless it may be the tool's own. */
export function shownFail(figures: JudgedFigures, run: LoadResult, question: SameQuestion): Standing {
  return toolTrouble(figures, run, question) ?? { verdict: 'fail', details: [] }
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
