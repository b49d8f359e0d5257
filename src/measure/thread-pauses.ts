import type { Ms } from '../model/units.ts'
import type { ThreadTime } from './monitor/thread-waits.ts'

/** Why a thread did not run, and for how long in total. */
export interface Pauses {
  readonly suspended: Pause
  readonly blocked: Pause
  readonly starved: Pause
}

export type PauseCause = keyof Pauses

export interface Pause {
  readonly count: number
  readonly ms: Ms
}

/** CPU time and wait of a thread up to now. */
export interface ThreadTimes {
  readonly cpuMs: Ms
  /** Time that the thread was ready to run and waited for a core; undefined if the system does not report it. */
  readonly runDelayMs: Ms | undefined
}

/** Minimum length of a pause. Shorter pauses count as ordinary lateness. */
const SHORTEST_MS: Ms = 250
/** Minimum share of a pause that a cause must explain. */
const EXPLAINS = 0.5

/**
 * Detects pauses of the calling thread by how late a regular tick comes. If the thread used the CPU meanwhile, its own
 * code blocked it. If it was ready to run, other processes starved it. Otherwise it was suspended (SIGSTOP, a debugger,
 * a paused virtual machine).
 */
export class ThreadPauses {
  readonly #everyMs: Ms
  readonly #read: () => ThreadTimes
  #last: { readonly atMs: Ms; readonly times: ThreadTimes } | undefined
  #pauses: Pauses = { suspended: NONE, blocked: NONE, starved: NONE }

  /** The tick is due every `everyMs`; `read` returns the times of the calling thread. */
  constructor(everyMs: Ms, read: () => ThreadTimes) {
    this.#everyMs = everyMs
    this.#read = read
  }

  get all(): Pauses {
    return this.#pauses
  }

  /** Returns how late this tick is, in ms; 0 for the first. */
  tick(nowMs: Ms): Ms {
    const last = this.#last
    const times = this.#read()
    this.#last = { atMs: nowMs, times }
    if (last === undefined) return 0
    const lateMs = Math.max(0, nowMs - last.atMs - this.#everyMs)
    if (lateMs >= SHORTEST_MS) this.#add(causeOf(lateMs, last.times, times), lateMs)
    return lateMs
  }

  #add(cause: PauseCause, ms: Ms): void {
    const { count, ms: before } = this.#pauses[cause]
    this.#pauses = { ...this.#pauses, [cause]: { count: count + 1, ms: before + ms } }
  }
}

const NONE: Pause = { count: 0, ms: 0 }

function causeOf(lateMs: Ms, from: ThreadTimes, to: ThreadTimes): PauseCause {
  if (to.cpuMs - from.cpuMs >= EXPLAINS * lateMs) return 'blocked'
  const waitedMs = (to.runDelayMs ?? 0) - (from.runDelayMs ?? 0)
  return waitedMs >= EXPLAINS * lateMs ? 'starved' : 'suspended'
}

/** Returns the times of the calling thread; `read` is undefined where the system does not report them. */
export function threadTimes(read: ThreadTime | undefined): ThreadTimes {
  if (read !== undefined) return { cpuMs: read.ranMs, runDelayMs: read.waitedMs }
  const { user, system } = process.threadCpuUsage()
  return { cpuMs: (user + system) / 1_000, runDelayMs: undefined }
}
