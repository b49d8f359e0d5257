import type { Ms, Ratio } from '../../model/units.ts'
import { HostWatch } from './host.ts'
import { listThreads } from './proc.ts'
import { ThreadTimeFile } from './thread-waits.ts'

/** What some processes used in a span of time, and how quiet the machine was; null where it is unknown. */
export interface SpanUse {
  readonly cpuMs: Ms | null
  /** CPU of other processes, in cores. */
  readonly foreignCores: number | null
  /** Share of the CPU time that the hypervisor gave to other machines. */
  readonly stealRatio: Ratio | null
}

/**
 * Watches the CPU use of some processes in one span of time. Reads the scheduler's statistics of their threads, which
 * are exact to the nanosecond where other counters have steps of 10 ms.
 */
export class SpanWatch {
  readonly #startMs = performance.now()
  readonly #host = new HostWatch()
  readonly #pids: readonly number[]
  readonly #before: ReadonlyMap<string, Ms>

  constructor(pids: readonly number[]) {
    this.#pids = pids
    this.#before = cpuOfThreads(pids)
    this.#host.start()
  }

  /** Returns the use since the construction. */
  read(): SpanUse {
    const after = cpuOfThreads(this.#pids)
    const elapsedMs = performance.now() - this.#startMs
    let usedMs = 0
    // A thread that is new began at 0; one that has ended took its count with it.
    for (const [thread, ranMs] of after) usedMs += ranMs - (this.#before.get(thread) ?? 0)
    const isKnown = after.size > 0 && [...this.#before.keys()].every((thread) => after.has(thread))
    const cpuMs = isKnown ? usedMs : null
    const noise = this.#host.read({ targetCores: cpuMs === null ? 0 : cpuMs / elapsedMs })
    return {
      cpuMs,
      // The CPU of a target that is not watched cannot be distinguished from that of other processes.
      foreignCores: isKnown ? (noise?.foreignCores ?? null) : null,
      stealRatio: noise?.stealRatio ?? null,
    }
  }
}

/** CPU time by thread. */
function cpuOfThreads(pids: readonly number[]): ReadonlyMap<string, Ms> {
  return new Map(
    pids.flatMap(listThreads).flatMap((thread) => {
      const file = new ThreadTimeFile(thread)
      const ranMs = file.read()?.ranMs
      file.close()
      return ranMs === undefined ? [] : [[thread, ranMs]]
    }),
  )
}
