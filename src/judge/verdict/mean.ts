import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { conclude } from './conclude.ts'
import { confidencePerLook } from './confidence-per-look.ts'
import { designEffect, MIN_BATCHES } from './design-effect.ts'
import { IN_MS, type QuantityFormat } from './described-percentile.ts'
import { diagnose, MEAN, partOf } from './evidence.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { decisiveMargin, marginAbove } from './mean-margin.ts'
import { type LatencyCourse, latencyCourse, latencySums } from './latencies.ts'
import { correlationReasons, notProven, type Shortfall, unsent } from './more-requests.ts'
import type { LatencyOf } from './percentile-share.ts'
import { MIN_BREACH_REQUESTS, MIN_PROOF_MS, type ProofSpan } from './proof.ts'
import { studentQuantile } from './statistics/student.ts'
import { matchingInDoubt } from './unsolicited.ts'
import { lagDecided, nothingMeasured, settle, shownFail, toolTrouble, type Standing } from './validity.ts'
import {
  formatCount,
  formatDuration,
  formatInterval,
  formatLimit,
  formatMs,
  formatPlural,
} from '../../wording/figures.ts'

export interface MeanQuestion {
  readonly limitMs: Ms
  readonly of?: LatencyOf
  /** Default: the plan's `confidence`. */
  readonly confidence?: Ratio
  /** Minimum scheduled span for a proof. Default: 10 s. */
  readonly requiredMs?: Ms
}

export interface MeanEstimate {
  readonly meanMs: Ms
  /**
   * How far the true mean may lie below its estimate; `marginAbove` returns the other side. Undefined with too few
   * batches.
   */
  readonly marginMs: Ms | undefined
  /** Margin if requests were independent. */
  readonly independentMarginMs: Ms
  readonly n: number
  readonly effect: number | undefined
}

/**
 * Judges whether the mean is below a limit, by batch means: Student's t with a standard error from the deflated number
 * of requests. For a pass, each request without a response counts with the time-out, or with the limit if that is
 * longer. For a fail, it does not count.
 */
export function meanVerdict(figures: JudgedFigures, run: LoadResult, question: MeanQuestion): JudgedVerdict {
  const { limitMs, of = 'response' } = question
  const confidence = confidencePerLook(run.plan, question.confidence)
  const estimate = estimateMean(figures, of === 'response' ? 'responseTime' : 'serviceTime', confidence)
  const subject = `mean ${of} time${partOf(figures, run)}`
  return conclude(
    {
      claim: `${subject} below ${formatLimit(limitMs)}`,
      contrary: `${subject} not below ${formatLimit(limitMs)}`,
      observed: estimate === undefined ? 'not measured' : describeMean(estimate, confidence, IN_MS),
      causes: diagnose(figures, run, { figure: MEAN, limitMs, of }),
    },
    estimate === undefined
      ? nothingMeasured(figures)
      : (matchingInDoubt(run) ?? standingOf(figures, run, question, estimate)),
    figures,
    run,
  )
}

function estimateMean(
  figures: JudgedFigures,
  name: 'responseTime' | 'serviceTime' | 'targetTime',
  confidence: Ratio,
): MeanEstimate | undefined {
  const distribution = figures[name]
  if (distribution.meanMs === undefined) return undefined
  const { meanMs, stddevMs, count } = distribution
  return estimateFrom({ mean: meanMs, stddev: stddevMs, count }, latencyCourse(figures, name), confidence)
}

/** Estimates a mean from the moments of its values and from their sums per batch. */
export function estimateFrom(
  { mean, stddev, count: n }: { readonly mean: number; readonly stddev: number; readonly count: number },
  course: LatencyCourse,
  confidence: Ratio,
): MeanEstimate {
  const effect = designEffect(latencySums(course), stddev ** 2)
  // Uses the minimum number of batches for every run: it gives the widest margin.
  const t = studentQuantile(confidence, MIN_BATCHES - 1)
  const independentMarginMs = (t * stddev) / Math.sqrt(n)
  const marginMs = effect === undefined ? undefined : independentMarginMs * Math.sqrt(effect)
  return { meanMs: mean, n, effect, marginMs, independentMarginMs }
}

