import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import type { Ms } from '../../model/units.ts'

/** Step in which the kernel counts the CPU time of a process. */
const TICK_MS: Ms = 10
/** With less CPU time, a step is more than a tenth of the figure. */
const MIN_CPU_MS: Ms = 10 * TICK_MS

/** CPU time of the target per request. */
export interface CpuPerRequest {
  readonly ms: Ms
  /** True if the target used too little CPU time to measure it: `ms` is then the maximum that it may have used. */
  readonly isBound: boolean
}

/**
 * Returns the CPU time of the target per request: its CPU time in the sampled time / (achieved rate × sampled time).
 * Null if its CPU was not monitored. Ignores the first sample if there are others, because it also covers the start of
 * the run.
 */
export function cpuPerRequest({ target: { samples }, achievedRps }: LoadResult): CpuPerRequest | null {
  const counted = samples.flatMap(({ cpuPercent, atMs }, index) => {
    const isCounted = cpuPercent !== null && (index > 0 || samples.length === 1)
    return isCounted ? [{ cpuPercent, lengthMs: atMs - (samples[index - 1]?.atMs ?? 0) }] : []
  })
  const requests = (achievedRps * sum(counted.map(({ lengthMs }) => lengthMs))) / 1_000
  if (requests <= 0) return null
  const usedMs = sum(counted.map(({ cpuPercent, lengthMs }) => (cpuPercent / 100) * lengthMs))
  const isBound = usedMs < MIN_CPU_MS
  return { ms: (usedMs + (isBound ? TICK_MS : 0)) / requests, isBound }
}
