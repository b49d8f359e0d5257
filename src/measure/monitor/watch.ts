import type { TargetSample } from '../../model/result.ts'

/** A target whose resource use is watched, on this machine or through a metrics page. */
export interface TargetWatch {
  /**
   * The given or found processes, and their descendants that are alive now; empty if unwatched, or if they run
   * elsewhere.
   */
  readonly pids: readonly number[]
  /** Why nothing is watched, and how to fix it. */
  readonly unwatched: string | undefined
  /** Why the network bytes of a watched target are unknown. */
  readonly unwatchedNetwork: string | undefined
  /**
   * Samples what the target uses now: CPU in % of one core since the previous sample, memory in MiB, open sockets and
   * files, all summed over its processes, and the CPU of the busiest process. All fields are null once the processes
   * have ended; resolves with undefined if there is nothing to report yet. `network: false` leaves the network bytes to
   * the next sample.
   */
  sample(parts?: { readonly network: boolean }): Promise<Omit<TargetSample, 'atMs'> | undefined>
  /** Adds a process that was started as part of the target; it may end before the others. */
  follow(pid: number): void
  stop(): void
}

export const NOTHING: Omit<TargetSample, 'atMs'> = {
  cpuPercent: null,
  busiestProcessCpuPercent: null,
  rssMb: null,
  coreWaitMs: null,
  openSockets: null,
  openFileDescriptors: null,
  threads: null,
  bytesIn: null,
  bytesOut: null,
  eventLoopDelayMs: null,
}
