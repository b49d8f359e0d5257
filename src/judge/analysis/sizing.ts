import type { Sizing, SizingReasonFacts } from '../../model/sizing.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Rps } from '../../model/units.ts'
import { sizingReason } from '../../wording/sizing.ts'
import { cpuPerRequest } from './cpu-per-request.ts'

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
    return { ...NOTHING, basis: 'estimated', why: [sizingReason({ code: 'no-rate-sustained' })] }
  }
  const cpu = cpuPerRequest(at)
  const memoryMb = peakMemoryMb(all)
  const perInstance = carriedRps / RATE_HEADROOM
  const instances = Math.max(1, Math.ceil(peakRps / perInstance))
  const cores = cpu === null ? null : Math.max(1, Math.ceil((CPU_HEADROOM * perInstance * cpu.ms) / 1_000))
  const atOnce = at.responseTime.meanMs === undefined ? null : (perInstance * at.responseTime.meanMs) / 1_000
  const connections = atOnce === null ? null : Math.max(1, Math.ceil(CONNECTIONS_HEADROOM * atOnce))
  const memory = memoryMb === null ? null : MEMORY_STEP * Math.ceil((MEMORY_HEADROOM * memoryMb) / MEMORY_STEP)
  const why = at.target.unwatched ?? null
  const reasons: readonly SizingReasonFacts[] = [
    { code: 'rate', sustainedRps: carriedRps, plannedRps: perInstance, headroom: RATE_HEADROOM, peakRps },
    cpu === null
      ? { code: 'cpu-unknown', why }
      : {
          code: 'cpu',
          cpuMsPerRequest: cpu.ms,
          plannedRps: perInstance,
          cores: (perInstance * cpu.ms) / 1_000,
          headroom: CPU_HEADROOM,
          ...(cpu.isBound && { isBound: true as const }),
        },
    memoryMb === null
      ? { code: 'memory-unknown', why }
      : { code: 'memory', maxMb: memoryMb, headroom: MEMORY_HEADROOM },
    atOnce === null
      ? { code: 'connections-unknown' }
      : { code: 'connections', concurrentRequests: atOnce, headroom: CONNECTIONS_HEADROOM },
  ]
  return {
    instances,
    coresPerInstance: cores,
    memoryMbPerInstance: memory,
    maxConnections: connections,
    loadBalancer: instances > 1,
    basis: cpu === null || memoryMb === null ? 'estimated' : 'measured',
    why: reasons.map(sizingReason),
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
