import type { JudgedFigures, LoadResult } from '../../model/result.ts'
import type { Ratio } from '../../model/units.ts'
import { conclude } from './conclude.ts'
import { designEffect, type Stretch } from './design-effect.ts'
import { evidenceOfErrors, partOf } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { tooFew } from './more-requests.ts'
import { judgeShare, requestsToTell, type ShareQuestion } from './share.ts'
import { proportionBounds } from './statistics/proportion.ts'
import { notDelivered, nothingMeasured, settle, shownFail, toolTrouble, type Standing } from './validity.ts'
import { wordCount, wordInterval, wordPercent, wordShare } from './wording.ts'

export interface ErrorRateQuestion {
  /** The share of failed or dropped requests to stay below, 0 to 1; 0 allows none at all. */
  readonly limit: Ratio
  /** Default: the plan's. */
  readonly confidence?: Ratio
}

/**
 * Is the share of scheduled requests that failed or were dropped below a limit? By Clopper and Pearson's exact bounds,
 * on counts deflated by how failures hang together in time.
 */
export function errorRateVerdict(figures: JudgedFigures, run: LoadResult, question: ErrorRateQuestion): JudgedVerdict {
  const subject = `error rate${partOf(figures, run)}`
  const asked = shareOfFailures(figures, { confidence: run.plan.confidence, ...question })
  const limit = question.limit === 0 ? '0%' : `below ${wordPercent(question.limit)}`
  return conclude(
    {
      claim: `${subject} ${limit}`,
      contrary: `${subject} not ${limit}`,
      observed: describeRate(asked, false),
      causes: evidenceOfErrors(figures),
    },
    standingOf(figures, run, asked),
    figures,
    run,
  )
}

/** The same question as people ask it of successes: is their share above `1 − limit`? */
export function successRateVerdict(
  figures: JudgedFigures,
  run: LoadResult,
  { above, confidence = run.plan.confidence }: { readonly above: Ratio; readonly confidence?: Ratio },
): JudgedVerdict {
  const subject = `success rate${partOf(figures, run)}`
  // Rounded: 1 − 0.99 is not 0.01.
  const asked = shareOfFailures(figures, { limit: Number((1 - above).toPrecision(12)), confidence })
  return conclude(
    {
      claim: `${subject} above ${wordPercent(above)}`,
      contrary: `${subject} not above ${wordPercent(above)}`,
      observed: describeRate(asked, true),
      causes: evidenceOfErrors(figures),
    },
    standingOf(figures, run, asked),
    figures,
    run,
  )
}

function shareOfFailures(figures: JudgedFigures, { limit, confidence }: Required<ErrorRateQuestion>): ShareQuestion {
  const { requestsScheduled: of, errors, dropped, errorsByClass, droppedByReason } = figures
  const failed = errors + dropped
  const unproven = (errorsByClass.cancelled?.count ?? 0) + (droppedByReason.stopped ?? 0)
  return {
    allowed: limit,
    confidence,
    designEffect: designEffect(failuresByStretch(figures), (failed / of) * (1 - failed / of)),
    forPass: { over: failed, of },
    forFail: { over: failed - unproven, of: of - unproven },
  }
}

function failuresByStretch({ batches }: JudgedFigures): readonly Stretch[] {
  return batches.successes.map((successes, i) => {
    const sum = (batches.errors[i] ?? 0) + (batches.dropped[i] ?? 0)
    return { sum, of: successes + sum }
  })
}

function standingOf(figures: JudgedFigures, run: LoadResult, asked: ShareQuestion): Standing {
  const question = { limit: asked.allowed, confidence: asked.confidence }
  if (figures.requestsScheduled === 0) return nothingMeasured(figures)
  // While the run goes on, the first answers may be on their way.
  if (run.ended !== 'running' && figures.responsesReceived === 0 && asked.forFail.over > 0) {
    if (allByTheTool(figures)) return neverDue(figures, run)
    const trouble = toolTrouble(figures, run, { of: 'errors', failsOn: ({ errors, dropped }) => errors + dropped > 0 })
    return trouble ?? { verdict: 'fail', details: ['no request got an answer'] }
  }
  const verdict = judgeShare(asked)
  if (verdict === 'fail') {
    return failsOnDue(figures, asked)
      ? shownFail(figures, run, {
          of: 'errors',
          failsOn: (rest) => judgeShare(shareOfFailures(rest, question)) === 'fail',
        })
      : neverDue(figures, run)
  }
  if (verdict === 'pass') return settle(figures, run, { verdict, details: [] })
  const shortfall = {
    requests: asked.forPass.of,
    toTell: requestsToTell(asked, asked.forPass),
    designEffect: asked.designEffect,
    stretches: failuresByStretch(figures).filter(({ of }) => of > 0).length,
  }
  return settle(figures, run, tooFew(shortfall, figures, run))
}

/** Whether the requests that came due fail as well, without those that the tool itself never got to. */
function failsOnDue({ droppedByReason }: JudgedFigures, asked: ShareQuestion): boolean {
  const never = droppedByReason.generator ?? 0
  const { over, of } = asked.forFail
  return judgeShare({ ...asked, forFail: { over: over - never, of: of - never } }) === 'fail'
}

function allByTheTool({ droppedByReason, requestsScheduled }: JudgedFigures): boolean {
  return droppedByReason.generator === requestsScheduled
}

function neverDue({ droppedByReason }: JudgedFigures, run: LoadResult): Standing {
  return notDelivered(
    `${wordCount(droppedByReason.generator ?? 0)} requests never came due: the generator could not keep up`,
    run,
  )
}

/** "3.2% (90% interval 2.8–3.6%, n = 14 970, effective 2 140)". */
function describeRate({ forPass, designEffect: effect, confidence }: ShareQuestion, ofSuccesses: boolean): string {
  const { over, of } = forPass
  if (of === 0) return 'nothing'
  const seen = wordPercent(ofSuccesses ? 1 - over / of : over / of)
  if (effect === undefined) return `${seen} (n = ${wordCount(of)})`
  const effective = Math.floor(of / effect)
  const doubt = 1 - confidence
  // Rounded outwards, as the verdict rounds: the interval is never too narrow.
  const bounds = {
    low: proportionBounds(effective, Math.floor(over / effect), doubt).low,
    high: proportionBounds(effective, Math.min(effective, Math.ceil(over / effect)), doubt).high,
  }
  const [low, high] = ofSuccesses ? [1 - bounds.high, 1 - bounds.low] : [bounds.low, bounds.high]
  return `${seen} (${wordInterval(confidence)} ${wordShare(low)}–${wordPercent(high)}, n = ${wordCount(of)}, effective ${wordCount(effective)})`
}
