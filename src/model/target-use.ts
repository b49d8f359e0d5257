import type { TargetSample } from './result.ts'
import { sum } from './sum.ts'
import type { Ms } from './units.ts'

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
