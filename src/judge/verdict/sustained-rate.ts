import type { JudgedFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import type { VerdictReason } from '../../model/verdict.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import { conclude } from './conclude.ts'
import { confidencePerLook } from './confidence-per-look.ts'
import { designEffect, MIN_BATCHES } from './design-effect.ts'
import { batchesOf, failuresByBatch } from './error-rate.ts'
import { type Counted, countedIn, evidenceOfErrors, partOf } from './evidence.ts'
import { growthOf, type Growth, type MeasuredGrowth } from './growth.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { notProven } from './more-requests.ts'
import { decideShare, MIN_PROOF_MS, type ProofSpan } from './proof.ts'
import { missedRateLines, rateBreach } from './rate-breach.ts'
import { requestsToDecide, type ShareQuestion } from './share.ts'
import { notDispatched, nothingMeasured, settle, shownFail, toolTrouble, type Standing } from './validity.ts'
import { formatCount, formatPercent, formatRate } from '../../wording/figures.ts'
import { lostTimes } from './starved-target.ts'
import { stoppedRequests } from './target-failures.ts'
import { trialReasonSentence } from '../../wording/trial-reasons.ts'

export interface SustainedRateQuestion {
  readonly rps: Rps
  /** Allowed shortfall, as a share of the rate and of its requests. */
  readonly within: Ratio
  /** Minimum scheduled span for a proof. Default: 10 s. */
  readonly requiredMs?: Ms
}

/** Standard deviations of a random number of arrivals by which they are too few with a probability of 1%. */
const DEVIATIONS = 2.33

/**
 * Judges whether a rate was sustained. It must have been scheduled (at least `rps · (1 − within)`, minus what chance
 * explains), at least a share of `1 − within` of the scheduled requests must have succeeded, and
 * the number in flight must not have grown by more than a share `within` of the arrivals (`growthOf`).
 *
 * A fail is proven if the share of successes is proven to be too small, if the growth exceeds the random variation of a
 * queue at its capacity, or if the target completes less than half of the arrivals all the time (`rateBreach`). A pass
 * is proven if the number in flight always stayed within the allowed growth. A target near its capacity yields neither.
 * In a run with journeys, the rate is that of journey starts, and journeys are judged. Throws `ERR_LOAD_MATCHER_MODEL`
 * for the closed model, because its rate depends on the responses.
 */
export function sustainedRateVerdict(
  given: JudgedFigures,
  run: LoadResult,
  question: SustainedRateQuestion,
): JudgedVerdict {
  const figures = given === run ? (run.journeys ?? run) : given
  if (run.arrivals === 'closed') {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_MODEL',
      'a closed-model run (concurrency) cannot prove a sustained rate, because its rate depends on the responses\n' +
        '    → set rate instead of concurrency in the plan',
    )
  }
  const { rps, within } = question
  // Journeys in think time count as in flight, so the growth of the requests shows whether the target falls behind.
  const growth = growthOf(figures === run.journeys ? run : figures)
  const counted = countedIn(figures, run)
  const standing = standingOf(figures, run, question, growth)
  const subject = `${formatRate(rps, counted.rate)}${figures === run.journeys ? '' : partOf(figures, run)}`
  return conclude(
    {
      claim: `${subject} sustained`,
      contrary: `${subject} not sustained`,
      observed: describeObserved(figures, growth, counted),
      causes: [
        ...missedRateLines(standing),
        ...(growth?.shown === true ? [describeGrowth(growth, within)] : []),
        ...evidenceOfErrors(figures),
      ],
    },
    standing,
    figures,
    run,
  )
}

