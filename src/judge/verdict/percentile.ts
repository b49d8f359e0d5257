import type { JudgedFigures, LatencyName } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import type { VerdictReason } from '../../model/verdict.ts'
import { conclude } from './conclude.ts'
import { confidencePerLook } from './confidence-per-look.ts'
import { diagnose, partOf, percentileFigure, withoutResponse } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { describePercentile, IN_MS } from './described-percentile.ts'
import { type LatencyCourse, latencyCourse, overLimit, percentileOf, requestsIn } from './latencies.ts'
import {
  COUNT_EXACTLY,
  countedAs,
  LOWER_PERCENTILE,
  MOVE_LIMIT,
  notProven,
  onTheLimit,
  requestsForPercentile,
  unsent,
} from './more-requests.ts'
import { decidePercentile, type PercentileDecision } from './percentile-decision.ts'
import { type JudgedTime, knownCounts, percentileDesignEffect, percentileShare } from './percentile-share.ts'
import { ANY_SPAN, MIN_PROOF_MS } from './proof.ts'
import { missedRateLines, overload } from './rate-breach.ts'
import { judgeShare, type ShareQuestion } from './share.ts'
import { lostTimes } from './starved-target.ts'
import { matchingInDoubt } from './unsolicited.ts'
import { lagDecided, nothingMeasured, settle, shownFail, toolTrouble, type Standing } from './validity.ts'
import { formatLimit, formatPercentile } from '../../wording/figures.ts'

export interface PercentileQuestion {
  /** For example 99 or 99.9. Greater than 0 and less than 100. */
  readonly percentile: number
  readonly limitMs: Ms
  readonly of?: JudgedTime
  /** Default: the plan's `confidence`. */
  readonly confidence?: Ratio
  /** Minimum scheduled span for a proof. Default: 10 s. */
  readonly requiredMs?: Ms
}

/** The distribution of each time, and its name in a claim. */
const TIMES: Readonly<Record<JudgedTime, { readonly name: LatencyName; readonly words: string }>> = {
  response: { name: 'responseTime', words: 'response time' },
  service: { name: 'serviceTime', words: 'service time' },
  'first-message': { name: 'firstMessageTime', words: 'time to first message' },
  'message-gap': { name: 'messageGap', words: 'gap between messages' },
}

/**
 * Judges whether a percentile is below a limit. Requests without a response are over every limit; failed requests with
 * a response do not count. The counts are deflated by the correlation of requests in time (`designEffect`).
 */
export function percentileVerdict(
  figures: JudgedFigures,
  run: LoadResult,
  question: PercentileQuestion,
): JudgedVerdict {
  const { percentile, limitMs, of = 'response' } = question
  const confidence = confidencePerLook(run.plan, question.confidence)
  const course = latencyCourse(figures, TIMES[of].name)
  const subject = `${formatPercentile(percentile)} ${TIMES[of].words}${partOf(figures, run)}`
  const asked = percentileShare(course, { percentile, limitMs, confidence }, knownCounts(figures, limitMs, of))
  const effect = percentileDesignEffect(course, percentile)
  const standing = standingOf(figures, run, question, asked, course)
  const concluded = conclude(
    {
      claim: `${subject} below ${formatLimit(limitMs)}`,
      contrary: `${subject} not below ${formatLimit(limitMs)}`,
      observed: describePercentile(
        course.whole,
        { percentile, confidence },
        { effect, verdictEffect: asked.designEffect },
        IN_MS,
      ),
      causes: [...missedRateLines(standing), ...causesOf(figures, run, question)],
    },
    standing,
    figures,
    run,
  )
  const isOfRun = of === 'response' && figures === run
  return isOfRun ? { ...concluded, latencyLimits: [{ percentile, limitMs }] } : concluded
}

