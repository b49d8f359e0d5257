import type { Sla } from '../../model/plan.ts'
import type { LoadResult } from '../../model/result.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { limitVerdicts } from './service-level.ts'

/** A run is stopped only where there is next to no doubt: it is looked at again and again while it goes on. */
const BEYOND_DOUBT = 0.999

/**
 * What a run that is still going on already shows about the limits of its `abortOn`; only a fail means anything yet. A
 * rate to sustain is no reason to stop: a queue that grows breaks one of the limits soon enough.
 */
export function abortVerdicts(soFar: LoadResult, sla: Sla): readonly JudgedVerdict[] {
  return limitVerdicts(soFar, soFar, sla, { confidence: BEYOND_DOUBT, requiredMs: 0 })
}
