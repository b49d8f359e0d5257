import type { MeasuredProtocol } from '../../judge/analysis/protocol-ranking.ts'
import { figuresOf } from '../../judge/analysis/trial-figures.ts'
import { median } from '../../judge/verdict/statistics/median.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ratio, Rps } from '../../model/units.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { formatRate } from '../../wording/figures.ts'
import { keepVerdict, type SuiteContext } from '../suite.ts'
import { BUSY, type Filled, isPaced } from './full-load.ts'
import { judgeRate, type RateOutcome, rateVerdict } from './rate-verdict.ts'
import type { Subject } from './subject.ts'
import type { LowestTrial } from './unknown-values.ts'

/**
 * Rates to try, as shares of the closed-model throughput, highest first. Clients that never pause send many requests in
 * one batch, which costs both sides less than single requests, so half of that rate is already high.
 */
const HOLD_SHARES = [0.5, 0.25, 0.12, 0.06] as const
/** A share that broke the service level this many times is too high. */
const MAX_TRIALS = 2

/** The highest tried rate that holds the service level in the open model. */
export interface HighestRate extends Pick<MeasuredProtocol, 'maxRps' | 'maxIsBound'> {
  /** Share of the full throughput that held it, and the highest tried one that did not break it twice. */
  readonly heldShare: readonly [Ratio, Ratio]
  /** The run that held it; undefined if none did. */
  readonly held: LoadResult | undefined
  /** The last trial, if no rate was held. */
  readonly lowest: LowestTrial | undefined
}

/**
 * Tries shares of the full throughput until the service level holds. A share that breaks it is tried again, because a
 * disturbance of the machine during one trial would otherwise halve the rate.
 */
export async function findHighestRate(
  context: SuiteContext,
  subject: Subject,
  { full, clients, throughputRps }: Filled,
): Promise<HighestRate> {
  let lowest: LowestTrial | undefined
  let maxIsBound = full.generator.eventLoopUtilization > BUSY || isPaced(subject, full)
  let unbroken: Ratio | undefined
  const fullRps = median(throughputRps)
  for (const share of isPaced(subject, full) ? [1, ...HOLD_SHARES] : HOLD_SHARES) {
    const rate = Math.min(subject.maxRps ?? Number.POSITIVE_INFINITY, Math.max(1, Math.floor(share * fullRps)))
    const trials: Trial[] = []
    while (trials.length < MAX_TRIALS && trials.every(({ outcome }) => outcome.verdict === 'fail')) {
      trials.push(await tryRate(context, subject, rate, clients))
    }
    maxIsBound ||= trials.some(({ outcome }) => outcome.isToolLimited)
    const last = trials.at(-1)
    if (last === undefined) continue
    const { result, outcome } = last
    if (outcome.verdict !== 'fail') unbroken ??= share
    if (outcome.verdict === 'pass') {
      return { maxRps: rate, maxIsBound, heldShare: [share, unbroken ?? share], held: result, lowest: undefined }
    }
    lowest = {
      rate,
      verdict: outcome.verdict,
      trialReason: outcome.reasons[0],
      ...(outcome.verdict === 'inconclusive' && { undecided: figuresOf(result, subject.slo) }),
    }
  }
  return { maxRps: null, maxIsBound, heldShare: [0, unbroken ?? HOLD_SHARES.at(-1) ?? 0], held: undefined, lowest }
}

interface Trial {
  readonly result: LoadResult
  readonly outcome: RateOutcome
}

async function tryRate(context: SuiteContext, subject: Subject, rate: Rps, maxConnections: number): Promise<Trial> {
  const plan: WrittenPlan = {
    ...subject.plan,
    maxConnections,
    rate,
    arrivals: 'uniform',
    duration: subject.holdMs,
    // Saves the rest of a trial that has failed.
    abortOn: { p99Ms: subject.slo.p99Ms, errorRate: subject.slo.errorRate },
    warmUp: subject.duration / 8,
  }
  const result = await context.load(plan, { phase: `${subject.protocol}, ${formatRate(rate)}` })
  const outcome = judgeRate(result, rate, subject.slo)
  keepVerdict(result, 'protocolsSuite', rateVerdict(outcome))
  return { result, outcome }
}
