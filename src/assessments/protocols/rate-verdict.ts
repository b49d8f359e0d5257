import type { TrialOutcome } from '../../judge/analysis/limit-trial.ts'
import { figuresOf } from '../../judge/analysis/trial-figures.ts'
import { judgeTrial } from '../../judge/analysis/trial-verdict.ts'
import type { JudgedVerdict } from '../../judge/verdict/judged-verdict.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Rps } from '../../model/units.ts'
import type { Leaning } from '../../model/verdict.ts'
import { formatMs, formatPercent, formatRate } from '../../wording/figures.ts'

/** The outcome of a run at a constant rate, with the side that an inconclusive one leans to. */
export interface RateOutcome extends TrialOutcome {
  readonly leaning?: Leaning
}

/** Number of requests that a p99 needs. */
const P99_REQUESTS = 100

/**
 * Judges a run like the search of `limits`: counts late requests directly, because a minute contains too few clusters
 * of them.
 */
export function judgeRate(result: LoadResult, rate: Rps, slo: LimitSlo): RateOutcome {
  const trial = { purpose: 'hold', rate, arrivals: 'uniform', durationMs: result.durationMs } as const
  const outcome = judgeTrial(trial, figuresOf(result, slo), slo)
  return outcome.verdict === 'inconclusive' ? { ...outcome, leaning: leaningOf(result, slo) } : outcome
}

function leaningOf(result: LoadResult, slo: LimitSlo): Leaning {
  const { timed, late, scheduled, failed } = figuresOf(result, slo)
  if (late > 0.01 * timed || failed > slo.errorRate * scheduled) return 'fail'
  return timed < P99_REQUESTS ? 'none' : 'pass'
}

/** Returns the verdict on a run at a constant rate as the reports show it. */
export function rateVerdict({ rate, verdict, leaning, reasons, p99Ms, errorRate }: RateOutcome): JudgedVerdict {
  const claim = `${formatRate(rate)} within the service level`
  const p99 = p99Ms === null ? 'p99 unknown' : `p99 ${formatMs(p99Ms)} ms`
  const why = reasons.map(({ message }) => message).join('; ')
  return {
    verdict,
    ...(leaning !== undefined && { leaning }),
    claim,
    contrary: `${formatRate(rate)} not within the service level`,
    observed: `${p99}, error rate ${formatPercent(errorRate)}`,
    ...(reasons.length > 0 && {
      reason: verdict === 'inconclusive' ? `is not proven: ${why}` : why,
    }),
    details: [],
  }
}
