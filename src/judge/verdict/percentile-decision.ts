import type { Ms } from '../../model/units.ts'
import type { Leaning, VerdictReason } from '../../model/verdict.ts'
import { MIN_BATCHES } from './design-effect.ts'
import { overLimit, requestsIn, type LatencyCourse } from './latencies.ts'
import { percentileLeaning } from './leaning.ts'
import { correlationReasons } from './more-requests.ts'
import { latencyInflation } from './percentile-share.ts'
import { decideShare, type ProofSpan } from './proof.ts'
import type { Count, ShareQuestion } from './share.ts'

export interface PercentileDecision {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  /** Side of the limit that the observation lies on, proven or not. */
  readonly leaning: Leaning
  readonly reasons: readonly VerdictReason[]
}

/** Decides a percentile from the latencies alone, without considering the validity of the run. */
export function decidePercentile(
  course: LatencyCourse,
  { percentile, limitMs }: { readonly percentile: number; readonly limitMs: Ms },
  asked: ShareQuestion,
  span: ProofSpan,
): PercentileDecision {
  const { verdict, reasons } = decideShare(asked, overLimitByBatch(course, limitMs), span)
  if (verdict !== 'inconclusive') return { verdict, leaning: verdict, reasons }
  const inflation = latencyInflation(course, percentile)
  const leaning = percentileLeaning(course, percentile, limitMs, inflation)
  const filled = course.batches.filter((batch) => requestsIn(batch) > 0).length
  return {
    verdict,
    leaning: leaning.leaning,
    reasons: [
      ...leaning.reasons,
      ...reasons,
      ...(filled < MIN_BATCHES && reasons.length === 0
        ? [{ code: 'few-batches', batches: filled, requiredBatches: MIN_BATCHES } as const]
        : []),
      ...(leaning.reasons.length === 0 ? correlationReasons(asked.forPass.of, asked.designEffect) : []),
    ],
  }
}

/** Returns for each batch the requests that were certainly over the limit. */
function overLimitByBatch({ batches }: LatencyCourse, limitMs: Ms): readonly Count[] {
  return batches.map((batch) => ({ over: overLimit(batch, limitMs).min, of: requestsIn(batch) }))
}
