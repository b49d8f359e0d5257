import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import type { VerdictReason } from '../../model/verdict.ts'
import { conclude } from './conclude.ts'
import { confidencePerLook } from './confidence-per-look.ts'
import { designEffect, MIN_BATCHES, type BatchSum } from './design-effect.ts'
import { evidenceOfErrors, partOf } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { correlationReasons, notProven } from './more-requests.ts'
import { ANY_SPAN, decideShare, MIN_PROOF_MS, type ProofSpan } from './proof.ts'
import { type Count, judgeShare, requestsToDecide, type ShareQuestion } from './share.ts'
import { proportionBounds } from './statistics/binomial-intervals.ts'
import { notDispatched, nothingMeasured, settle, shownFail, toolTrouble, type Standing } from './validity.ts'
import { formatCount, formatInterval, formatPercent, formatShare } from '../../wording/figures.ts'
import { stoppedRequests } from './target-failures.ts'

export interface ErrorRateQuestion {
  /** Limit of the share of failed or dropped requests, 0 to 1; 0 allows none. */
  readonly limit: Ratio
  /** Default: the plan's `confidence`. */
  readonly confidence?: Ratio
  /** Minimum scheduled span for a proof. Default: 10 s. */
  readonly requiredMs?: Ms
}

/**
 * Length of outages that a pass must exclude, even if the run happened to contain none: all requests within this time
 * count as one.
 */
const OUTAGE_MS: Ms = 500

/**
 * Judges whether the share of scheduled requests that failed or were dropped is below a limit: exact Clopper–Pearson
 * bounds on counts deflated by the autocorrelation of failures. A pass also assumes that failures occur in outages of
 * half a second, so it needs a run of about `3 / limit` times that length.
 */
export function errorRateVerdict(figures: JudgedFigures, run: LoadResult, question: ErrorRateQuestion): JudgedVerdict {
  const subject = `error rate${partOf(figures, run)}`
  const asked = shareOfFailures(figures, { ...question, confidence: confidencePerLook(run.plan, question.confidence) })
  const limit = question.limit === 0 ? '0%' : `below ${formatPercent(question.limit)}`
  return conclude(
    {
      claim: `${subject} ${limit}`,
      contrary: `${subject} not ${limit}`,
      observed: describeRate(asked, false),
      causes: evidenceOfErrors(figures),
    },
    standingOf(figures, run, asked, question.requiredMs),
    figures,
    run,
  )
}

/** Judges whether the share of successful requests is above `above`: the error rate with the limit `1 − above`. */
export function successRateVerdict(
  figures: JudgedFigures,
  run: LoadResult,
  { above, confidence }: { readonly above: Ratio; readonly confidence?: Ratio },
): JudgedVerdict {
  const subject = `success rate${partOf(figures, run)}`
  // Rounded, because 1 − 0.99 is not exactly 0.01.
  const asked = shareOfFailures(figures, {
    limit: Number((1 - above).toPrecision(12)),
    confidence: confidencePerLook(run.plan, confidence),
  })
  return conclude(
    {
      claim: `${subject} above ${formatPercent(above)}`,
      contrary: `${subject} not above ${formatPercent(above)}`,
      observed: describeRate(asked, true),
      causes: evidenceOfErrors(figures),
    },
    standingOf(figures, run, asked),
    figures,
    run,
  )
}

function shareOfFailures(
  figures: JudgedFigures,
  { limit, confidence }: { readonly limit: Ratio; readonly confidence: Ratio },
): ShareQuestion {
  const { requestsScheduled: of, errors, dropped, durationMs } = figures
  const failed = errors + dropped
  const unproven = stoppedRequests(figures)
  const effect = designEffect(failuresByBatch(figures), (failed / of) * (1 - failed / of))
  const perOutage = durationMs > 0 ? (of * OUTAGE_MS) / durationMs : 1
  return {
    allowed: limit,
    confidence,
    designEffect: effect,
    passDesignEffect: Math.max(effect ?? 1, perOutage),
    forPass: { over: failed, of },
    forFail: { over: failed - unproven, of: of - unproven },
  }
}

/** Returns for each batch the failed or dropped requests, and all requests. */
export function failuresByBatch({ batches }: JudgedFigures): readonly BatchSum[] {
  return batches.successes.map((successes, i) => {
    const sum = (batches.errors[i] ?? 0) + (batches.dropped[i] ?? 0)
    return { sum, of: successes + sum }
  })
}

