import type { Ms } from '../model/units.ts'
import { threadRunDelayMs } from './monitor/host.ts'

/** Why a thread did not run, and for how long in all. */
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

/** What a thread has used up to now. */
export interface ThreadTimes {
  readonly cpuMs: Ms
  /** How long it was ready to run and waited for a core; undefined where the system does not tell. */
  readonly runDelayMs: Ms | undefined
}

/** Shorter pauses are lateness like any other. */
const SHORTEST_MS: Ms = 250
/** A cause must explain this share of a pause. */
const EXPLAINS = 0.5

/**
 * Finds pauses of the calling thread from how late a regular tick comes. A thread that used the CPU meanwhile was blocked
 * by its own code; one that was ready to run was starved by other processes; one that was neither was suspended (SIGSTOP,
 * a debugger, a virtual machine that was paused).
 */
export class ThreadPauses {
  readonly #everyMs: Ms
  readonly #read: () => ThreadTimes
  #last: { readonly atMs: Ms; readonly times: ThreadTimes } | undefined
  #pauses: Pauses = { suspended: NONE, blocked: NONE, starved: NONE }

  /** The tick is due every `everyMs`. */
  constructor(everyMs: Ms, read: () => ThreadTimes = readThreadTimes) {
    this.#everyMs = everyMs
    this.#read = read
  }

  get all(): Pauses {
    return this.#pauses
  }

  /** Returns how late this tick is; 0 for the first. */
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

function readThreadTimes(): ThreadTimes {
  const { user, system } = process.threadCpuUsage()
  return { cpuMs: (user + system) / 1_000, runDelayMs: threadRunDelayMs() }
}
