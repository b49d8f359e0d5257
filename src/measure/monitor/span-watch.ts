import { readdirSync } from 'node:fs'
import type { Ms, Ratio } from '../../model/units.ts'
import { HostWatch } from './host.ts'
import { readProc } from './proc.ts'

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
  readonly #before: ReadonlyMap<string, number>

  constructor(pids: readonly number[]) {
    this.#pids = pids
    this.#before = cpuOfThreads(pids)
    this.#host.start()
  }

  /** Returns the use since the construction. */
  read(): SpanUse {
    const after = cpuOfThreads(this.#pids)
    const elapsedMs = performance.now() - this.#startMs
    let cpuNs = 0
    // A thread that is new began at 0; one that has ended took its count with it.
    for (const [thread, ns] of after) cpuNs += ns - (this.#before.get(thread) ?? 0)
    const isKnown = after.size > 0 && [...this.#before.keys()].every((thread) => after.has(thread))
    const cpuMs = isKnown ? cpuNs / 1e6 : null
    const noise = this.#host.read({ targetCores: cpuMs === null ? 0 : cpuMs / elapsedMs })
    return {
      cpuMs,
      // The CPU of a target that is not watched cannot be distinguished from that of other processes.
      foreignCores: isKnown ? (noise?.foreignCores ?? null) : null,
      stealRatio: noise?.stealRatio ?? null,
    }
  }
}

/** CPU time in ns by thread. */
function cpuOfThreads(pids: readonly number[]): ReadonlyMap<string, number> {
  const threads = pids.flatMap((pid) => {
    try {
      return readdirSync(`/proc/${pid}/task`).map((thread) => `${pid}/task/${thread}`)
    } catch {
      return []
    }
  })
  return new Map(
    threads.flatMap((thread) => {
      const onCpu = readProc(`${thread}/schedstat`)?.split(' ')[0]
      return onCpu === undefined ? [] : [[thread, Number(onCpu)]]
    }),
  )
}
