import type { LimitSlo } from '../../model/limits-findings.ts'
import type { TrialReasonFacts } from '../../model/trial-reason.ts'
import type { Ratio } from '../../model/units.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { trialReason } from '../../wording/trial-reasons.ts'
import { atLeast, atMost } from '../verdict/statistics/binomial.ts'
import { isOpenTrial, type OpenTrial, REFUSED, type Trial, type TrialOutcome } from './limit-trial.ts'
import type { TrialFigures } from './trial-figures.ts'

const ALPHA = 0.05
/** Minimum share of completed arrivals of a passing trial, for every service level. */
const COMPLETED = 0.9
/** Minimum growth of the number in flight, in requests, that counts against a rate. */
const LEAST_GROWTH = 5
/**
 * Minimum growth for steps and Poisson arrivals: a pause of the machine or a cluster of arrivals causes a few percent.
 */
const UNSTEADY_GROWTH = 0.05
const BUSY_GENERATOR = 0.95

/**
 * Judges a trial by the service level. The percentile rule counts requests without deflation, because a deflated
 * verdict needs more requests than a minute contains. Three rules compensate for its overconfidence: the length of a
 * hold trial, in which a growing queue shows, the test for growth, and the higher rate that must be refuted.
 *
 * A step is a survey: it passes if nothing counts against it, because it is too short to prove a percentile.
 */
export function judgeTrial(trial: Trial, figures: TrialFigures, slo: LimitSlo): TrialOutcome {
  const failures = isOpenTrial(trial) ? failuresOf(trial, figures, slo) : []
  const toolTrouble = toolTroubleOf(trial, figures, slo, failures.length > 0)
  const stopped = stoppedGenerator(trial, figures)
  const doubts = toolTrouble === undefined && failures.length === 0 ? doubtsOf(trial, figures, slo) : []
  return {
    trial,
    rate: 'rate' in trial ? trial.rate : figures.achievedRps,
    tookMs: figures.tookMs,
    verdict: stopped === undefined ? verdictOf(figures, failures, doubts, toolTrouble) : 'invalid',
    achievedRps: figures.achievedRps,
    completedShare: figures.completedShare,
    p50Ms: figures.p50Ms,
    p75Ms: figures.p75Ms,
    p99Ms: figures.p99Ms,
    serviceMs: figures.serviceMs,
    serviceCv: figures.serviceCv,
    flow: figures.flow,
    lateBursts: figures.lateBursts,
    errors: figures.errors,
    errorRate: errorRateOf(figures),
    inFlightGrowth: figures.growth?.share ?? null,
    reasons: [toolTrouble, stopped, ...failures, ...doubts].filter((reason) => reason !== undefined).map(trialReason),
    isToolLimited: toolTrouble !== undefined,
  }
}

function verdictOf(
  figures: TrialFigures,
  failures: readonly TrialReasonFacts[],
  doubts: readonly TrialReasonFacts[],
  toolTrouble: TrialReasonFacts | undefined,
): VerdictValue {
  if (toolTrouble !== undefined || figures.scheduled === 0) return 'invalid'
  if (failures.length > 0) return 'fail'
  if (figures.cutShort) return 'invalid'
  return doubts.length > 0 ? 'inconclusive' : 'pass'
}

/** Maximum share of time in which the generator may be stopped: the search needs the throughput to within 2.5%. */
const MAX_STOPPED = 0.025

/** Returns why a saturation must be repeated: its throughput includes time in which the generator was stopped. */
function stoppedGenerator(trial: Trial, { stoppedShare }: TrialFigures): TrialReasonFacts | undefined {
  return trial.purpose === 'saturate' && stoppedShare > MAX_STOPPED
    ? { code: 'generator-stopped', stoppedRatio: stoppedShare }
    : undefined
}

/**
 * Returns why the trial does not concern the target: the generator exhausted a resource, had no free CPU, or was late
 * and the requests outside that time do not fail; or the load was not delivered. Undefined if none of these applies.
 */
function toolTroubleOf(
  trial: Trial,
  figures: TrialFigures,
  slo: LimitSlo,
  failed: boolean,
): TrialReasonFacts | undefined {
  const { undelivered, exhausted, generatorBusy, outsideTrouble, lateAtTarget, lagMs, offeredRps } = figures
  if (exhausted !== undefined) return exhausted
  // A target that refuses most requests at once keeps the generator busy, and still completes as many as it can.
  const isRefused = figures.errors?.isAnswered === true && errorRateOf(figures) > REFUSED
  if (generatorBusy > BUSY_GENERATOR && (failed || (trial.purpose === 'saturate' && !isRefused))) {
    return { code: 'generator-busy', busyRatio: generatorBusy }
  }
  if (!isOpenTrial(trial)) return undefined
  if (failed && outsideTrouble !== undefined) {
    // A part of the load does not show whether the whole load was completed.
    const outside = failuresOf(trial, { ...figures, ...outsideTrouble, completedShare: 1 }, slo)
    if (outside.length === 0) return outsideTrouble.fault
  }
  if (undelivered === undefined) return undefined
  const withoutTool = { ...figures, late: lateAtTarget, completedShare: 1, failed: 0 }
  // Requests that the generator sends late count as in flight until then.
  const without = failuresOf(trial, withoutTool, slo, Math.max(LEAST_GROWTH, (2 * lagMs * offeredRps) / 1_000))
  return without.length > 0 ? undefined : undelivered
}

function failuresOf(
  trial: OpenTrial,
  figures: TrialFigures,
  slo: LimitSlo,
  leastGrowth = LEAST_GROWTH,
): TrialReasonFacts[] {
  const { scheduled, failed, timed, late, completedShare, growth } = figures
  const failures: TrialReasonFacts[] = []
  if (growth?.shown && growth.requests >= leastGrowth && growth.share >= (isUnsteady(trial) ? UNSTEADY_GROWTH : 0)) {
    failures.push({ code: 'requests-piled-up', inFlightGrowth: growth.share })
  }
  if (completedShare < COMPLETED && !figures.cutShort) {
    failures.push({ code: 'few-completed', completedShare })
  }
  if (late > 0 && atLeast(timed, 0.01, late) <= ALPHA) {
    failures.push({ code: 'late-requests', lateShare: late / timed, limitMs: slo.p99Ms })
  }
  if (failed > 0 && atLeast(scheduled, slo.errorRate, failed) <= ALPHA) {
    failures.push({ code: 'failed-requests', failedShare: failed / scheduled })
  }
  return failures
}

function doubtsOf(trial: Trial, figures: TrialFigures, slo: LimitSlo): TrialReasonFacts[] {
  const { scheduled, failed, timed, late } = figures
  if (trial.purpose === 'step' || !isOpenTrial(trial)) return []
  const doubts: TrialReasonFacts[] = []
  if (atMost(timed, 0.01, late) > ALPHA) doubts.push({ code: 'p99-not-proven', lateRequests: late, requests: timed })
  if (failed > 0 && atMost(scheduled, slo.errorRate, failed) > ALPHA) {
    doubts.push({ code: 'error-rate-not-proven', failedRequests: failed, requests: scheduled })
  }
  return doubts
}

function isUnsteady(trial: Trial): boolean {
  return trial.purpose === 'step' || trial.purpose === 'recommend'
}

function errorRateOf({ failed, scheduled }: TrialFigures): Ratio {
  return scheduled === 0 ? 0 : failed / scheduled
}
