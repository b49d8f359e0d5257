import type { Sizing } from '../../model/capacity-findings.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Rps } from '../../model/units.ts'

export interface SizingEvidence {
  /** What one instance was shown to carry; null where nothing was. */
  readonly carriedRps: Rps | null
  /** What must be carried at the peak. */
  readonly peakRps: Rps
  /** The run in which the carried rate was held, or the highest that there is. */
  readonly at: LoadResult
  /** All runs of the suite: memory is the most that was seen in any. */
  readonly all: readonly LoadResult[]
}

/** An instance is planned to carry half of what it can: what comes in bursts, and the failure of another, has room. */
const RATE_HEADROOM = 2
const CPU_HEADROOM = 2
const MEMORY_HEADROOM = 2
const CONNECTIONS_HEADROOM = 3
/** Memory is bought in pieces of this many MB. */
const MEMORY_STEP = 64

/**
 * What to run for the peak, from what was measured: CPU seconds per request (target CPU / achieved rate), the most
 * memory, and requests in the target at once, L = λW (Little 1961).
 */
export function sizingOf({ carriedRps, peakRps, at, all }: SizingEvidence): Sizing {
  if (carriedRps === null || carriedRps <= 0) {
    return { ...NOTHING, basis: 'estimated', why: ['no rate was carried, so nothing can be sized by it'] }
  }
  const cpuMs = cpuMsPerRequest(at)
  const memoryMb = mostMemoryMb(all)
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
      `an instance carried ${round(carriedRps)} req/s and is planned for half of it, ${round(perInstance)} req/s (${RATE_HEADROOM} × headroom); the peak is ${round(peakRps)} req/s`,
      cpuMs === null
        ? `its CPU was not seen${unwatched(at)}: cores cannot be sized`
        : `a request took ${round(cpuMs)} ms of CPU, so ${round(perInstance)} req/s take ${round((perInstance * cpuMs) / 1_000)} cores (${CPU_HEADROOM} × headroom on top)`,
      memoryMb === null
        ? `its memory was not seen${unwatched(at)}: it cannot be sized`
        : `it held ${round(memoryMb)} MB at most (${MEMORY_HEADROOM} × headroom)`,
      atOnce === null
        ? 'no response times were measured: connections cannot be sized'
        : `${round(atOnce)} requests are in it at once at that rate, by Little's law (${CONNECTIONS_HEADROOM} × headroom)`,
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

/** The first sample also covers the start of the run, and is left out where there are others. */
function cpuMsPerRequest({ target: { samples }, achievedRps }: LoadResult): number | null {
  const used = (samples.length > 1 ? samples.slice(1) : samples).flatMap(({ cpuPercent }) => cpuPercent ?? [])
  if (used.length === 0 || achievedRps <= 0) return null
  const mean = used.reduce((sum, percent) => sum + percent, 0) / used.length
  return (10 * mean) / achievedRps
}

function mostMemoryMb(results: readonly LoadResult[]): number | null {
  const seen = results.flatMap(({ target }) => target.samples.flatMap(({ rssMb }) => rssMb ?? []))
  return seen.length === 0 ? null : Math.max(...seen)
}

function unwatched({ target }: LoadResult): string {
  return target.unwatched === undefined ? '' : ` (${target.unwatched})`
}

function round(value: number): string {
  return String(Number(value.toPrecision(value >= 100 ? 4 : 2)))
}