function standingOf(
  figures: JudgedFigures,
  run: LoadResult,
  question: PercentileQuestion,
  asked: ShareQuestion,
  course: LatencyCourse,
): Standing {
  const { percentile, limitMs, of = 'response', requiredMs = MIN_PROOF_MS } = question
  const delays = of === 'first-message' || of === 'message-gap' ? 'all' : 'each'
  if (figures.responsesReceived === 0 || requestsIn(course.whole) === 0) return nothingMeasured(figures)
  const doubted = matchingInDoubt(run)
  if (doubted !== undefined) return doubted
  const span = { spanMs: figures.durationMs, requiredMs }
  const decision = decidePercentile(course, { percentile, limitMs }, asked, span)
  const { verdict, leaning } = decision
  const counted = of === 'message-gap' ? 'gap' : undefined
  const reasons = countedAs(counted, decision.reasons)
  if (verdict === 'fail') {
    if (madeByTheTool(figures, run, question, asked)) return toolWasLate(figures, run, question)
    const fail = shownFail(figures, run, {
      limitMs,
      delays,
      failsOn: (rest) => fails(rest, question, asked.confidence),
    })
    return fail.verdict === 'fail' ? { ...fail, reasons } : fail
  }
  if (verdict === 'pass') return settle(figures, run, { verdict, details: [] })
  const breach = requiredMs > 0 ? overloadOf(figures, run, question, asked) : undefined
  if (breach !== undefined) {
    // The breach considers the lateness of the generator and the waits of the target.
    const fail = shownFail(figures, run, { limitMs, delays, failsOn: () => true })
    return fail.verdict === 'fail' ? { ...fail, reasons: [breach] } : fail
  }
  if ((of === 'service' || of === 'first-message') && figures.dropped > 0) {
    const ofSent = decideSent(figures, question, course, asked)
    // With so many drops, the target did not get the load that the plan asked for.
    const failsWithAll = judgeShare({ ...asked, forFail: asked.forPass }) === 'fail'
    const isPassed = ofSent.verdict === 'pass' && !failsWithAll
    if (isPassed || failsWithAll || (leaning === 'fail' && ofSent.leaning !== 'fail')) {
      return settle(figures, run, unsent(figures.dropped, TIMES[of].words, isPassed ? 'pass' : 'none'))
    }
  }
  if (leaning === 'fail') {
    const trouble = toolTrouble(figures, run, { limitMs, delays, failsOn: (rest) => observedOver(rest, question) })
    if (trouble !== undefined) return trouble
  }
  const { forPass } = asked
  const within = onLimit(figures, course, question)
  const withoutThese = { ...asked, forPass: { over: forPass.over - within, of: forPass.of } }
  if (within > 0 && span.spanMs >= requiredMs && judgeShare(withoutThese) === 'pass') {
    const remedy = of === 'response' ? COUNT_EXACTLY : MOVE_LIMIT
    return settle(figures, run, onTheLimit(within, forPass.of, { leaning, reasons }, { remedy, counted }))
  }
  const requiredRequests = requestsForPercentile(asked, decision.reasons)
  return settle(
    figures,
    run,
    notProven(
      { requests: forPass.of, requiredRequests, easier: LOWER_PERCENTILE, span, leaning, reasons, counted },
      figures,
      run,
    ),
  )
}

/** Decides a time that starts with the send from the requests that were sent. */
function decideSent(
  figures: JudgedFigures,
  { percentile, limitMs, requiredMs = MIN_PROOF_MS }: PercentileQuestion,
  { whole, batches }: LatencyCourse,
  { confidence }: ShareQuestion,
): PercentileDecision {
  const { dropped } = figures.batches
  const course = {
    whole: { ...whole, unanswered: whole.unanswered - figures.dropped },
    batches: batches.map((batch, i) => ({ ...batch, unanswered: batch.unanswered - (dropped[i] ?? 0) })),
  }
  const cancelled = figures.errorsByClass.cancelled?.count ?? 0
  const share = percentileShare(course, { percentile, limitMs, confidence }, { unproven: cancelled })
  return decidePercentile(course, { percentile, limitMs }, share, { spanMs: figures.durationMs, requiredMs })
}

