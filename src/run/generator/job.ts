import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { FleetJob } from './fleet.ts'
import type { GeneratorJob } from './messages.ts'
import type { Placement } from './placement.ts'
import { descriptorsForConnections } from './resources.ts'

/** Returns the job of each generator thread. */
export function jobsFor(
  plan: CompiledPlan,
  placement: Placement,
  { targets, feeds, resources, traceparent, verbose }: FleetJob,
): (thread: number) => GeneratorJob {
  const { threads, wake, peakRps = 1_000 } = placement
  const lanes = targets.map(({ url, address, stdio, negotiated }) => ({ url: url.href, address, stdio, negotiated }))
  const shared = {
    plan: partOf(plan),
    lanes,
    feeds,
    threads,
    descriptors: Math.floor(descriptorsForConnections(placement, resources) / threads),
    wake,
    fed: typeof plan.lanes[0].request === 'function',
    traceparent,
    chunk: Math.min(8_192, Math.max(64, Math.ceil(peakRps / threads / 4))),
    verbose,
  }
  return (thread) => ({ ...shared, thread })
}

/**
 * Returns the part of the plan that a generator reads. Targets, request functions and feed sources stay with the run.
 */
function partOf(plan: CompiledPlan): CompiledPlan {
  const [first, ...others] = plan.lanes.map((lane) =>
    Object.assign({}, lane, { target: '', request: typeof lane.request === 'function' ? undefined : lane.request }),
  )
  return first === undefined ? plan : { ...plan, feeds: {}, lanes: [first, ...others] }
}
