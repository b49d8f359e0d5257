import type { Sla } from '../../model/sla.ts'
import type { LoadResult } from '../../model/result.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { limitVerdicts } from './service-level.ts'

/** Stopping a run requires high confidence, because the engine repeats the check many times during the run. */
const BEYOND_DOUBT = 0.999

/**
 * Judges a running load by the limits of its `abortOn`; only a fail is meaningful before the run ends. It does not
 * check the sustained rate: a growing queue soon exceeds one of the other limits.
 */
export function abortVerdicts(soFar: LoadResult, sla: Sla): readonly JudgedVerdict[] {
  return limitVerdicts(soFar, soFar, sla, { confidence: BEYOND_DOUBT, requiredMs: 0 })
}
