import type { MissingOperations } from '../../model/suite-operations.ts'
import type { WorkloadName } from '../../model/plan.ts'
import type { Target } from '../../model/target.ts'
import type { Mix, MixEntry, WrittenPlan } from '../../plan/load-plan.ts'
import { isMix } from '../../plan/requests.ts'
import { PROTOCOL_NAMES, type ProtocolName } from '../../protocols/index.ts'
import { type KnownOperations, sentKeys } from '../operations.ts'
import type { SuiteTargets } from '../suite-targets.ts'

/** The plan of a scenario with the requests that it sends, or the operations that it misses. */
export type PlannedWork = { readonly plan: WrittenPlan } | { readonly missing: readonly MissingOperations[] }

interface WorkContext {
  /** Protocol of a plan that names none. */
  readonly protocol: ProtocolName
  readonly targets: SuiteTargets
  readonly known: Readonly<Partial<Record<ProtocolName, KnownOperations>>>
}

/**
 * Replaces the workload of a scenario by the requests of the user, unless its target is an embedded one that does the
 * work. A plan with requests or a journey stays unchanged.
 */
export function plannedWork(plan: WrittenPlan, context: WorkContext): PlannedWork {
  const { workload } = plan
  if (plan.request !== undefined || plan.journey !== undefined) return { plan }
  if (isMix(workload)) return mixedWork(plan, workload as unknown as Mix, context)
  if (typeof workload === 'object') return { plan }
  const sent = sentBy(plan, context)
  if ('missing' in sent) return { missing: [sent.missing] }
  const { workload: _, ...rest } = plan
  return { plan: { ...rest, ...sent.keys } }
}

function mixedWork(plan: WrittenPlan, { entries, ...kind }: Mix, context: WorkContext): PlannedWork {
  const missing: MissingOperations[] = []
  const planned = entries.map((entry) => {
    if (entry.request !== undefined || typeof entry.workload === 'object') return entry
    const sent = sentBy(entry, context)
    if ('missing' in sent) {
      missing.push(sent.missing)
      return entry
    }
    const { workload: _, ...rest } = entry
    return { ...rest, ...sent.keys } as MixEntry
  })
  if (missing.length > 0) return { missing }
  return { plan: { ...plan, workload: { ...kind, entries: planned } } }
}

interface Sending {
  readonly protocol?: unknown
  readonly target?: Target
  readonly workload?: unknown
}

function sentBy({ protocol, target, workload = 'read' }: Sending, context: WorkContext): ReturnType<typeof sentKeys> {
  const name = PROTOCOL_NAMES.find((each) => each === protocol) ?? context.protocol
  return sentKeys(workload as WorkloadName, context.known[name] ?? {}, {
    protocol: name,
    target: target ?? context.targets[name],
  })
}
