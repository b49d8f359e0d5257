import type { Collector } from '../../measure/collector.ts'
import type { Resources } from '../../measure/monitor/index.ts'
import type { PauseCause } from '../../measure/thread-pauses.ts'
import type { Doubt } from '../../model/doubt.ts'
import type { Figures } from '../../model/figures.ts'
import { sum } from '../../model/sum.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { doubt } from '../../wording/doubts.ts'
import type { GeneratorState } from '../generator/messages.ts'

/** Above this busy ratio, a generator thread cannot be relied on to run on time. */
const BUSY = 0.95

/** Returns the doubts that the states of the generator threads raise. */
export function generatorDoubts(states: readonly GeneratorState[], resources: Resources): readonly Doubt[] {
  return [
    ...cold(states),
    ...exhausted(states, resources),
    ...unsolicited(states),
    ...strayOutput(states),
    ...paused(states),
    ...busy(states),
  ]
}

function cold(states: readonly GeneratorState[]): Doubt[] {
  const reason = states.map(({ coldBecause }) => coldBecause).find((because) => because !== null)
  return reason === undefined ? [] : [doubt({ code: 'cold-generator', reason })]
}

function exhausted(states: readonly GeneratorState[], { descriptors, ports }: Resources): Doubt[] {
  const failed = (errorClass: 'local-files' | 'local-ports'): number =>
    sum(states.flatMap(({ pools }) => pools.map(({ failedByClass }) => failedByClass[errorClass] ?? 0)))
  const [noFile, noPort] = [failed('local-files'), failed('local-ports')]
  return [
    ...(noFile === 0
      ? []
      : [doubt({ code: 'descriptors-exhausted', failedConnections: noFile, limit: descriptors?.limit ?? null })]),
    ...(noPort === 0
      ? []
      : [doubt({ code: 'ports-exhausted', failedConnections: noPort, ports: ports?.count ?? null })]),
  ]
}

function unsolicited(states: readonly GeneratorState[]): Doubt[] {
  const count = sum(states.map((state) => state.unsolicited.ambiguous))
  return count > 0 ? [doubt({ code: 'unsolicited-messages', count })] : []
}

function strayOutput(states: readonly GeneratorState[]): Doubt[] {
  const lines = sum(states.map(({ strayLines }) => strayLines))
  return lines > 0 ? [doubt({ code: 'stray-output', lines })] : []
}

/**
 * Uses the thread that paused longest: when a process is suspended, all of its threads are suspended at the same time.
 */
function paused(states: readonly GeneratorState[]): Doubt[] {
  const longest = (cause: PauseCause): { readonly count: number; readonly ms: Ms } | undefined =>
    states
      .map(({ pauses }) => pauses[cause])
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => b.ms - a.ms)[0]
  const [suspended, blocked, starved] = [longest('suspended'), longest('blocked'), longest('starved')]
  return [
    ...(suspended === undefined
      ? []
      : [doubt({ code: 'generator-suspended', count: suspended.count, suspendedMs: suspended.ms })]),
    ...(blocked === undefined
      ? []
      : [doubt({ code: 'generator-blocked', count: blocked.count, blockedMs: blocked.ms })]),
    ...(starved === undefined
      ? []
      : [doubt({ code: 'generator-starved', count: starved.count, starvedMs: starved.ms })]),
  ]
}

function busy(states: readonly GeneratorState[]): Doubt[] {
  const busyRatio = Math.max(0, ...states.map(({ eventLoopUtilization }) => eventLoopUtilization))
  return busyRatio > BUSY ? [doubt({ code: 'generator-busy', busyRatio })] : []
}

/** Statuses that send a client to another URL (RFC 9110, 15.4). */
const REDIRECTS: ReadonlySet<string> = new Set(['301', '302', '303', '307', '308'])

/** Returns a doubt if an HTTP target answered every request with a redirect, which counts as a success. */
export function redirectDoubts({ statuses, successes }: Pick<Figures, 'statuses' | 'successes'>): readonly Doubt[] {
  const found = Object.entries(statuses)
  if (successes === 0 || !found.every(([status]) => REDIRECTS.has(status))) return []
  const count = sum(found.map(([, times]) => times))
  return [doubt({ code: 'only-redirects', count, status: found.map(([status]) => status).join(', ') })]
}

/** Returns a doubt for each metric of which threads recorded values in two units. */
export function unitDoubts({ unitConflicts }: Pick<Collector, 'unitConflicts'>): readonly Doubt[] {
  return unitConflicts.map((conflict) => doubt({ code: 'metric-units', ...conflict }))
}

/** Highest run-delay ratio of all generator threads; null if the machine does not report it. */
export function worstRunDelay(states: readonly GeneratorState[]): Ratio | null {
  const delays = states.flatMap(({ runDelayRatio }) => runDelayRatio ?? [])
  return delays.length === 0 ? null : Math.max(...delays)
}
