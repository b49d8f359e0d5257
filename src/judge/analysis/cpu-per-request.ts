import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import type { Ms } from '../../model/units.ts'

/**
 * Returns the CPU time of the target per request: its mean CPU / achieved rate. Null if its CPU was not monitored.
 * Ignores the first sample if there are others, because it also covers the start of the run.
 */
export function cpuMsPerRequest({ target: { samples }, achievedRps }: LoadResult): Ms | null {
  const used = (samples.length > 1 ? samples.slice(1) : samples).flatMap(({ cpuPercent }) => cpuPercent ?? [])
  if (used.length === 0 || achievedRps <= 0) return null
  const meanPercent = sum(used) / used.length
  return (10 * meanPercent) / achievedRps
}
