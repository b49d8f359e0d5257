import type { LoadResult } from '../../model/result.ts'
import type { Ms, Rps } from '../../model/units.ts'

/** Progress of a running load, small enough to send every second. */
export interface Progress {
  readonly name: string
  /** Part of a suite, or phase of the pattern, that runs now; null if there are none. */
  readonly phase: string | null
  readonly elapsedMs: Ms
  /** Planned length of the measured part. */
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

/** Returns the last second of a run, from its figures so far. */
export function progressOf(soFar: LoadResult): Progress {
  const newest = soFar.intervals.at(-1)
  const { responseTime, offeredRps, throughputRps } = newest ?? soFar
  return {
    name: soFar.name,
    phase: phaseAt(soFar),
    elapsedMs: soFar.durationMs,
    plannedMs: soFar.plan.durationMs,
    offeredRps,
    throughputRps,
    p50Ms: responseTime.p50Ms ?? null,
    p99Ms: responseTime.p99Ms ?? null,
    errors: soFar.errors,
    dropped: soFar.dropped,
    inFlight: soFar.inFlight,
  }
}

function phaseAt({ phases, durationMs }: LoadResult): string | null {
  const entries = Object.entries(phases)
  return (entries.find(([, { endMs }]) => durationMs < endMs) ?? entries.at(-1))?.[0] ?? null
}
