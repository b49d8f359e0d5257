import type { JudgedFigures, LoadResult } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { conclude } from './conclude.ts'
import { diagnose, partOf } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { latencyCourse, percentileOf, requestsIn, type LatencyCourse } from './latencies.ts'
import { onTheLimit, tooFew } from './more-requests.ts'
import { describePercentile } from './percentile-interval.ts'
import { knownCounts, percentileDesignEffect, percentileShare, type LatencyOf } from './percentile-share.ts'
import { judgeShare, requestsToTell, type ShareQuestion } from './share.ts'
import { matchingInDoubt } from './unsolicited.ts'
import { notDelivered, nothingMeasured, settle, shownFail, type Standing } from './validity.ts'
import { wordLimit, wordMs, wordPercentile, wordPlural } from './wording.ts'

export interface PercentileQuestion {
  /** As people say it: 99, 99.9. Above 0, below 100. */
  readonly percentile: number
  readonly limitMs: Ms
  readonly of?: LatencyOf
  /** Default: the plan's. */
  readonly confidence?: Ratio
}

/**
 * Is a percentile below a limit? Requests without an answer are over every limit, answered failures leave the count;
 * the counts are deflated by how requests hang together in time (`designEffect`).
 */
export function percentileVerdict(
  figures: JudgedFigures,
  run: LoadResult,
  question: PercentileQuestion,
): JudgedVerdict {
  const { percentile, limitMs, of = 'response', confidence = run.plan.confidence } = question
  const course = latencyCourse(figures, of === 'response' ? 'responseTime' : 'serviceTime')
  const subject = `${wordPercentile(percentile)} ${of} time${partOf(figures, run)}`
  const asked = percentileShare(course, { percentile, limitMs, confidence }, knownCounts(figures, limitMs, of))
  const effect = percentileDesignEffect(course, percentile)
  return conclude(
    {
      claim: `${subject} below ${wordLimit(limitMs)}`,
      contrary: `${subject} not below ${wordLimit(limitMs)}`,
      observed: describePercentile(course.whole, percentile, confidence, effect, asked.designEffect),
      causes: diagnose(figures, run, percentile),
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
  { whole, stretches }: LatencyCourse,
): Standing {
  if (figures.responsesReceived === 0 || requestsIn(whole) === 0) return nothingMeasured(figures)
  const doubted = matchingInDoubt(run)
  if (doubted !== undefined) return doubted
  const verdict = judgeShare(asked)
  if (verdict === 'fail') {
    return madeByTheTool(figures, run, question, asked)
      ? toolWasLate(figures, run, question)
      : shownFail(figures, run, {
          limitMs: question.limitMs,
          failsOn: (rest) => fails(rest, question, asked.confidence),
        })
  }
  const shown: Standing = verdict === 'pass' ? { verdict, details: [] } : undecided(asked)
  return settle(figures, run, shown)

  function undecided(share: ShareQuestion): Standing {
    const { forPass, forFail } = share
    if (question.of === 'service' && figures.dropped > 0 && judgeShare({ ...share, forFail: forPass }) === 'fail') {
      return unsent(figures.dropped)
    }
    if (judgeShare({ ...share, forPass: forFail }) === 'pass')
      return onTheLimit(forPass.over - forFail.over, forPass.of)
    return tooFew(
      {
        requests: forPass.of,
        toTell: requestsToTell(share, forPass),
        designEffect: share.designEffect,
        stretches: stretches.filter((stretch) => requestsIn(stretch) > 0).length,
      },
      figures,
      run,
    )
  }
}

function fails(figures: JudgedFigures, question: PercentileQuestion, confidence: Ratio): boolean {
  const { percentile, limitMs, of = 'response' } = question
  const course = latencyCourse(figures, of === 'response' ? 'responseTime' : 'serviceTime')
  return (
    judgeShare(percentileShare(course, { percentile, limitMs, confidence }, knownCounts(figures, limitMs, of))) ===
    'fail'
  )
}

function unsent(dropped: number): Standing {
  return {
    verdict: 'inconclusive',
    reason: `cannot be told: ${wordPlural(dropped, 'request')} ${dropped === 1 ? 'was' : 'were'} never sent`,
    details: ['a request that was dropped has no service time: raise maxConnections, or judge the response time'],
  }
}

/**
 * Without the tool's own lateness the requests would not have been too slow: the fail says nothing about the target.
 * Where the limit's bucket leaves it open which ones those were, the doubt is not the tool's benefit.
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
  return judgeShare({ ...onTarget, forFail: { ...forFail, over } }) !== 'fail'
}

function toolWasLate(figures: JudgedFigures, run: LoadResult, { percentile }: PercentileQuestion): Standing {
  const target = percentileOf(latencyCourse(figures, 'targetTime').whole, percentile)
  const { scheduleLag, droppedByReason } = figures
  const late = [
    ...(droppedByReason.generator === undefined
      ? []
      : [`${wordPlural(droppedByReason.generator, 'request')} never came due`]),
    ...('p99Ms' in scheduleLag ? [`schedule lag p99 ${wordMs(scheduleLag.p99Ms)} ms`] : []),
  ].join(', ')
  const alone =
    target === undefined ? '' : `; from when they came due, ${wordPercentile(percentile)} was ${wordMs(target)} ms`
  return notDelivered(`the generator was late (${late})${alone}`, run)
}
