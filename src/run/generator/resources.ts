import type { Resources } from '../../measure/monitor/index.ts'
import type { Doubt } from '../../model/doubt.ts'
import { LoadResourceError } from '../../model/errors.ts'
import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { ResolvedLane, ResolvedPlan } from '../../plan/resolved-plan.ts'
import type { StdioTarget, Target } from '../../model/target.ts'
import { maxBytesOf } from '../../traffic/payloads/index.ts'
import { doubt } from '../../wording/doubts.ts'
import type { Placement } from './placement.ts'
import type { TargetConnection } from '../target/target-connection.ts'
import { sum } from '../../model/sum.ts'
import { isStdio } from '../../model/target.ts'

/** One each for standard input, output and error of a stdio process. */
const DESCRIPTORS_OF_PROCESS = 3
/**
 * A generator thread and the thread that wakes it have an event loop each. The generator also keeps the times of its
 * own thread and of some of the target's open.
 */
const DESCRIPTORS_OF_THREAD = 17
/** For files that are open briefly, such as modules and /proc, and for the pipes of a started target. */
const SPARE_DESCRIPTORS = 10
/** A message that is not streamed is held as an object, as a string and as bytes. */
const COPIES_OF_MESSAGE = 3

/**
 * Checks, before any traffic and before a target is started, that the process may open enough files for the plan.
 * Throws `LoadResourceError` if the generator could not work, or if the plan's long-lived connections cannot all open.
 */
export function checkResources(plan: ResolvedPlan, placement: Placement, resources: Resources): void {
  const { descriptors } = resources
  if (descriptors === null) return
  const { limit, open } = descriptors
  const { connections, needed } = descriptorsNeeded(plan)
  const facts = `this process may open ${limit} files and has ${open} open`
  const remedy = `raise the limit (ulimit -n ${wantedLimit(needed + open)})`
  const free = descriptorsForConnections(placement, resources)
  // Each thread needs a connection to each target.
  const least = placement.threads * sum(plan.lanes.map(({ target }) => descriptorsOf(target)))
  if (free < least) {
    throw new LoadResourceError(
      'ERR_LOAD_DESCRIPTORS',
      `the run needs at least ${reserved(placement) + least} free file descriptors: ${facts}\n    → ${remedy}`,
    )
  }
  const { threads } = placement
  // Each thread has an equal share of the descriptors, and the first threads may have one connection more.
  const neededByThread = sum(
    plan.lanes.map(({ maxConnections, target }) => Math.ceil(maxConnections / threads) * descriptorsOf(target)),
  )
  const freeByThread = Math.floor(free / threads)
  if (plan.connection !== 'long-lived' || neededByThread <= freeByThread) return
  const maxConnections = threads * Math.floor((freeByThread * connections) / needed)
  throw new LoadResourceError(
    'ERR_LOAD_DESCRIPTORS',
    `maxConnections must be at most ${maxConnections} with long-lived connections here, ` +
      `got ${connections}: ${facts}\n    → ${remedy} or lower maxConnections`,
  )
}

/** Compares what a plan needs with what this machine allows; returns a doubt for each need that may not be met. */
export function resourceDoubts(
  plan: CompiledPlan,
  placement: Placement,
  targets: readonly TargetConnection[],
  resources: Resources,
): readonly Doubt[] {
  return [
    ...descriptorDoubts(plan, placement, resources),
    ...portDoubts(plan, targets, resources),
    ...memoryDoubts(plan, targets, resources),
    ...threadDoubts(placement, resources),
  ]
}

/**
 * Number of descriptors that the connections of a run may take. The rest stays free for modules, `/proc` and threads:
 * without it, a run with many connections would abort when Node reads a file. Infinity if the limit is unknown.
 */
export function descriptorsForConnections(placement: Pick<Placement, 'threads'>, { descriptors }: Resources): number {
  if (descriptors === null) return Number.POSITIVE_INFINITY
  return Math.max(0, descriptors.limit - descriptors.open - reserved(placement))
}

function reserved({ threads }: Pick<Placement, 'threads'>): number {
  return threads * DESCRIPTORS_OF_THREAD + SPARE_DESCRIPTORS
}

/** Number of descriptors that one connection takes. */
export function descriptorsOf(target: Target | StdioTarget | undefined): number {
  return isStdio(target) ? DESCRIPTORS_OF_PROCESS : 1
}

function descriptorsNeeded({ lanes }: ResolvedPlan): { readonly connections: number; readonly needed: number } {
  return {
    connections: sum(lanes.map(({ maxConnections }) => maxConnections)),
    needed: sum(lanes.map(({ maxConnections, target }) => maxConnections * descriptorsOf(target))),
  }
}

function descriptorDoubts(plan: ResolvedPlan, placement: Placement, resources: Resources): Doubt[] {
  const { descriptors } = resources
  if (descriptors === null) return []
  const { limit, open } = descriptors
  const { connections, needed } = descriptorsNeeded(plan)
  return needed > descriptorsForConnections(placement, resources)
    ? [doubt({ code: 'few-descriptors', connections, limit, open, wanted: wantedLimit(needed + open) })]
    : []
}

/** Smallest power of two that is at least 4,096 and at least twice the required number. */
function wantedLimit(needed: number): number {
  return Math.max(4_096, 2 ** Math.ceil(Math.log2(2 * needed)))
}

function portDoubts(
  { curve, connection, warmUpMs, durationMs }: CompiledPlan,
  targets: readonly TargetConnection[],
  { ports }: Resources,
): Doubt[] {
  if (ports === null || connection !== 'short-lived' || curve === undefined) return []
  // Pipes need no port.
  if (targets.every(({ stdio }) => stdio !== undefined)) return []
  const heldMs = targets.every(({ local }) => local) ? ports.heldMs.local : ports.heldMs.remote
  const neededPorts = Math.ceil((curve.peakRps * Math.min(heldMs, warmUpMs + durationMs)) / 1_000)
  return neededPorts > ports.count
    ? [doubt({ code: 'few-ports', rps: curve.peakRps, heldMs, neededPorts, ports: ports.count })]
    : []
}

function memoryDoubts(
  plan: ResolvedPlan,
  targets: readonly TargetConnection[],
  { availableBytes }: Resources,
): Doubt[] {
  const neededBytes = sum(plan.lanes.map((lane, index) => heldBytes(lane, targets[index])))
  return neededBytes > availableBytes / 2
    ? [doubt({ code: 'little-memory', neededMb: neededBytes / 2 ** 20, availableMb: availableBytes / 2 ** 20 })]
    : []
}

/** Bytes of generated messages in flight: one on each connection. 0 for protocols that stream them, as most do. */
function heldBytes({ messageSize, maxConnections }: ResolvedLane, target: TargetConnection | undefined): number {
  if (messageSize === undefined || target?.protocol.holdsMessages !== true) return 0
  return COPIES_OF_MESSAGE * maxConnections * maxBytesOf(messageSize, target.protocol)
}

function threadDoubts({ threads }: Placement, { cores }: Resources): Doubt[] {
  return threads > Math.max(1, cores - 1) ? [doubt({ code: 'many-threads', threads, cores })] : []
}
