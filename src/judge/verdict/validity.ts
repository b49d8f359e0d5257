import type { DoubtCode } from '../../model/doubt.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { ToolFault } from '../../model/tool-fault.ts'
import type { Count, Ms } from '../../model/units.ts'
import type { InvalidReason, Leaning, VerdictReason, VerdictValue } from '../../model/verdict.ts'
import { evidenceOfErrors } from './evidence.ts'
import { type LatePeriod, latePeriods, maxLagMs, outsideOf } from './late-periods.ts'
import { remainingFigures } from './remaining-figures.ts'
import { competitionOf, coreWaits, explainedBy, foreignCpuPercent, undelayed, unstarvedBy } from './starved-target.ts'
import { mostlyFailsByItself } from './target-failures.ts'
import { toolFaultSentence } from '../../wording/tool-faults.ts'
import { formatCount, formatPercent, formatPlural } from '../../wording/figures.ts'

/** Verdict after considering the validity of the run, with the reason if that decided it. */
export interface Standing {
  readonly verdict: VerdictValue
  readonly reason?: string
  /** Why the run does not concern the target, if that decided the verdict. */
  readonly fault?: ToolFault
  /** The code of another reason for an invalid verdict. */
  readonly invalid?: Exclude<InvalidReason, ToolFault>
  /** Only for an inconclusive verdict. */
  readonly leaning?: Leaning
  readonly reasons?: readonly VerdictReason[]
  /** One line that says how to get a proof. */
  readonly advice?: string | undefined
  /** Run length that the advice names; infinite if no length suffices. */
  readonly adviceMs?: Ms
  /** Only for a fail: the run was aborted before it decided the claim, so the opposite is not proven. */
  readonly isUndecided?: true
  /** Evidence of the cause, and what to do. */
  readonly details: readonly string[]
}

/** Minimum share of the scheduled requests that the generator must dispatch. */
const DUE = 0.99
/** Lateness of the generator (p99) that a verdict allows: this, or 5 mean gaps between arrivals if that is more. */
export const MAX_LAG_MS: Ms = 10
export const MAX_LAG_GAPS: Count = 5

/**
 * Applies the validity of the run to the verdict of its requests. A proven fail stays a fail however the run ended. A
 * run that `abortOn` ended is a fail, although it does not prove the opposite. A pass, or a leaning to one, needs a
 * completed run and a delivered load.
 */
export function settle(figures: JudgedFigures, run: LoadResult, shown: Standing): Standing {
  if (shown.verdict === 'fail' || shown.verdict === 'invalid') return shown
  if (run.ended === 'aborted') {
    return {
      verdict: 'fail',
      reason: 'the run was aborted',
      isUndecided: true,
      details: [run.endedBecause ?? 'an abortOn limit was broken'],
    }
  }
  if (run.ended !== 'completed') return cutShort(run)
  // `toolTrouble` has already checked a leaning to a fail for the generator's lateness, but not for undispatched
  // requests.
  const undelivered = shown.leaning === 'fail' ? tooFewDispatched(figures, run) : undeliveredLoad(figures, run)
  return undelivered ?? exhaustedResource(run) ?? shown
}

/** Invalid, because the run was interrupted or goes on. */
export function cutShort({ ended, endedBecause, generator }: LoadResult): Standing {
  const failure = generator.doubts.find((doubt) => doubt.code === 'user-code-failed')
  if (failure !== undefined) {
    return {
      verdict: 'invalid',
      reason: 'code of the test failed',
      invalid: { code: 'user-code-failed' },
      details: [failure.reason, 'fix this code'],
    }
  }
  return ended === 'running'
    ? {
        verdict: 'invalid',
        reason: 'the run has not ended',
        invalid: { code: 'not-ended' },
        details: ['await its result'],
      }
    : {
        verdict: 'invalid',
        reason: 'the run was interrupted',
        invalid: { code: 'interrupted' },
        details: [...(endedBecause === undefined ? [] : [endedBecause]), 'run it again without interruption'],
      }
}

