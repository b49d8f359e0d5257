import type { LoadResult } from '../../model/result.ts'
import type { Count, Ms, Ratio, Rps } from '../../model/units.ts'

/** Which load of its test this is. */
export interface LoadPart {
  /** From 1. */
  readonly number: Count
  /** Number of loads of the test; an estimate unless `isExact`. */
  readonly of: Count
  readonly isExact: boolean
  /** Estimated time that the loads after this one take. */
  readonly leftMs: Ms
}

/** Progress of a running load, small enough to send every second. */
export interface Progress {
  /** As `LoadResult.generatorId`: distinguishes the loads of one test. */
  readonly runId: string
  readonly name: string
  /** Part of a suite, or phase of the pattern, that runs now; null if there are none. */
  readonly phase: string | null
  readonly elapsedMs: Ms
  /** Planned length of the measured part. */
  readonly plannedMs: Ms
  /** Null if responses determine the rate: in the closed model, and of the steps of journeys. */
  readonly offeredRps: Rps | null
  readonly throughputRps: Rps
  /** Null until something was measured. */
  readonly p50Ms: Ms | null
  readonly p99Ms: Ms | null
  readonly errors: number
  readonly dropped: number
  readonly inFlight: number
  /** Share of the time in which the busiest generator thread is busy, if it is near its limit; else null. */
  readonly busyRatio: Ratio | null
  /** Absent if the test has a single load. */
  readonly part?: LoadPart
}

/** From here on, a thread may soon become late; from 95% on, the result has a doubt. */
const NEAR_LIMIT: Ratio = 0.7

/** Returns the last second of a run, from its figures so far. */
export function progressOf(soFar: LoadResult): Progress {
  const newest = soFar.intervals.at(-1)
  const { responseTime, offeredRps, throughputRps } = newest ?? soFar
  // In a comparison, the other target gets the load for the same time.
  const sides = soFar.comparison?.mode === 'turns' ? 2 : 1
  return {
    runId: soFar.generatorId,
    name: soFar.name,
    phase: phaseAt(soFar),
    elapsedMs: sides * soFar.durationMs,
    plannedMs: sides * soFar.plan.durationMs,
    offeredRps: soFar.arrivals === 'closed' || soFar.journeys !== null ? null : offeredRps,
    throughputRps,
    p50Ms: responseTime.p50Ms ?? null,
    p99Ms: responseTime.p99Ms ?? null,
    errors: soFar.errors,
    dropped: soFar.dropped,
    inFlight: soFar.inFlight,
    busyRatio: busyRatioOf(soFar),
  }
}

function busyRatioOf({ generator, arrivals }: LoadResult): Ratio | null {
  const { eventLoopUtilization: busy } = generator
  // In the closed model, a busy generator only shows that the target is fast.
  return busy < NEAR_LIMIT || arrivals === 'closed' ? null : busy
}

function phaseAt({ phases, durationMs, comparison, plan }: LoadResult): string | null {
  if (comparison !== undefined) {
    const { pairs, blockMs } = comparison
    const most = Math.round(plan.durationMs / blockMs)
    return `pair ${Math.min(pairs.length + 1, most)} of up to ${most}`
  }
  if (plan.looks !== undefined) return 'until the limits are decided'
  const entries = Object.entries(phases)
  return (entries.find(([, { endMs }]) => durationMs < endMs) ?? entries.at(-1))?.[0] ?? null
}
