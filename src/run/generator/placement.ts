import { availableParallelism } from 'node:os'
import type { InlineReason } from '../../model/doubt.ts'
import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { ResolvedLane, ResolvedPlan } from '../../plan/resolved-plan.ts'
import type { AnyRequest } from '../../model/requests.ts'
import type { Rps } from '../../model/units.ts'
import { type Wake, wakeKindFor } from '../../traffic/wake/wake.ts'
import { knownProtocol } from '../protocols.ts'

/** Which threads generate a plan's traffic, and how their schedules are woken. */
export interface Placement {
  readonly threads: number
  readonly wake: Wake['kind']
  /** Why the run must stay in the test's thread; undefined if it runs in separate threads. */
  readonly inlineBecause: InlineReason | undefined
}

/** Rate that one generator thread sustains without lag: a third of its measured maximum, as a safety margin. */
const RPS_PER_THREAD = 15_000

export function placementOf(plan: CompiledPlan): Placement {
  const inlineBecause = whyInline(plan)
  // In the closed model, the target decides the rate.
  const peakRps = plan.curve?.peakRps ?? 0
  const threads = inlineBecause === undefined ? threadsFor(plan, peakRps) : 1
  return { threads, wake: wakeFor(peakRps / threads), inlineBecause }
}

function threadsFor(plan: ResolvedPlan, peakRps: Rps): number {
  // With more threads than connections or slots in flight, some threads would have none.
  const max = Math.min(
    ...plan.lanes.map(({ maxConnections }) => maxConnections),
    plan.concurrency ?? Number.POSITIVE_INFINITY,
  )
  // A function makes the requests of one thread by their positions, which a batch would cross.
  if (plan.batchSize > 1 && typeof plan.lanes[0].request === 'function') return 1
  if (plan.threads !== 'auto') return Math.min(plan.threads, max)
  const needed = Math.ceil(peakRps / RPS_PER_THREAD)
  return Math.max(1, Math.min(needed, availableParallelism() - 1, max))
}

/** `LOAD_WAKE` overrides the choice for measurements of the tool itself. */
function wakeFor(rpsPerThread: Rps): Wake['kind'] {
  const asked = process.env['LOAD_WAKE']
  return asked === 'exact' || asked === 'tick' ? asked : wakeKindFor(rpsPerThread, availableParallelism())
}

function whyInline({ pattern, lanes, journey, batch }: ResolvedPlan): InlineReason | undefined {
  if (pattern !== undefined && 'rateAt' in pattern && typeof pattern.rateAt === 'function') {
    return 'pattern-functions'
  }
  if (journey?.from === 'function') return 'journey-function'
  if (batch?.from === 'function') return 'batch-function'
  return lanes.map(whyLaneInline).find((why) => why !== undefined)
}

function whyLaneInline({ protocol, request }: ResolvedLane): InlineReason | undefined {
  if (protocol.from === 'object') return 'protocol-functions'
  const requests = request === undefined || typeof request === 'function' ? [] : [request].flat()
  const known = knownProtocol(protocol)
  const holdsFunction = (each: object): boolean => known?.needsInline?.(each as AnyRequest) ?? false
  return requests.some(holdsFunction) ? 'request-function' : undefined
}
