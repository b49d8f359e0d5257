import type { Resources } from '../measure/monitor/index.ts'
import type { Doubt } from '../model/doubt.ts'
import { LoadResourceError } from '../model/errors.ts'
import type { ResolvedLane, ResolvedPlan } from '../model/plan.ts'
import { mostBytes } from '../traffic/payloads/index.ts'
import { doubt } from '../wording/doubts.ts'
import type { Placement } from './placement.ts'
import type { TargetSession } from './session.ts'

/** A process over pipes has one each for input, output and errors. */
const DESCRIPTORS_OF_PROCESS = 3
/** A thread has an event loop of its own, and so has the one that wakes it. */
const DESCRIPTORS_OF_THREAD = 10
/** For files that are open for a moment: modules, /proc. */
const SPARE_DESCRIPTORS = 10
/** A message that is sent whole is held as an object, as a text and as bytes. */
const COPIES_OF_MESSAGE = 3

/**
 * Compares what a plan needs with what this machine allows, before any traffic. Throws `LoadResourceError` where the
 * plan's long-lived connections cannot all open; returns a doubt for each need that may not be met.
 */
export function checkResources(
  plan: ResolvedPlan,
  placement: Placement,
  sessions: readonly TargetSession[],
  resources: Resources,
): readonly Doubt[] {
  return [
    ...descriptorDoubts(plan, placement, sessions, resources),
    ...portDoubts(plan, placement, sessions, resources),
    ...memoryDoubts(plan, sessions, resources),
    ...threadDoubts(placement, resources),
  ]
}

function descriptorDoubts(
  plan: ResolvedPlan,
  { threads }: Placement,
  sessions: readonly TargetSession[],
  { descriptors }: Resources,
): Doubt[] {
  if (descriptors === null) return []
  const { limit, open } = descriptors
  const connections = sum(plan.lanes.map(({ maxConnections }) => maxConnections))
  const needed = sum(
    plan.lanes.map(({ maxConnections }, lane) => {
      const isProcess = sessions[lane]?.stdio !== undefined
      return maxConnections * (isProcess ? DESCRIPTORS_OF_PROCESS : 1)
    }),
  )
  const free = limit - open
  const facts = { connections, limit, open, wanted: wantedLimit(needed + open) }
  if (plan.connection === 'long-lived' && needed > free) {
    throw new LoadResourceError(
      'ERR_LOAD_DESCRIPTORS',
      `maxConnections must be at most ${Math.max(0, Math.floor((free * connections) / needed))} with long-lived ` +
        `connections here, got ${connections}: this process may open ${limit} files and has ${open} open\n` +
        `    → raise the limit (ulimit -n ${facts.wanted}) or lower maxConnections`,
    )
  }
  const isTight = needed + threads * DESCRIPTORS_OF_THREAD + SPARE_DESCRIPTORS > free
  return isTight ? [doubt({ code: 'few-descriptors', ...facts })] : []
}

/** The power of two, 4 096 at least, that has room for twice the need. */
function wantedLimit(needed: number): number {
  return Math.max(4_096, 2 ** Math.ceil(Math.log2(2 * needed)))
}

function portDoubts(
  plan: ResolvedPlan,
  { peakRps }: Placement,
  sessions: readonly TargetSession[],
  { ports }: Resources,
): Doubt[] {
  if (ports === null || plan.connection !== 'short-lived' || peakRps === undefined) return []
  // A Unix socket or a pipe has no port; pipes are the only ones without an address.
  if (sessions.every(({ stdio }) => stdio !== undefined)) return []
  const heldMs = sessions.every(({ local }) => local) ? ports.heldMs.local : ports.heldMs.remote
  const neededPorts = Math.ceil((peakRps * Math.min(heldMs, plan.warmUpMs + plan.durationMs)) / 1_000)
  return neededPorts > ports.count
    ? [doubt({ code: 'few-ports', rps: peakRps, heldMs, neededPorts, ports: ports.count })]
    : []
}

function memoryDoubts(plan: ResolvedPlan, sessions: readonly TargetSession[], { availableBytes }: Resources): Doubt[] {
  const neededBytes = sum(plan.lanes.map((lane, index) => heldBytes(lane, sessions[index])))
  return neededBytes > availableBytes / 2
    ? [doubt({ code: 'little-memory', neededMb: neededBytes / 2 ** 20, availableMb: availableBytes / 2 ** 20 })]
    : []
}

/** Bytes of generated messages that are in flight at once: one on each connection. Most protocols stream them. */
function heldBytes({ messageSize, maxConnections }: ResolvedLane, session: TargetSession | undefined): number {
  if (messageSize === undefined || session?.protocol.holdsMessages !== true) return 0
  const { longestMessage = Number.POSITIVE_INFINITY } = session.protocol
  return COPIES_OF_MESSAGE * maxConnections * Math.min(mostBytes(messageSize), longestMessage)
}

function threadDoubts({ threads }: Placement, { cores }: Resources): Doubt[] {
  return threads > Math.max(1, cores - 1) ? [doubt({ code: 'many-threads', threads, cores })] : []
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** An error of the generator that says what this machine did not give it; undefined for any other error. */
export function resourceError(error: Error): LoadResourceError | undefined {
  const code = 'code' in error ? error.code : undefined
  // Node wraps the system's error where it reads modules, and keeps only its words.
  if (code === 'EMFILE' || code === 'ENFILE' || /\bE[MN]FILE\b|too many open files/i.test(error.message)) {
    return new LoadResourceError(
      'ERR_LOAD_DESCRIPTORS',
      `the process had no file descriptor left (${error.message})\n` +
        '    → raise the limit (ulimit -n 4096) or lower maxConnections',
      { cause: error },
    )
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new LoadResourceError(
      'ERR_LOAD_MEMORY',
      `a generator thread used up its memory (${error.message})\n` +
        '    → lower messageSize, maxConnections or the rate, or raise the heap (NODE_OPTIONS=--max-old-space-size=4096)',
      { cause: error },
    )
  }
  return undefined
}
