import type { TargetSample } from '../../model/result.ts'

/** A target that is being watched, in whatever way. */
export interface TargetWatch {
  /** The processes named or found, and those of their descendants that live now; empty when unwatched, or elsewhere. */
  readonly pids: readonly number[]
  /** Why nothing is watched, and what to do. */
  readonly unwatched: string | undefined
  /**
   * What the target uses now: CPU in % of one core since the previous sample, memory in MiB, open sockets and files; all
   * summed over its processes, and the CPU of the busiest of them. All null once they are gone; undefined where there is nothing
   * to tell yet.
   */
  sample(): Promise<Omit<TargetSample, 'atMs'> | undefined>
  /** A process that was started as part of the target; it may end before the others. */
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