/** Returns why the sent load differs from the planned load; undefined if it does not. */
export function undeliveredLoad(figures: JudgedFigures, run: LoadResult): Standing | undefined {
  const schedule = scheduleOf(figures, run)
  const { scheduleLag } = schedule
  const missing = tooFewDispatched(figures, run)
  if (missing !== undefined) return missing
  const exhausted = exhaustedResource(run)
  if (exhausted !== undefined) return exhausted
  if (run.arrivals === 'closed' || scheduleLag.p99Ms === undefined) return undefined
  const allowedMs = allowedLagMs(schedule, run)
  if (scheduleLag.p99Ms <= allowedMs) return undefined
  return notDelivered({ code: 'schedule-lag', lagMs: scheduleLag.p99Ms, allowedMs }, run)
}

/** Invalid if the generator did not dispatch too many requests. */
function tooFewDispatched(figures: JudgedFigures, run: LoadResult): Standing | undefined {
  const schedule = scheduleOf(figures, run)
  const { requestsScheduled, droppedByReason } = schedule
  const due = 1 - (droppedByReason.generator ?? 0) / requestsScheduled
  return due < DUE ? notDispatched(schedule, run) : undefined
}

/** Maximum schedule lag of a pass. The closed model has no schedule, so there only the thread can be late. */
function allowedLagMs({ offeredRps }: JudgedFigures, { arrivals }: LoadResult): Ms {
  return arrivals === 'closed' ? MAX_LAG_MS : Math.max(MAX_LAG_MS, (MAX_LAG_GAPS * 1_000) / offeredRps)
}

/** Doubts about an exhausted resource of the generator, with the fault that they show. */
const EXHAUSTED: Partial<Record<DoubtCode, ToolFault>> = {
  'descriptors-exhausted': { code: 'no-descriptors' },
  'ports-exhausted': { code: 'no-ports' },
}

/** Invalid if requests waited for connections or failed because the generator exhausted a resource. */
export function exhaustedResource({ generator, errorsByClass }: LoadResult): Standing | undefined {
  const fault =
    generator.doubts.map(({ code }) => EXHAUSTED[code]).find((each) => each !== undefined) ??
    (errorsByClass['local-files'] && EXHAUSTED['descriptors-exhausted']) ??
    (errorsByClass['local-ports'] && EXHAUSTED['ports-exhausted'])
  if (fault === undefined) return undefined
  return {
    verdict: 'invalid',
    reason: toolFaultSentence(fault),
    fault,
    details: ['some connections could not open, so requests waited for the others'],
  }
}

/** Share of busy time above which a generator thread is saturated. */
export const SATURATED = 0.95
/** Share of a latency limit up to which lateness affects only requests that are close to the limit anyway. */
const SMALL_SHARE = 0.1
/** Lateness that timers and garbage collections occasionally cause in any thread. */
const USUAL_LAG_MS = 5

/** The question of a verdict, for judging a part of the run again. */
export interface SameQuestion {
  /** Default: `latency`, which a busy generator makes worse. */
  readonly of?: 'latency' | 'errors'
  /** Latency limit, if the question has one. */
  readonly limitMs?: Ms
  /**
   * Delays by other processes that can explain the fail of a latency: those of each request, or, for a time within a
   * stream or a single request, all of a second. Default: `each`.
   */
  readonly delays?: 'each' | 'all'
  /**
   * Whether the figures outside the late periods fail as well. Their response times contain no lateness of the
   * generator.
   */
  failsOn(rest: JudgedFigures, late: readonly LatePeriod[]): boolean
}

/**
 * Returns why a fail, or a leaning to one, does not concern the target: the generator exhausted a resource, was always
 * busy, or was late and the requests outside its late periods do not fail; or other processes took the target's
 * cores. Undefined if the fail concerns the target, for example because most requests failed for the target's own
 * reasons.
 */
export function toolTrouble(figures: JudgedFigures, run: LoadResult, question: SameQuestion): Standing | undefined {
  if (question.limitMs === undefined && mostlyFailsByItself(figures)) return undefined
  const exhausted = exhaustedResource(run)
  if (exhausted !== undefined) return exhausted
  // Responses then waited unread in the generator, so even the service time is not the target's.
  if (question.of !== 'errors' && run.generator.eventLoopUtilization > SATURATED) {
    return notDelivered({ code: 'generator-saturated' }, run)
  }
  return lateness(figures, run, question)
}

