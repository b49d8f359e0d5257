import type { Sizing } from '../../model/capacity-findings.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Rps } from '../../model/units.ts'
import { formatMb, formatMs, formatNumber, formatRate } from '../../wording/figures.ts'
import { cpuMsPerRequest } from './cpu-per-request.ts'

export interface SizingEvidence {
  /** Rate that one instance sustained; null if it sustained none. */
  readonly carriedRps: Rps | null
  /** Rate at the peak. */
  readonly peakRps: Rps
  /** Run with the sustained rate; undefined if no rate was sustained. */
  readonly at: LoadResult | undefined
  /** All runs of the suite; the memory is the maximum over all of them. */
  readonly all: readonly LoadResult[]
}

/**
 * Headroom for bursts and for the failure of another instance: an instance is planned for half of its sustained rate.
 */
const RATE_HEADROOM = 2
const CPU_HEADROOM = 2
const MEMORY_HEADROOM = 2
const CONNECTIONS_HEADROOM = 3
/** Step to which memory is rounded up, in MB. */
const MEMORY_STEP = 64

/**
 * Computes the instances, cores, memory and connections for the peak from measurements: CPU seconds per request (target
 * CPU / achieved rate), maximum memory, and concurrent requests in the target, L = λW (Little 1961).
 */
export function sizingOf({ carriedRps, peakRps, at, all }: SizingEvidence): Sizing {
  if (carriedRps === null || carriedRps <= 0 || at === undefined) {
    return { ...NOTHING, basis: 'estimated', why: ['the target sustained no rate, so no size can be computed'] }
  }
  const cpuMs = cpuMsPerRequest(at)
  const memoryMb = peakMemoryMb(all)
  const perInstance = carriedRps / RATE_HEADROOM
  const instances = Math.max(1, Math.ceil(peakRps / perInstance))
  const cores = cpuMs === null ? null : Math.max(1, Math.ceil((CPU_HEADROOM * perInstance * cpuMs) / 1_000))
  const atOnce = 'meanMs' in at.responseTime ? (perInstance * at.responseTime.meanMs) / 1_000 : null
  const connections = atOnce === null ? null : Math.max(1, Math.ceil(CONNECTIONS_HEADROOM * atOnce))
  const memory = memoryMb === null ? null : MEMORY_STEP * Math.ceil((MEMORY_HEADROOM * memoryMb) / MEMORY_STEP)
  return {
    instances,
    coresPerInstance: cores,
    memoryMbPerInstance: memory,
    maxConnections: connections,
    loadBalancer: instances > 1,
    basis: cpuMs === null || memoryMb === null ? 'estimated' : 'measured',
    why: [
      `an instance sustained ${formatRate(carriedRps)} and is planned for half of that, ${formatRate(perInstance)} (${RATE_HEADROOM} × headroom); the peak is ${formatRate(peakRps)}`,
      cpuMs === null
        ? `CPU was not monitored${unwatched(at)}, so the number of cores is unknown`
        : `a request used ${formatMs(cpuMs)} ms of CPU, so ${formatRate(perInstance)} use ${formatNumber((perInstance * cpuMs) / 1_000)} cores (plus ${CPU_HEADROOM} × headroom)`,
      memoryMb === null
        ? `memory was not monitored${unwatched(at)}, so the required memory is unknown`
        : `an instance used at most ${formatMb(memoryMb)} (plus ${MEMORY_HEADROOM} × headroom)`,
      atOnce === null
        ? 'no response times were measured, so the number of connections is unknown'
        : `an instance has ${formatNumber(atOnce)} concurrent requests at that rate, by Little's law (plus ${CONNECTIONS_HEADROOM} × headroom)`,
    ],
  }
}

const NOTHING = {
  instances: null,
  coresPerInstance: null,
  memoryMbPerInstance: null,
  maxConnections: null,
  loadBalancer: null,
} as const

function peakMemoryMb(results: readonly LoadResult[]): number | null {
  const seen = results.flatMap(({ target }) => target.samples.flatMap(({ rssMb }) => rssMb ?? []))
  return seen.length === 0 ? null : Math.max(...seen)
}

function unwatched({ target }: LoadResult): string {
  return target.unwatched === undefined ? '' : ` (${target.unwatched})`
}
