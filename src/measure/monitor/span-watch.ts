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

/** The use of a span that was not watched. */
export const UNKNOWN_USE: SpanUse = { cpuMs: null, foreignCores: null, stealRatio: null }

/**
 * Watches the CPU use of some processes in one span of time. Reads the scheduler's statistics of their threads, which
 * are exact to the nanosecond where other counters have steps of 10 ms.
 */
export class SpanWatch {
  readonly #startMs = performance.now()
  readonly #host = new HostWatch()
  readonly #own: ThreadUse
  readonly #beside: ThreadUse | undefined

  /** `beside`: processes whose CPU time is not that of other work, either. */
  constructor(pids: readonly number[], beside: readonly number[] = []) {
    this.#own = new ThreadUse(pids)
    this.#beside = beside.length === 0 ? undefined : new ThreadUse(beside)
    this.#host.start()
  }

  /** Returns the use since the construction. */
  read(): SpanUse {
    const cpuMs = this.#own.read()
    const besideMs = this.#beside === undefined ? 0 : this.#beside.read()
    const elapsedMs = performance.now() - this.#startMs
    const noise = this.#host.read({ targetCores: ((cpuMs ?? 0) + (besideMs ?? 0)) / elapsedMs })
    return {
      cpuMs,
      // The CPU of a target that is not watched cannot be distinguished from that of other processes.
      foreignCores: cpuMs === null || besideMs === null ? null : (noise?.foreignCores ?? null),
      stealRatio: noise?.stealRatio ?? null,
    }
  }
}

/** CPU time that some processes use from the construction on. */
class ThreadUse {
  readonly #pids: readonly number[]
  readonly #before: ReadonlyMap<string, Ms>

  constructor(pids: readonly number[]) {
    this.#pids = pids
    this.#before = cpuOfThreads(pids)
  }

  /** Returns null if it is unknown. */
  read(): Ms | null {
    const after = cpuOfThreads(this.#pids)
    const isKnown = after.size > 0 && [...this.#before.keys()].every((thread) => after.has(thread))
    if (!isKnown) return null
    let usedMs = 0
    // A thread that is new began at 0; one that has ended took its count with it.
    for (const [thread, ranMs] of after) usedMs += ranMs - (this.#before.get(thread) ?? 0)
    return usedMs
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
