import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { conclude } from './conclude.ts'
import { diagnose, partOf } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { latencyCourse, percentileOf, requestsIn, type LatencyCourse, latencyAt, type Latencies } from './latencies.ts'
import { notProven, onTheLimit } from './more-requests.ts'
import { decidePercentile } from './percentile-decision.ts'
import { knownCounts, percentileDesignEffect, percentileShare, type LatencyOf } from './percentile-share.ts'
import { ANY_SPAN, MIN_PROOF_MS } from './proof.ts'
import { judgeShare, requestsToDecide, type ShareQuestion } from './share.ts'
import { matchingInDoubt } from './unsolicited.ts'
import { lagDecided, nothingMeasured, settle, shownFail, toolTrouble, type Standing } from './validity.ts'
import {
  formatCount,
  formatInterval,
  formatLimit,
  formatMs,
  formatMsRange,
  formatPercentile,
  formatPlural,
} from '../../wording/figures.ts'
import { quantileRanks } from './statistics/binomial-intervals.ts'

export interface PercentileQuestion {
  /** For example 99 or 99.9. Greater than 0 and less than 100. */
  readonly percentile: number
  readonly limitMs: Ms
  readonly of?: LatencyOf
  /** Default: the plan's `confidence`. */
  readonly confidence?: Ratio
  /** Minimum scheduled span for a proof. Default: 10 s. */
  readonly requiredMs?: Ms
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
  const { percentile, limitMs, of = 'response', confidence = run.plan.confidence } = question
  const course = latencyCourse(figures, of === 'response' ? 'responseTime' : 'serviceTime')
  const subject = `${formatPercentile(percentile)} ${of} time${partOf(figures, run)}`
  const asked = percentileShare(course, { percentile, limitMs, confidence }, knownCounts(figures, limitMs, of))
  const effect = percentileDesignEffect(course, percentile)
  return conclude(
    {
      claim: `${subject} below ${formatLimit(limitMs)}`,
      contrary: `${subject} not below ${formatLimit(limitMs)}`,
      observed: describePercentile(course.whole, percentile, confidence, effect, asked.designEffect),
      causes: diagnose(figures, run, percentile, limitMs),
    },
    standingOf(figures, run, question, asked, course),
    figures,
    run,
  )
}

function standingOf(
  figures: JudgedFigures,
  run: LoadResult,
  question: PercentileQuestion,
  asked: ShareQuestion,
  course: LatencyCourse,
): Standing {
  const { percentile, limitMs, requiredMs = MIN_PROOF_MS } = question
  if (figures.responsesReceived === 0 || requestsIn(course.whole) === 0) return nothingMeasured(figures)
  const doubted = matchingInDoubt(run)
  if (doubted !== undefined) return doubted
  const span = { spanMs: figures.durationMs, requiredMs }
  const decision = decidePercentile(course, { percentile, limitMs }, asked, span)
  const { verdict, leaning, reasons } = decision
  if (verdict === 'fail') {
    if (madeByTheTool(figures, run, question, asked)) return toolWasLate(figures, run, question)
    const fail = shownFail(figures, run, { limitMs, failsOn: (rest) => fails(rest, question, asked.confidence) })
    return fail.verdict === 'fail' ? { ...fail, reasons } : fail
  }
  if (verdict === 'pass') return settle(figures, run, { verdict, details: [] })
  if (leaning === 'fail') {
    const trouble = toolTrouble(figures, run, { limitMs, failsOn: (rest) => observedOver(rest, question) })
    if (trouble !== undefined) return trouble
  }
  const { forPass, forFail } = asked
  if (question.of === 'service' && figures.dropped > 0 && judgeShare({ ...asked, forFail: forPass }) === 'fail') {
    return settle(figures, run, unsent(figures.dropped))
  }
  if (span.spanMs >= requiredMs && judgeShare({ ...asked, forPass: forFail }) === 'pass') {
    return settle(figures, run, onTheLimit(forPass.over - forFail.over, forPass.of, decision))
  }
  const requiredRequests = requestsToDecide(asked, forPass)
  return settle(
    figures,
    run,
    notProven({ requests: forPass.of, requiredRequests, span, leaning, reasons }, figures, run),
  )
}

/** Whether these figures fail as well, however short their span. */
function fails(figures: JudgedFigures, question: PercentileQuestion, confidence: Ratio): boolean {
  const { percentile, limitMs, of = 'response' } = question
  const course = latencyCourse(figures, of === 'response' ? 'responseTime' : 'serviceTime')
  if (requestsIn(course.whole) === 0) return false
  const share = percentileShare(course, { percentile, limitMs, confidence }, knownCounts(figures, limitMs, of))
  return decidePercentile(course, { percentile, limitMs }, share, ANY_SPAN).verdict === 'fail'
}

/** Whether the observed percentile of these figures lies over the limit. */
function observedOver(figures: JudgedFigures, { percentile, limitMs, of = 'response' }: PercentileQuestion): boolean {
  const { whole } = latencyCourse(figures, of === 'response' ? 'responseTime' : 'serviceTime')
  return requestsIn(whole) > 0 && (percentileOf(whole, percentile) ?? Number.POSITIVE_INFINITY) >= limitMs
}

function unsent(dropped: number): Standing {
  return {
    verdict: 'inconclusive',
    leaning: 'none',
    reason: `cannot be judged: ${formatPlural(dropped, 'request')} ${dropped === 1 ? 'was' : 'were'} never sent`,
    details: ['a dropped request has no service time: raise maxConnections, or judge the response time'],
  }
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
  const { percentile, limitMs, of = 'response', confidence = run.plan.confidence } = question
  if (of === 'service') return false
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

/**
 * Example: "83.2 ms (90% interval 79.0–90.4 ms, n = 14 970, effective 2 140)". The interval belongs to the observed
 * percentile and uses the design effect of its requests; the effective number is the one that the verdict uses.
 */
function describePercentile(
  whole: Latencies,
  percentile: number,
  confidence: Ratio,
  effect: number | undefined,
  verdictEffect: number | undefined = effect,
): string {
  const n = requestsIn(whole)
  if (n === 0) return 'nothing'
  const value = percentileOf(whole, percentile)
  const seen = value === undefined ? 'no response in time' : `${formatMs(value)} ms`
  if (effect === undefined || verdictEffect === undefined) return `${seen} (n = ${formatCount(n)})`
  const interval = describeInterval(whole, percentile, confidence, Math.floor(n / effect))
  const effective = Math.floor(n / verdictEffect)
  return `${seen} (${interval}n = ${formatCount(n)}, effective ${formatCount(effective)})`
}

function describeInterval(whole: Latencies, percentile: number, confidence: Ratio, effective: number): string {
  const n = requestsIn(whole)
  const ranks = quantileRanks(effective, percentile / 100, 1 - confidence)
  const low = ranks.low === undefined ? undefined : latencyAt(whole, Math.floor((ranks.low * n) / effective))
  const high = ranks.high === undefined ? undefined : latencyAt(whole, Math.ceil((ranks.high * n) / effective))
  const name = formatInterval(confidence)
  if (low !== undefined && high !== undefined) return `${name} ${formatMsRange(low, high)}, `
  if (low !== undefined) return `${name} at least ${formatMs(low)} ms, `
  return high === undefined ? '' : `${name} at most ${formatMs(high)} ms, `
}
