import { abortVerdicts } from '../../judge/verdict/abort.ts'
import type { ResolvedPlan } from '../../plan/resolved-plan.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'

/** Returns why a run must stop early: the first of its `abortOn` limits that is exceeded beyond reasonable doubt. */
export function abortReason(plan: ResolvedPlan, coveredMs: Ms, metrics: () => LoadResult): string | undefined {
  const { abortOn } = plan
  if (abortOn === undefined || coveredMs < abortOn.afterMs) return undefined
  const broken = abortVerdicts(metrics(), abortOn.sla).find(({ verdict }) => verdict === 'fail')
  return broken === undefined ? undefined : `abortOn: ${broken.claim}, was ${broken.observed}`
}
