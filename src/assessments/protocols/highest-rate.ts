import type { MeasuredProtocol } from '../../judge/analysis/protocol-ranking.ts'
import { figuresOf } from '../../judge/analysis/trial-figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { formatRate } from '../../wording/figures.ts'
import { keepVerdict, type SuiteContext } from '../suite.ts'
import { BUSY, type Filled, isPaced } from './full-load.ts'
import { judgeRate, rateVerdict } from './rate-verdict.ts'
import type { Subject } from './subject.ts'
import type { LowestTrial } from './unknown-values.ts'

/**
 * Rates to try, as shares of the closed-model throughput, highest first. Clients that never pause send many requests in
 * one batch, which costs both sides less than single requests, so half of that rate is already high.
 */
const HOLD_SHARES = [0.5, 0.25, 0.12, 0.06] as const
/** The highest tried rate that holds the service level in the open model. */
export interface HighestRate extends Pick<MeasuredProtocol, 'maxRps' | 'maxIsBound'> {
  /** The run that held it; undefined if none did. */
  readonly held: LoadResult | undefined
  /** The last trial, if no rate was held. */
  readonly lowest: LowestTrial | undefined
}

/** Tries shares of the full throughput until the service level holds. */
export async function findHighestRate(
  context: SuiteContext,
  subject: Subject,
  { full, clients: maxConnections }: Filled,
): Promise<HighestRate> {
  let lowest: LowestTrial | undefined
  let maxIsBound = full.generator.eventLoopUtilization > BUSY || isPaced(subject, full)
  for (const share of isPaced(subject, full) ? [1, ...HOLD_SHARES] : HOLD_SHARES) {
    const rate = Math.min(
      subject.maxRps ?? Number.POSITIVE_INFINITY,
      Math.max(1, Math.floor(share * full.throughputRps)),
    )
    const plan: WrittenPlan = {
      ...subject.plan,
      maxConnections,
      rate,
      arrivals: 'uniform',
      duration: subject.holdMs,
      warmUp: subject.duration / 8,
    }
    const result = await context.load(plan, { phase: `${subject.protocol}, ${formatRate(rate)}` })
    const outcome = judgeRate(result, rate, subject.slo)
    keepVerdict(result, 'protocolsSuite', rateVerdict(outcome))
    maxIsBound ||= outcome.isToolLimited
    if (outcome.verdict === 'pass') return { maxRps: rate, maxIsBound, held: result, lowest: undefined }
    lowest = {
      rate,
      verdict: outcome.verdict,
      trialReason: outcome.reasons[0],
      ...(outcome.verdict === 'inconclusive' && { undecided: figuresOf(result, subject.slo) }),
    }
  }
  return { maxRps: null, maxIsBound, held: undefined, lowest }
}
