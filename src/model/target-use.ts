import type { TargetSample } from './result.ts'
import { sum } from './sum.ts'
import type { Ms } from './units.ts'

/** CPU use, in % of one core, from which a core is full: the kernel and the sampling take the rest. */
export const FULL_CPU = 85
/** Maximum CPU use of one thread, in % of one core, including garbage collection. */
export const ONE_THREAD = 115

/**
 * Mean of a figure of the samples; null if none has it. Excludes the first sample, which also covers the start of the
 * run.
 */
export function meanUse(
  samples: readonly TargetSample[],
  of: (sample: TargetSample) => number | null | undefined,
): number | null {
  const used = (samples.length > 1 ? samples.slice(1) : samples).flatMap((sample) => of(sample) ?? [])
  return used.length === 0 ? null : sum(used) / used.length
}

/** Mean CPU use of all processes of the target, in % of one core. */
export function meanCpu(samples: readonly TargetSample[]): number | null {
  return meanUse(samples, ({ cpuPercent }) => cpuPercent)
}

/**
 * Mean CPU use of the busiest process, in % of one core. Older results contain only the sum, which is correct for a
 * single process.
 */
export function busiestCpu(samples: readonly TargetSample[]): number | null {
  return meanUse(samples, ({ busiestProcessCpuPercent }) => busiestProcessCpuPercent) ?? meanCpu(samples)
}

/** CPU quota of the target's control group, in cores; null without one. */
export function cpuQuota(samples: readonly TargetSample[]): number | null {
  const limits = samples.flatMap(({ cpuLimitCores }) => cpuLimitCores ?? [])
  return limits.length === 0 ? null : Math.min(...limits)
}

/** What the target used in the sampled time of a run. A figure that no sample has is null. */
export interface TargetUse {
  /** CPU time, in seconds. */
  readonly cpuSeconds: number | null
  /** Mean CPU, in % of one core. */
  readonly cpuPercent: number | null
  /** Maximum resident memory, in MB. */
  readonly maxRssMb: number | null
  readonly bytesIn: number | null
  readonly bytesOut: number | null
  readonly bytesInPerS: number | null
  readonly bytesOutPerS: number | null
}

/** Adds up the samples of a run. Each covers the time since the previous one; the first, that since the start. */
export function targetUse(samples: readonly TargetSample[]): TargetUse {
  const lengthMs = (index: number): Ms => (samples[index]?.atMs ?? 0) - (samples[index - 1]?.atMs ?? 0)
  const total = (key: 'bytesIn' | 'bytesOut' | 'cpuPercent'): Total | null => {
    const known = samples.flatMap((sample, index) => {
      const value = sample[key]
      return value === null ? [] : [{ value, ms: lengthMs(index) }]
    })
    if (known.length === 0) return null
    return {
      value: sum(known.map(({ value }) => value)),
      weighted: sum(known.map(({ value, ms }) => value * ms)),
      ms: sum(known.map(({ ms }) => ms)),
    }
  }
  const perSecond = (all: Total | null): number | null =>
    all === null || all.ms <= 0 ? null : (1_000 * all.value) / all.ms
  const [cpu, bytesIn, bytesOut] = [total('cpuPercent'), total('bytesIn'), total('bytesOut')]
  const rss = samples.flatMap(({ rssMb }) => rssMb ?? [])
  return {
    cpuSeconds: cpu === null ? null : cpu.weighted / 100 / 1_000,
    cpuPercent: cpu === null || cpu.ms <= 0 ? null : cpu.weighted / cpu.ms,
    maxRssMb: rss.length === 0 ? null : Math.max(...rss),
    bytesIn: bytesIn?.value ?? null,
    bytesOut: bytesOut?.value ?? null,
    bytesInPerS: perSecond(bytesIn),
    bytesOutPerS: perSecond(bytesOut),
  }
}

interface Total {
  readonly value: number
  /** Sum of value × length, in ms. */
  readonly weighted: number
  readonly ms: Ms
}