/** Number of requests in the histogram bucket of the limit, which hides on which side of it they are. */
function onLimit(figures: JudgedFigures, { whole }: LatencyCourse, question: PercentileQuestion): number {
  const { limitMs, of = 'response' } = question
  const { min, max } = overLimit(whole, limitMs)
  return knownCounts(figures, limitMs, of).exactlyOver === undefined ? max - min : 0
}

/** Share of the requests of a run that must be over the limit for an overload to be a fail. */
const MOST: Ratio = 1 / 2

/** Returns the reason why response times over the limit, those of most requests, grow as long as the load lasts. */
function overloadOf(
  figures: JudgedFigures,
  run: LoadResult,
  { of = 'response' }: PercentileQuestion,
  { forFail }: ShareQuestion,
): VerdictReason | undefined {
  // A part of a run may contain only the aftermath of another part.
  if (figures !== run || of !== 'response' || forFail.over < MOST * forFail.of) return undefined
  return overload(figures, lostTimes(figures, run))
}

/** Whether these figures fail as well, however short their span. */
function fails(figures: JudgedFigures, question: PercentileQuestion, confidence: Ratio): boolean {
  const { percentile, limitMs, of = 'response' } = question
  const course = latencyCourse(figures, TIMES[of].name)
  if (requestsIn(course.whole) === 0) return false
  const share = percentileShare(course, { percentile, limitMs, confidence }, knownCounts(figures, limitMs, of))
  return decidePercentile(course, { percentile, limitMs }, share, ANY_SPAN).verdict === 'fail'
}

/** Whether the observed percentile of these figures lies over the limit. */
function observedOver(figures: JudgedFigures, { percentile, limitMs, of = 'response' }: PercentileQuestion): boolean {
  const { whole } = latencyCourse(figures, TIMES[of].name)
  return requestsIn(whole) > 0 && (percentileOf(whole, percentile) ?? Number.POSITIVE_INFINITY) >= limitMs
}

/** A stream may be slow at its start or between its messages, so the parts of its response time explain neither. */
function causesOf(figures: JudgedFigures, run: LoadResult, question: PercentileQuestion): readonly string[] {
  const { percentile, limitMs, of = 'response' } = question
  if (of === 'response' || of === 'service') {
    return diagnose(figures, run, { figure: percentileFigure(percentile), limitMs, of })
  }
  return of === 'first-message' ? withoutResponse(figures, run, of) : []
}

/**
 * Whether the requests would not have been too slow without the generator's own lateness, so that the fail does not
 * concern the target. If the limit's bucket hides which requests those were, counts as few as possible against the
 * target.
 */
function madeByTheTool(
  figures: JudgedFigures,
  run: LoadResult,
  question: PercentileQuestion,
  asked: ShareQuestion,
): boolean {
  const { percentile, limitMs, of = 'response' } = question
  const confidence = confidencePerLook(run.plan, question.confidence)
  if (of !== 'response') return false
  const { unproven } = knownCounts(figures, limitMs, of)
  const course = latencyCourse(figures, 'targetTime')
  const proven = { unproven: unproven + (figures.droppedByReason.generator ?? 0) }
  const onTarget = percentileShare(course, { percentile, limitMs, confidence }, proven)
  const { forPass, forFail } = onTarget
  const over = Math.min(asked.forFail.over, forPass.over - proven.unproven)
  const share = { ...onTarget, forFail: { ...forFail, over } }
  return decidePercentile(course, { percentile, limitMs }, share, ANY_SPAN).verdict !== 'fail'
}

function toolWasLate(figures: JudgedFigures, run: LoadResult, { percentile }: PercentileQuestion): Standing {
  const target = percentileOf(latencyCourse(figures, 'targetTime').whole, percentile)
  return lagDecided(figures, run, formatPercentile(percentile), target ?? null)
}