function standingOf(
  figures: JudgedFigures,
  run: LoadResult,
  asked: ShareQuestion,
  requiredMs: Ms = MIN_PROOF_MS,
): Standing {
  if (figures.requestsScheduled === 0) return nothingMeasured(figures)
  // During the run, the first responses may still be on their way.
  if (run.ended !== 'running' && figures.responsesReceived === 0 && asked.forFail.over > 0) {
    if (allByTheTool(figures)) return notDispatched(figures, run)
    const trouble = toolTrouble(figures, run, { of: 'errors', failsOn: ({ errors, dropped }) => errors + dropped > 0 })
    return trouble ?? { verdict: 'fail', details: ['no request received a response'] }
  }
  const span = { spanMs: figures.durationMs, requiredMs }
  const { verdict, reasons } = decideShare(asked, batchesOf(figures), span)
  if (verdict === 'fail') {
    if (!failsOnDue(figures, asked)) return notDispatched(figures, run)
    const question = { limit: asked.allowed, confidence: asked.confidence }
    const fail = shownFail(figures, run, {
      of: 'errors',
      failsOn: (rest) => decideShare(shareOfFailures(rest, question), batchesOf(rest), ANY_SPAN).verdict === 'fail',
    })
    return fail.verdict === 'fail' ? { ...fail, reasons } : fail
  }
  if (verdict === 'pass') return settle(figures, run, { verdict, details: [] })
  const trouble = leansToFail(figures, asked)
    ? toolTrouble(figures, run, { of: 'errors', failsOn: (rest) => leansToFail(rest, asked) })
    : undefined
  return trouble ?? settle(figures, run, undecided(figures, run, asked, span, reasons))
}

/** Failures in each batch, as counts over a limit. */
export function batchesOf(figures: JudgedFigures): readonly Count[] {
  return failuresByBatch(figures).map(({ sum, of }) => ({ over: sum, of }))
}

/** Whether the observed share of failures is at the limit or above it. */
function leansToFail(figures: JudgedFigures, { allowed: limit, confidence }: ShareQuestion): boolean {
  const { over, of } = shareOfFailures(figures, { limit, confidence }).forPass
  return over > 0 && over >= limit * of
}

function undecided(
  figures: JudgedFigures,
  run: LoadResult,
  asked: ShareQuestion,
  span: ProofSpan,
  reasons: readonly VerdictReason[],
): Standing {
  const { designEffect: effect, passDesignEffect, forPass } = asked
  const leaning = leansToFail(figures, asked) ? 'fail' : 'pass'
  const filled = failuresByBatch(figures).filter(({ of }) => of > 0).length
  const byOutages = passDesignEffect !== undefined && passDesignEffect > (effect ?? 1)
  const required = requestsToDecide(asked, forPass)
  const requiredMs = required === undefined ? span.spanMs : (span.spanMs * required) / forPass.of
  return notProven(
    {
      requests: forPass.of,
      requiredRequests: required,
      easier: 'allow more failures',
      span,
      leaning,
      reasons: [
        ...reasons,
        ...(effect === undefined && reasons.length === 0
          ? [{ code: 'few-batches', batches: filled, requiredBatches: MIN_BATCHES } as const]
          : []),
        ...(byOutages && leaning === 'pass' && required !== undefined
          ? [{ code: 'possible-outages', outageMs: OUTAGE_MS, requiredMs } as const]
          : correlationReasons(forPass.of, effect)),
      ],
    },
    figures,
    run,
  )
}

/** Whether the dispatched requests alone fail as well. */
function failsOnDue({ droppedByReason }: JudgedFigures, asked: ShareQuestion): boolean {
  const never = droppedByReason.generator ?? 0
  const { over, of } = asked.forFail
  const due = { ...asked, forFail: { over: over - never, of: of - never } }
  return never === 0 || judgeShare(due) === 'fail'
}

function allByTheTool({ droppedByReason, requestsScheduled }: JudgedFigures): boolean {
  return droppedByReason.generator === requestsScheduled
}

/** Example: "3.2% (90% interval 2.8–3.6%, n = 14 970, effective 2 140)". */
function describeRate({ forPass, designEffect: effect, confidence }: ShareQuestion, ofSuccesses: boolean): string {
  const { over, of } = forPass
  if (of === 0) return 'not measured'
  const seen = formatPercent(ofSuccesses ? 1 - over / of : over / of)
  if (effect === undefined) return `${seen} (n = ${formatCount(of)})`
  const effective = Math.floor(of / effect)
  const doubt = 1 - confidence
  // Rounds outwards like the verdict, so that the interval is never too narrow.
  const bounds = {
    low: proportionBounds(effective, Math.floor(over / effect), doubt).low,
    high: proportionBounds(effective, Math.min(effective, Math.ceil(over / effect)), doubt).high,
  }
  const [low, high] = ofSuccesses ? [1 - bounds.high, 1 - bounds.low] : [bounds.low, bounds.high]
  return `${seen} (${formatInterval(confidence)} ${formatShare(low)}–${formatPercent(high)}, n = ${formatCount(of)}, effective ${formatCount(effective)})`
}