function standingOf(
  figures: JudgedFigures,
  run: LoadResult,
  question: SustainedRateQuestion,
  growth: MeasuredGrowth | undefined,
): Standing {
  const { requestsScheduled, droppedByReason, offeredRps } = figures
  const { rps, within, requiredMs = MIN_PROOF_MS } = question
  if (requestsScheduled === 0) return nothingMeasured(figures)
  const undispatched = droppedByReason.generator ?? 0
  const span = { spanMs: figures.durationMs, requiredMs }
  const asked = shareOfShortfall(figures, run, within, undispatched)
  const completed = decideShare(asked, batchesOf(figures), span)
  const grows = growth !== undefined && span.spanMs >= requiredMs && isGrowing(growth, within, PROVEN_ERRORS)
  // A journey ends late because of its think time as well.
  const canBreach = requiredMs > 0 && figures !== run.journeys
  const breach = canBreach ? rateBreach(figures, asked.forFail, within) : undefined
  if (completed.verdict === 'fail' || grows || breach !== undefined) {
    // A queue that grows from the first second on is in the aftermath of each delay, and no part of the run is left.
    const isBreachedAnyway =
      breach !== undefined && rateBreach(figures, asked.forFail, within, lostTimes(figures, run)) !== undefined
    const fail = shownFail(figures, run, { failsOn: (rest) => isBreachedAnyway || isBehind(rest, within, growth) })
    if (fail.verdict !== 'fail') return fail
    // The reasons of an open share do not explain a fail.
    const reasons = completed.verdict === 'fail' ? completed.reasons : breach === undefined ? [] : [breach]
    return { ...fail, reasons }
  }
  const behind = isBehind(figures, within, growth)
  if (behind) {
    const trouble = toolTrouble(figures, run, { failsOn: (rest) => isBehind(rest, within, growth) })
    if (trouble !== undefined) return trouble
  } else {
    if (isShort(figures, within)) {
      return notDispatched(figures, run)
    }
    // A run that ended early offered less for that reason, which is not a fault of its plan.
    if (run.ended === 'completed' && offeredRps < rps * (1 - within) - chanceRps(figures, run, rps)) {
      return tooLittleOffered(figures, run, rps)
    }
  }
  const filled = batchesOf(figures).filter(({ of }) => of > 0).length
  const reasons = openReasons(growth, within, span, filled)
  if (!behind && completed.verdict === 'pass' && reasons.length === 0) {
    return settle(figures, run, { verdict: 'pass', details: [] })
  }
  return settle(
    figures,
    run,
    notProven(
      {
        requests: requestsScheduled,
        requiredRequests: requiredRequests(figures, run, within, growth),
        easier: 'raise within',
        span,
        leaning: behind ? 'fail' : 'pass',
        reasons,
      },
      figures,
      run,
    ),
  )
}

function tooLittleOffered(figures: JudgedFigures, run: LoadResult, rps: Rps): Standing {
  const { offeredRps } = figures
  return {
    verdict: 'invalid',
    reason: 'the load was not delivered',
    invalid: { code: 'too-few-planned', offeredRps, rps },
    details: [`the plan scheduled only ${formatRate(offeredRps, countedIn(figures, run).rate)}: set rate: ${rps}`],
  }
}

/** Standard errors by which a growth must differ from 0, for a proof and for a leaning to a fail. */
const PROVEN_ERRORS = 2
const LEANING_ERRORS = 1
/**
 * Share of the allowed shortfall within which the number in flight must stay for a pass. At exact capacity it varies
 * more than that in most runs. Simulation determined the share (docs/calibration/verdicts.md).
 */
const STEADY_SHARE = 0.6

function isGrowing({ requests, arrived, noise }: MeasuredGrowth, within: Ratio, errors: number): boolean {
  return requests >= within * arrived && requests > errors * noise
}

/**
 * Minimum number of batches that show growth in a part of a run, such as the part in which the generator was on time.
 */
const MIN_GROWTH_BATCHES = 10

/** Whether the observation leans to a fail: too few successes, or a growing number in flight. */
function isBehind(figures: JudgedFigures, within: Ratio, whole: MeasuredGrowth | undefined): boolean {
  if (isShort(figures, within, figures.droppedByReason.generator)) return true
  if (whole === undefined || !isGrowing(whole, within, LEANING_ERRORS)) return false
  const growth = growthOf(figures, MIN_GROWTH_BATCHES)
  return growth !== undefined && isGrowing(growth, within, LEANING_ERRORS)
}

