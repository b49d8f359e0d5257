import type { Doubt } from '../../model/doubt.ts'
import type { Ms } from '../../model/units.ts'
import { doubt } from '../../wording/doubts.ts'
import { readProc, TICKS_PER_SECOND } from './proc.ts'

/** What disturbed a run from outside. */
export interface HostNoise {
  /** Share of the machine's CPU time that its hypervisor gave to others, 0–1. */
  readonly stealRatio: number
  /** CPU used by processes that are neither this one nor the target, in cores. */
  readonly foreignCores: number
  /** Share of the time that the watching thread was ready to run and waited for a CPU; null where Linux does not tell. */
  readonly runDelayRatio: number | null
}

interface HostCounters {
  readonly atMs: number
  readonly totalTicks: number
  readonly busyTicks: number
  readonly stealTicks: number
  readonly ownCpuUs: number
  readonly runDelayNs: number | undefined
}

/** CPU time is counted in steps of 10 ms, so less than this says nothing. */
const SHORTEST_MS = 200

/** Watches the machine from the thread that calls it, which is the one whose waiting for a CPU is told. */
export class HostWatch {
  #from: HostCounters | undefined

  start(): void {
    this.#from = readCounters()
  }

  /**
   * The noise since `start()`; null when that was not called, is less than 0.2 s ago, or this is not Linux. `targetCores`
   * is what the target used on average, so that it is not taken for a stranger.
   */
  read({ targetCores = 0 }: { readonly targetCores?: number } = {}): HostNoise | null {
    const from = this.#from
    const to = readCounters()
    if (from === undefined || to === undefined || to.atMs - from.atMs < SHORTEST_MS) return null
    const elapsedMs = to.atMs - from.atMs
    const busyCores = (to.busyTicks - from.busyTicks) / TICKS_PER_SECOND / (elapsedMs / 1_000)
    const ownCores = (to.ownCpuUs - from.ownCpuUs) / 1_000 / elapsedMs
    return {
      stealRatio: (to.stealTicks - from.stealTicks) / Math.max(1, to.totalTicks - from.totalTicks),
      foreignCores: Math.max(0, busyCores - ownCores - targetCores),
      runDelayRatio:
        to.runDelayNs === undefined || from.runDelayNs === undefined
          ? null
          : (to.runDelayNs - from.runDelayNs) / 1e6 / elapsedMs,
    }
  }
}

/** The doubts that the noise of the machine casts on a run's figures; none on a quiet machine. */
export function hostDoubts({ stealRatio, foreignCores, runDelayRatio }: HostNoise): readonly Doubt[] {
  return [
    ...(stealRatio > 0.02 ? [doubt({ code: 'steal', stealRatio })] : []),
    ...(foreignCores > 0.3 ? [doubt({ code: 'foreign-load', cpuPercent: 100 * foreignCores })] : []),
    ...(runDelayRatio !== null && runDelayRatio > 0.1 ? [doubt({ code: 'saturated-cpu', runDelayRatio })] : []),
  ]
}

function readCounters(): HostCounters | undefined {
  // cpu  user nice system idle iowait irq softirq steal guest guest_nice; the guests are part of user and nice.
  const line = readProc('stat')?.split('\n', 1)[0]
  if (line === undefined) return undefined
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  const busyTicks = user + nice + system + irq + softirq
  const { user: ownUserUs, system: ownSystemUs } = process.cpuUsage()
  return {
    atMs: performance.now(),
    totalTicks: busyTicks + idle + iowait + steal,
    busyTicks,
    stealTicks: steal,
    ownCpuUs: ownUserUs + ownSystemUs,
    runDelayNs: readRunDelayNs(),
  }
}

/** For how long the calling thread was ready to run and waited for a CPU, since it began; undefined where nobody tells. */
export function threadRunDelayMs(): Ms | undefined {
  const delayNs = readRunDelayNs()
  return delayNs === undefined ? undefined : delayNs / 1e6
}

/** `on-cpu waiting slices`, in ns; of the thread that reads it. */
function readRunDelayNs(): number | undefined {
  const waiting = readProc('thread-self/schedstat')?.split(' ')[1]
  return waiting === undefined ? undefined : Number(waiting)
}
