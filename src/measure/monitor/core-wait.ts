import { readdirSync } from 'node:fs'
import type { Ms } from '../../model/units.ts'
import { readProc } from './proc.ts'

/** Maximum number of threads that are read per process. The kernel lists the main thread first. */
const MAX_THREADS = 64

/** How long the threads of some processes were ready to run and waited for a core, from one reading to the next. */
export class CoreWait {
  /** Thread id → its wait in ns at the previous reading. */
  #waitedNs: ReadonlyMap<string, number> = new Map()

  /** Returns the wait of the thread that waited longest; null if the system does not report it. */
  read(pids: readonly number[]): Ms | null {
    const before = this.#waitedNs
    this.#waitedNs = new Map(pids.flatMap(threadsOf).flatMap(waitOf))
    if (this.#waitedNs.size === 0) return null
    // A thread's wait before its first reading is outside this time span.
    const since = Array.from(this.#waitedNs, ([thread, ns]) => ns - (before.get(thread) ?? ns))
    return Math.max(...since) / 1e6
  }
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .slice(0, MAX_THREADS)
      .map((thread) => `${pid}/task/${thread}`)
  } catch {
    return []
  }
}

/** Parses `on-cpu waiting slices`; the first two are in ns. */
function waitOf(thread: string): readonly (readonly [string, number])[] {
  const waited = readProc(`${thread}/schedstat`)?.split(' ')[1]
  return waited === undefined ? [] : [[thread, Number(waited)]]
}