/** Returns the reasons why a run that is not behind proves nothing. */
function openReasons(
  growth: MeasuredGrowth | undefined,
  within: Ratio,
  span: ProofSpan,
  filled: number,
): readonly VerdictReason[] {
  if (span.spanMs < span.requiredMs) return [{ code: 'short-span', ...span }]
  if (growth === undefined) return [{ code: 'few-batches', batches: filled, requiredBatches: MIN_BATCHES }]
  const allowed = within * growth.arrived
  return growth.range <= STEADY_SHARE * allowed
    ? []
    : [{ code: 'backlog-wanders', requests: growth.range, allowed: STEADY_SHARE * allowed }]
}

/** Asks whether the share of requests that did not succeed is within the allowed shortfall. */
function shareOfShortfall(figures: JudgedFigures, run: LoadResult, within: Ratio, undispatched = 0): ShareQuestion {
  const of = figures.requestsScheduled - stoppedRequests(figures) - undispatched
  const over = Math.max(0, of - figures.successes)
  const share = of === 0 ? 0 : over / of
  return {
    allowed: within,
    confidence: confidencePerLook(run.plan),
    designEffect: designEffect(failuresByBatch(figures), share * (1 - share)),
    forPass: { over, of },
    forFail: { over, of },
  }
}

/**
 * Estimates the number of requests that a proof needs. The random variation of a queue grows with the root of the time,
 * the growth of an overloaded one and the allowed growth with the time. A shortfall that is proven either by the share
 * of successes or by the growth needs only the smaller number.
 */
function requiredRequests(
  figures: JudgedFigures,
  run: LoadResult,
  within: Ratio,
  growth: MeasuredGrowth | undefined,
): number | undefined {
  const share = shareOfShortfall(figures, run, within)
  const forShare = requestsToDecide(share, share.forPass)
  if (growth !== undefined && isGrowing(growth, within, LEANING_ERRORS)) {
    const times = Math.max(1, ((PROVEN_ERRORS * growth.noise) / growth.requests) ** 2)
    return Math.min(forShare ?? Number.POSITIVE_INFINITY, Math.ceil(times * figures.requestsScheduled))
  }
  if (forShare === undefined) return undefined
  if (growth === undefined) return Math.max(forShare, 2 * figures.requestsScheduled)
  const times = Math.max(1, (2 * growth.range) / (STEADY_SHARE * within * growth.arrived))
  return Math.max(forShare, times * figures.requestsScheduled)
}

/** Whether too few requests succeeded, not counting cancelled, stopped and `undispatched` requests. */
function isShort(figures: JudgedFigures, within: Ratio, undispatched = 0): boolean {
  const of = figures.requestsScheduled - stoppedRequests(figures) - undispatched
  return of > 0 && figures.successes < (1 - within) * of
}

/**
 * Returns the deficit of the offered rate that chance explains. A schedule has whole arrivals, or whole batches. Poisson
 * arrivals scatter by the root of their number. An operation is drawn for each arrival, so that their number has a
 * binomial distribution.
 */
function chanceRps(figures: JudgedFigures, run: LoadResult, rps: Rps): Rps {
  const seconds = figures.durationMs / 1_000
  if (seconds === 0) return 0
  const size = run.batching?.batchSize ?? 1
  const isDrawn = Object.values(run.operations).includes(figures)
  const others = isDrawn ? 1 - figures.requestsScheduled / run.requestsScheduled : 0
  const variance = size * rps * seconds * (run.arrivals === 'poisson' ? 1 : others)
  return (size + DEVIATIONS * Math.sqrt(variance)) / seconds
}

/** Example: "421 req/s (84.2% of 15 000 requests succeeded, 790 more in flight at the end)". */
function describeObserved(
  { achievedRps, successes, requestsScheduled }: JudgedFigures,
  growth: MeasuredGrowth | undefined,
  { many, rate }: Counted,
): string {
  const succeeded =
    requestsScheduled === 0
      ? `no ${many}`
      : `${formatPercent(successes / requestsScheduled)} of ${formatCount(requestsScheduled)} ${many} succeeded`
  const grown = growth?.shown === true ? `, ${formatCount(growth.requests)} more in flight at the end` : ''
  return `${formatRate(achievedRps, rate)} (${succeeded}${grown})`
}

function describeGrowth({ share }: Growth, within: Ratio): string {
  const beyond = share > within ? '' : ', and the number in flight would continue to grow'
  return `${trialReasonSentence({ code: 'requests-piled-up', inFlightGrowth: share })}${beyond}`
}
