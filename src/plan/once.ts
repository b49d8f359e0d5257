import { sum } from '../model/sum.ts'
import type { Ms } from '../model/units.ts'
import { WORKLOADS } from '../model/workload.ts'
import { constant, curveFrom, sequence } from '../traffic/patterns/index.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import type { ResolvedLane } from './resolved-plan.ts'

/** Arrivals per second, unless the plan's `maxRps` is lower. */
const RPS = 100
/** Maximum length of the schedule, which many operations reach. */
const MAX_MS: Ms = 500

/**
 * Returns a plan that sends each operation of `plan` once, evenly spaced, in each of its phases: every request of a
 * list, of every entry of a mix; every operation of a workload; one request of a function; one journey without think
 * time. A batch is sent as a whole. There is no warm-up, nothing ends the run early, and of the target only a metrics page
 * is watched, whose URL may be wrong.
 */
export function onceOf(plan: CompiledPlan): CompiledPlan {
  const [first, ...others] = plan.lanes
  const operations = plan.lanes.map((lane) => (plan.journey === undefined ? operationsIn(lane) : 1))
  const arrivals = Math.ceil(sum(operations) / plan.batchSize) * plan.batchSize
  const phases = plan.curve?.phases?.map(({ name }) => name) ?? []
  const total = arrivals * Math.max(1, phases.length)
  const rate = Math.min(plan.maxRps ?? Number.POSITIVE_INFINITY, Math.max(RPS, (1_000 * total) / MAX_MS))
  const durationMs = (1_000 * total) / rate
  const pattern =
    phases.length === 0
      ? constant({ rate })
      : sequence(
          ...phases.map((name, index) => {
            // The phases change half-way between two arrivals, so that no rounding moves an arrival to the next one.
            const shift = (index === 0 ? 0.5 : 0) - (index === phases.length - 1 ? 0.5 : 0)
            return constant({ name, rate, duration: (1_000 * (arrivals + shift)) / rate })
          }),
        )
  const limited = (lane: ResolvedLane): ResolvedLane => ({
    ...lane,
    maxConnections: Math.min(lane.maxConnections, arrivals),
  })
  return {
    ...plan,
    once: { operations },
    lanes: [limited(first), ...others.map(limited)],
    pattern,
    durationMs,
    curve: curveFrom(pattern, { durationMs, seed: plan.seed }),
    // There are no times to judge or to compare.
    looks: undefined,
    comparison: undefined,
    concurrency: undefined,
    arrivals: 'uniform',
    // Each operation is sent, however long the answers take.
    overflow: 'queue',
    warmUpMs: 0,
    abortOn: undefined,
    threads: 1,
    // Finding the processes of the target takes longer than all the rest of the run.
    monitor: isMetricsPage(plan.monitor) ? plan.monitor : 'off',
  }
}

function isMetricsPage(monitor: CompiledPlan['monitor']): boolean {
  return typeof monitor === 'object' && 'openMetrics' in monitor
}

function operationsIn({ request, workload }: ResolvedLane): number {
  if (Array.isArray(request)) return request.length
  return request === undefined ? WORKLOADS[workload].length : 1
}