function lateness(figures: JudgedFigures, run: LoadResult, question: SameQuestion): Standing | undefined {
  const { limitMs, failsOn } = question
  // A late thread also reads responses late, so a latency limit may allow less lateness than the schedule does.
  const lateMs =
    limitMs === undefined
      ? Math.min(allowedLagMs(run, run), Math.max(MAX_LAG_MS, SMALL_SHARE * run.plan.requestTimeoutMs))
      : Math.max(USUAL_LAG_MS, SMALL_SHARE * limitMs)
  const outside = outsideTrouble(figures, run, { lateMs, limitMs, delays: question.delays })
  return outside === undefined || failsOn(outside.rest, outside.late) ? undefined : outside.standing
}

interface TroubleQuestion {
  /** Lateness of the generator above which a part of the run is late. */
  readonly lateMs: Ms
  /** Latency limit; undefined for a question about counts of requests. */
  readonly limitMs: Ms | undefined
  readonly delays?: SameQuestion['delays'] | undefined
}

/** A run without the effects of a late generator, or of a target that waited for a core. */
export interface OutsideTrouble {
  readonly rest: JudgedFigures
  readonly late: readonly LatePeriod[]
  readonly fault: ToolFault
  /** Standing of a fail that the rest does not show. */
  readonly standing: Standing
}

/**
 * Returns the figures without what the generator or a lack of cores can explain; undefined if nothing disturbed the
 * run. Without other load on the machine, these are the figures outside the late periods of the generator. With other
 * load, nearly every batch contains a delay, and a request keeps what its own delays leave of its time.
 */
export function outsideTrouble(
  figures: JudgedFigures,
  run: LoadResult,
  question: TroubleQuestion,
): OutsideTrouble | undefined {
  const { lateMs, limitMs, delays = 'each' } = question
  const late = latePeriods(run, lateMs)
  const waitsMs = coreWaits(figures, run)
  const maxWaitMs = Math.max(0, ...waitsMs)
  const isLate = late.length > 0
  if (!isLate && maxWaitMs === 0) return undefined
  const unstarved = unstarvedBy(figures, waitsMs)
  const cpuPercent = foreignCpuPercent(run)
  const withoutDelays =
    cpuPercent === undefined || limitMs === undefined || delays === 'all' ? undefined : undelayed(unstarved)
  const fault = faultOf(run, isLate ? maxLagMs(run) : 0, maxWaitMs)
  const rest = restOf(run, { unstarved, withoutDelays, limitMs, late, fault })
  return {
    rest,
    late: withoutDelays === undefined ? late : [],
    fault,
    standing: standingFor(fault, run),
  }
}

interface Trouble {
  /** The figures as if the target had always had a core. */
  readonly unstarved: JudgedFigures
  /** The same without the delays of each request; undefined if these do not count. */
  readonly withoutDelays: JudgedFigures | undefined
  readonly limitMs: Ms | undefined
  readonly late: readonly LatePeriod[]
  readonly fault: ToolFault
}

function restOf(run: LoadResult, { unstarved, withoutDelays, limitMs, late, fault }: Trouble): JudgedFigures {
  const all = (keep: boolean): readonly boolean[] => unstarved.batches.inFlight.map(() => keep)
  // A queue that grew because of the generator lengthens all later response times.
  if (fault.code === 'cores-shared' && limitMs !== undefined) return remainingFigures(unstarved, all(false))
  if (withoutDelays !== undefined) return remainingFigures(withoutDelays, all(true))
  const explained = limitMs === undefined ? unstarved : explainedBy(unstarved, run, limitMs)
  return remainingFigures(explained, outsideOf(unstarved, late))
}

function faultOf(run: LoadResult, lagMs: Ms, waitMs: Ms): ToolFault {
  const cpuPercent = foreignCpuPercent(run)
  if (cpuPercent !== undefined) return { code: 'cores-taken', cpuPercent, waitMs, lagMs }
  const competition = competitionOf(run)
  if (competition === undefined || waitMs === 0) return { code: 'sent-late', lagMs }
  const { generatorPercent, targetPercent } = competition
  return { code: 'cores-shared', generatorPercent, targetPercent }
}

