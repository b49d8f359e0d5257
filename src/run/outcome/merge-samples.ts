import type { TargetSample } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'

/** A sample, and the length of the time that it covers. */
export interface TimedSample {
  readonly sample: TargetSample
  readonly lengthMs: Ms
}

/**
 * Returns one sample of the time of two consecutive ones: what was counted since a previous sample is added up, shares
 * of the time are averaged by its length, and levels are those of the second one.
 */
export function mergeSamples(first: TimedSample, second: TimedSample): TargetSample {
  const [a, b] = [first.sample, second.sample]
  const average = (read: (sample: TargetSample) => number | null | undefined): number | null => {
    const [x, y] = [read(a) ?? null, read(b) ?? null]
    if (x === null || y === null) return x ?? y
    return (x * first.lengthMs + y * second.lengthMs) / (first.lengthMs + second.lengthMs)
  }
  return {
    ...b,
    cpuPercent: average(({ cpuPercent }) => cpuPercent),
    busiestProcessCpuPercent: average(({ busiestProcessCpuPercent }) => busiestProcessCpuPercent),
    ...(b.throttledRatio !== undefined && { throttledRatio: average(({ throttledRatio }) => throttledRatio) }),
    // The longest wait within about a second.
    ...(b.coreWaitMs !== undefined && { coreWaitMs: largest(a.coreWaitMs ?? null, b.coreWaitMs) }),
    ...(b.eventLoopDelayMs !== undefined && {
      eventLoopDelayMs: largest(a.eventLoopDelayMs ?? null, b.eventLoopDelayMs),
    }),
    bytesIn: total(a.bytesIn, b.bytesIn),
    bytesOut: total(a.bytesOut, b.bytesOut),
  }
}

function total(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
