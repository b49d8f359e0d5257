import type { LoadResult } from '../../model/result.ts'
import type { Ms, Rps } from '../../model/units.ts'

/** How far a running load has come, small enough to be sent every second. */
export interface Progress {
  readonly name: string
  readonly elapsedMs: Ms
  /** Of the measured part, as planned. */
  readonly plannedMs: Ms
  readonly offeredRps: Rps
  readonly throughputRps: Rps
  /** Null until something was measured. */
  readonly p50Ms: Ms | null
  readonly p99Ms: Ms | null
  readonly errors: number
  readonly dropped: number
  readonly inFlight: number
}

/** The newest second of a run, read from its figures so far. */
export function progressOf(soFar: LoadResult): Progress {
  const newest = soFar.intervals.at(-1)
  const { responseTime, offeredRps, throughputRps } = newest ?? soFar
  return {
    name: soFar.name,
    elapsedMs: soFar.durationMs,
    plannedMs: soFar.plan.durationMs,
    offeredRps,
    throughputRps,
    p50Ms: 'p50Ms' in responseTime ? responseTime.p50Ms : null,
    p99Ms: 'p99Ms' in responseTime ? responseTime.p99Ms : null,
    errors: soFar.errors,
    dropped: soFar.dropped,
    inFlight: soFar.inFlight,
  }
}