function standingFor(fault: ToolFault, run: LoadResult): Standing {
  if (fault.code === 'cores-taken') return coresTaken(fault, fault.lagMs > 0, fault.waitMs > 0)
  if (fault.code !== 'cores-shared') return notDelivered(fault, run)
  return {
    verdict: 'invalid',
    reason: 'the generator took cores from the target',
    fault,
    details: [toolFaultSentence(fault), 'lower the rate, or run the target on another machine'],
  }
}

function coresTaken(fault: ToolFault, fromGenerator: boolean, fromTarget: boolean): Standing {
  const whom = [...(fromTarget ? ['the target'] : []), ...(fromGenerator ? ['the generator'] : [])].join(' and ')
  return {
    verdict: 'invalid',
    reason: `other processes took cores from ${whom}`,
    fault,
    details: [toolFaultSentence(fault), 'stop other processes, or run the target on another machine'],
  }
}

/** Returns a fail that the requests show, or an invalid standing if the generator may have caused it. */
export function shownFail(figures: JudgedFigures, run: LoadResult, question: SameQuestion): Standing {
  return toolTrouble(figures, run, question) ?? { verdict: 'fail', details: [] }
}

/** Returns an invalid standing for a verdict that depends on the generator's own lateness. */
function notDelivered(fault: ToolFault, run: LoadResult): Standing {
  const { eventLoopUtilization, threads } = run.generator
  const busy = eventLoopUtilization > 0.8
  const cpuPercent = foreignCpuPercent(run)
  const other =
    cpuPercent === undefined
      ? 'use a machine with less other load, lower the rate, or raise threads'
      : `other processes used ${formatPercent(cpuPercent / 100)} of a core: stop them, or use another machine`
  return {
    verdict: 'invalid',
    reason: 'the load was not delivered',
    fault,
    details: [
      toolFaultSentence(fault),
      busy
        ? `the generator threads were busy ${formatPercent(eventLoopUtilization)} of the time: lower the rate, or raise threads above ${threads}`
        : other,
    ],
  }
}

/** Returns an invalid standing for a verdict that requests or journeys decided which the generator did not dispatch. */
export function notDispatched(figures: JudgedFigures, run: LoadResult): Standing {
  const { droppedByReason, requestsScheduled: scheduled } = figures
  const unit = figures === run.journeys ? 'journey' : 'request'
  return notDelivered({ code: 'undispatched', undispatched: droppedByReason.generator ?? 0, scheduled, unit }, run)
}

/** Returns an invalid standing for a verdict that holds for the target alone, without the generator's own lateness. */
export function lagDecided(figures: JudgedFigures, run: LoadResult, figure: string, withoutLagMs: Ms | null): Standing {
  const { scheduleLag, droppedByReason } = figures
  const lagMs = scheduleLag.p99Ms ?? null
  const undispatched = droppedByReason.generator ?? 0
  return notDelivered({ code: 'lag-decides', figure, withoutLagMs, undispatched, lagMs }, run)
}

/** Returns an invalid standing for figures without measurements. */
export function nothingMeasured(figures: JudgedFigures): Standing {
  if (figures.requestsScheduled === 0) {
    return {
      verdict: 'invalid',
      reason: 'no request was scheduled',
      invalid: { code: 'nothing-scheduled' },
      details: ['run longer or raise the rate, or judge a part of the run with traffic'],
    }
  }
  const errors = evidenceOfErrors(figures)
  return {
    verdict: 'invalid',
    reason: 'nothing was measured',
    invalid: { code: 'nothing-measured' },
    details: [
      figures.responsesReceived === 0
        ? `none of ${formatPlural(figures.requestsScheduled, 'request')} received a response`
        : `all ${formatCount(figures.responsesReceived)} responses were errors`,
      ...errors,
      'check that the target is running and responds to this request; to judge failures, use toHaveErrorRateBelow',
    ],
  }
}

/** Returns the figures with the schedule: operations share the schedule of their run, a phase has its own part. */
function scheduleOf(figures: JudgedFigures, run: LoadResult): JudgedFigures {
  return Object.values(run.operations).includes(figures) ? run : figures
}
