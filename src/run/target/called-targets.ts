import { isShared, type Target, type UrlTarget } from '../../model/target.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { isMix } from '../../plan/requests.ts'
import { valueOf } from './check-target.ts'

type TargetFunction = Extract<UrlTarget, () => unknown>

/**
 * Returns whether a plan has a target whose scheme, and thus the protocol, only a call of the user's function shows.
 */
export function callsForTarget({ target, workload }: WrittenPlan): boolean {
  return isUncalled(target) || entriesOf(workload).some((entry) => isUncalled(entry.target))
}

/**
 * Returns the plan with what its target functions return, so that it can be validated for the right protocol. Throws
 * `LoadTargetError` (`ERR_LOAD_TARGET_START`) if a function throws.
 */
export async function callTargets(plan: WrittenPlan): Promise<WrittenPlan> {
  const { target, workload } = plan
  const called = isUncalled(target) ? { ...plan, target: await returned(target) } : plan
  if (!isMix(workload)) return called
  const entries: unknown[] = []
  for (const entry of entriesOf(workload)) {
    entries.push(isUncalled(entry.target) ? { ...entry, target: await returned(entry.target) } : entry)
  }
  return { ...called, workload: { ...workload, entries } } as WrittenPlan
}

function isUncalled(target: Target | undefined): target is TargetFunction {
  return typeof target === 'function' && !isShared(target)
}

/** Returns null instead of undefined, which would count as no target at all. */
async function returned(target: TargetFunction): Promise<string> {
  return ((await valueOf(target)) ?? null) as string
}

/** The plan may be invalid. */
function entriesOf(workload: unknown): readonly { readonly target?: Target }[] {
  if (!isMix(workload) || !Array.isArray(workload['entries'])) return []
  return workload['entries'] as readonly { readonly target?: Target }[]
}
