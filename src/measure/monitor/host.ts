import type { Doubt } from '../../model/doubt.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { doubt } from '../../wording/doubts.ts'
import { type BusyProgram, ticksOfPrograms } from './other-processes.ts'
import { readProc, TICKS_PER_SECOND } from './proc.ts'

/** Disturbance of a run from outside. */
export interface HostNoise {
  /** Share of the machine's CPU time that its hypervisor gave to other machines, 0–1. */
  readonly stealRatio: number
  /** CPU used by this process, in cores. */
  readonly ownCores: number
  /** CPU used by processes other than this one and the target, in cores. */
  readonly foreignCores: number
  /**
   * Share of the time that the watching thread was ready to run and waited for a CPU; null if the system does not
   * report it.
   */
  readonly runDelayRatio: number | null
}

/** Counters of the machine; those since another moment have their difference. */
interface HostCounters {
  readonly atMs: number
  readonly totalTicks: number
  readonly busyTicks: number
  readonly stealTicks: number
  /** CPU time of the programs that work for the target. */
  readonly helperTicks: number
  readonly ownCpuUs: number
  readonly runDelayNs: number | undefined
}

/** CPU time is counted in steps of 10 ms, so a shorter time is too imprecise. */
const SHORTEST_MS = 200

/** Watches the machine. `runDelayRatio` is that of the thread that calls it. */
export class HostWatch {
  readonly #helpers: readonly string[]
  #from: HostCounters | undefined
  /** Sum of the watched times before the last pause. */
  #before: HostCounters | undefined

  /** `helpers` are the names of programs that work for the target, such as its database. */
  constructor(helpers: readonly string[] = []) {
    this.#helpers = helpers
  }

  /** Starts to watch, or continues after a pause. */
  start(): void {
    this.#from = readCounters(this.#helpers)
  }

  /** What happens until the next `start()` does not count. */
  pause(): void {
    this.#before = this.#watched()
    this.#from = undefined
  }

  /**
   * Returns the noise of the watched time; null if it is shorter than 0.2 s, or if this is not Linux. `targetCores` is
   * the average CPU use of the target, which is subtracted from that of other processes.
   */
  read({ targetCores = 0 }: { readonly targetCores?: number } = {}): HostNoise | null {
    const watched = this.#watched()
    if (watched === undefined || watched.atMs < SHORTEST_MS) return null
    const { atMs: elapsedMs, busyTicks, totalTicks, stealTicks, helperTicks, ownCpuUs, runDelayNs } = watched
    const busyCores = (busyTicks - Math.max(0, helperTicks)) / TICKS_PER_SECOND / (elapsedMs / 1_000)
    const ownCores = ownCpuUs / 1_000 / elapsedMs
    return {
      stealRatio: stealTicks / Math.max(1, totalTicks),
      ownCores,
      foreignCores: Math.max(0, busyCores - ownCores - targetCores),
      runDelayRatio: runDelayNs === undefined ? null : Math.min(1, runDelayNs / 1e6 / elapsedMs),
    }
  }

  #watched(): HostCounters | undefined {
    const since = this.#from && combined(readCounters(this.#helpers), this.#from, -1)
    return since === undefined ? this.#before : combined(since, this.#before, 1)
  }
}

/** Returns the sum of two sets of counters, of which the second is multiplied by `sign`. */
function combined(
  one: HostCounters | undefined,
  other: HostCounters | undefined,
  sign: 1 | -1,
): HostCounters | undefined {
  if (one === undefined || other === undefined) return one
  return {
    atMs: one.atMs + sign * other.atMs,
    totalTicks: one.totalTicks + sign * other.totalTicks,
    busyTicks: one.busyTicks + sign * other.busyTicks,
    stealTicks: one.stealTicks + sign * other.stealTicks,
    helperTicks: one.helperTicks + sign * other.helperTicks,
    ownCpuUs: one.ownCpuUs + sign * other.ownCpuUs,
    runDelayNs:
      one.runDelayNs === undefined || other.runDelayNs === undefined
        ? undefined
        : one.runDelayNs + sign * other.runDelayNs,
  }
}

/** Share of the CPU time that a hypervisor takes, from which a run carries a doubt. */
export const DOUBTFUL_STEAL_RATIO: Ratio = 0.02
/** CPU of other processes, in cores, from which a run carries a doubt. */
export const DOUBTFUL_FOREIGN_CORES = 0.3

/**
 * Returns the doubts that the noise of the machine casts on a run's figures; none on a quiet machine. `busiest` names
 * the other programs that used most CPU.
 */
export function hostDoubts(
  { stealRatio, foreignCores, runDelayRatio }: Pick<HostNoise, 'stealRatio' | 'foreignCores' | 'runDelayRatio'>,
  busiest: () => readonly BusyProgram[],
): readonly Doubt[] {
  return [
    ...(stealRatio > DOUBTFUL_STEAL_RATIO ? [doubt({ code: 'steal', stealRatio })] : []),
    ...(foreignCores > DOUBTFUL_FOREIGN_CORES
      ? [doubt({ code: 'foreign-load', cpuPercent: 100 * foreignCores, programs: busiest() })]
      : []),
    ...(runDelayRatio !== null && runDelayRatio > 0.1 ? [doubt({ code: 'saturated-cpu', runDelayRatio })] : []),
  ]
}

/** Share of the cores from which they count as full. */
const FULL: Ratio = 0.9
/** Share of the cores from which the generator's own use of them matters. */
const LARGE_PART: Ratio = 0.25

/** Returns a doubt if the generator and a target on this machine fill `cores`, and the generator's part is large. */
export function sharedCoresDoubt({
  ownCores,
  targetCores,
  cores,
}: {
  readonly ownCores: number
  readonly targetCores: number
  readonly cores: number
}): Doubt | undefined {
  if (ownCores < LARGE_PART * cores || ownCores + targetCores < FULL * cores) return undefined
  return doubt({
    code: 'shared-cores',
    generatorPercent: 100 * ownCores,
    targetPercent: 100 * targetCores,
    cores,
  })
}

function readCounters(helpers: readonly string[]): HostCounters | undefined {
  // Columns: cpu user nice system idle iowait irq softirq steal guest guest_nice. The guest columns are part of user
  // and nice.
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
    helperTicks: ticksOfPrograms(helpers),
    ownCpuUs: ownUserUs + ownSystemUs,
    runDelayNs: readRunDelayNs(),
  }
}

/**
 * Returns how long the calling thread has been ready to run and waited for a CPU since it started; undefined if the
 * system does not report it.
 */
export function threadRunDelayMs(): Ms | undefined {
  const delayNs = readRunDelayNs()
  return delayNs === undefined ? undefined : delayNs / 1e6
}

/** Reads `on-cpu waiting slices`, in ns, of the calling thread. */
function readRunDelayNs(): number | undefined {
  const waiting = readProc('thread-self/schedstat')?.split(' ')[1]
  return waiting === undefined ? undefined : Number(waiting)
}