function standingOf(figures: JudgedFigures, run: LoadResult, question: MeanQuestion, estimate: MeanEstimate): Standing {
  const { limitMs, of = 'response', requiredMs = MIN_PROOF_MS } = question
  const confidence = confidencePerLook(run.plan, question.confidence)
  const silentMs = Math.max(run.plan.requestTimeoutMs, limitMs)
  const { unanswered, dropped } = figures
  const worst = withSilent(estimate, unanswered, silentMs)
  const span = { spanMs: figures.durationMs, requiredMs }
  const again = (rest: JudgedFigures): MeanEstimate | undefined =>
    estimateMean(rest, of === 'response' ? 'responseTime' : 'serviceTime', confidence)
  const provenOn = (rest: JudgedFigures): boolean => {
    const remaining = again(rest)
    return remaining !== undefined && compareMean(remaining, remaining.meanMs, limitMs) === 'fail'
  }
  if (isBreach(figures, question)) {
    return shownFail(figures, run, { limitMs, failsOn: (rest) => isBreach(rest, question) || provenOn(rest) })
  }
  const verdict = span.spanMs < requiredMs ? 'inconclusive' : compareMean(estimate, worst, limitMs)
  if (verdict === 'fail') {
    const target = of === 'response' ? estimateMean(figures, 'targetTime', confidence) : undefined
    const late = target !== undefined && compareMean(target, target.meanMs, limitMs) !== 'fail'
    return late
      ? lagDecided(figures, run, 'the mean', target.meanMs)
      : shownFail(figures, run, { limitMs, failsOn: provenOn })
  }
  if (verdict === 'pass') return settle(figures, run, { verdict, details: [] })
  const sent = of === 'service' ? unanswered - dropped : unanswered
  const worstSent = withSilent(estimate, sent, silentMs)
  if (sent < unanswered) {
    const isLoaded = figures.requestsScheduled - dropped >= MIN_SENT * figures.requestsScheduled
    const isPassed = isLoaded && span.spanMs >= requiredMs && compareMean(estimate, worstSent, limitMs) === 'pass'
    if (isPassed || (worst >= limitMs && worstSent < limitMs)) {
      return settle(figures, run, unsent(dropped, 'service time', isPassed ? 'pass' : 'none'))
    }
  }
  const leaning = worst >= limitMs ? 'fail' : 'pass'
  if (leaning === 'fail') {
    const failsOn = (rest: JudgedFigures): boolean => (again(rest)?.meanMs ?? 0) >= limitMs
    const trouble = toolTrouble(figures, run, { limitMs, failsOn })
    if (trouble !== undefined) return trouble
  }
  const { meanMs } = estimate
  // The share of these requests decides, however long the run is.
  if (meanMs < limitMs && worst >= limitMs) return settle(figures, run, silentDecide(sent, worstSent, silentMs))
  const filled = figures.batches.successes.filter((successes) => successes > 0).length
  const distanceMs = decisiveMargin(meanMs, meanMs < limitMs ? limitMs - (worst - meanMs) : limitMs)
  return settle(
    figures,
    run,
    notProven({ ...meanShortfall(filled, estimate, distanceMs, span), leaning }, figures, run),
  )
}

/** Share of the requests that must be sent, so that the target got the load that the plan asked for. */
const MIN_SENT: Ratio = 0.99

/** Inconclusive, because the mean reaches its limit only if requests without a response count with their time-out. */
function silentDecide(silent: number, worstMs: Ms, silentMs: Ms): Standing {
  const each = silent === 1 ? 'it counts' : 'each of them counts'
  return {
    verdict: 'inconclusive',
    leaning: 'fail',
    reason: `depends on ${formatPlural(silent, 'request')} without a response`,
    details: [
      `the mean is ${formatMs(worstMs)} ms if ${each} with ${formatDuration(silentMs)}: judge such requests with toHaveErrorRateBelow`,
    ],
  }
}

/** `filled` is the number of batches that contain values. */
export function meanShortfall(
  filled: number,
  { n, effect, marginMs, independentMarginMs }: MeanEstimate,
  distanceMs: Ms,
  span: ProofSpan,
): Omit<Shortfall, 'leaning'> {
  const timesWith = (margin: Ms): number => (margin / Math.abs(distanceMs)) ** 2
  const forBatches = filled === 0 ? 1 : MIN_BATCHES / filled
  const times = Math.max(timesWith(marginMs ?? independentMarginMs), forBatches)
  return {
    requests: n,
    requiredRequests: timesWith(independentMarginMs) < MAX_TIMES ? Math.ceil(n * times) : undefined,
    easier: 'assert a percentile',
    span,
    reasons: [
      ...(span.spanMs < span.requiredMs ? [{ code: 'short-span', ...span } as const] : []),
      ...(effect === undefined && span.spanMs >= span.requiredMs
        ? [{ code: 'few-batches', batches: filled, requiredBatches: MIN_BATCHES } as const]
        : []),
      ...correlationReasons(n, effect),
    ],
  }
}

/** A mean is too close to its limit if even independent requests would need a run so many times as long. */
const MAX_TIMES = 900

/** Whether each of at least 20 requests was over the limit, which needs no statistics. */
function isBreach(figures: JudgedFigures, { limitMs, of = 'response' }: MeanQuestion): boolean {
  const distribution = of === 'response' ? figures.responseTime : figures.serviceTime
  return distribution.minMs !== undefined && distribution.count >= MIN_BREACH_REQUESTS && distribution.minMs >= limitMs
}

/** Returns the mean if each of `silent` requests without a response counts with `silentMs`. */
function withSilent({ meanMs, n }: MeanEstimate, silent: number, silentMs: Ms): Ms {
  return (meanMs * n + silentMs * silent) / (n + silent)
}

export function compareMean(
  { meanMs, marginMs }: MeanEstimate,
  worstMs: Ms,
  limitMs: Ms,
): Exclude<VerdictValue, 'invalid'> {
  if (marginMs === undefined) return 'inconclusive'
  if (worstMs + marginAbove(meanMs, marginMs) < limitMs) return 'pass'
  return meanMs - marginMs >= limitMs ? 'fail' : 'inconclusive'
}

export function describeMean(
  { meanMs, marginMs, n, effect }: MeanEstimate,
  confidence: Ratio,
  { one, range }: QuantityFormat,
): string {
  if (marginMs === undefined || effect === undefined) return `${one(meanMs)} (n = ${formatCount(n)})`
  const [lowMs, highMs] = [Math.max(0, meanMs - marginMs), meanMs + marginAbove(meanMs, marginMs)]
  const interval = Number.isFinite(highMs) ? range(lowMs, highMs) : `above ${one(lowMs)}`
  return `${one(meanMs)} (${formatInterval(confidence)} ${interval}, n = ${formatCount(n)}, effective ${formatCount(Math.floor(n / effect))})`
}
