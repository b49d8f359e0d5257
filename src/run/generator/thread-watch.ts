import { realTime } from '../../model/real-time.ts'
import type { Ms } from '../../model/units.ts'

/**
 * Interval of the checks. Silence is counted in checks that ran, so that it does not grow while this thread is blocked
 * or the process is suspended.
 */
const CHECK_MS: Ms = 250

export interface ThreadWatchOptions {
  readonly threads: number
  /** Maximum time between two messages of a thread. */
  readonly maxSilenceMs: Ms
  /** Maximum time until the first message of a thread, which may still be loading its program. */
  readonly maxStartMs: Ms
  onSilent(thread: number): void
}

/** Finds generator threads that do not return to their event loop, for example because of an endless loop. */
export class ThreadWatch {
  readonly #options: ThreadWatchOptions
  /** Time since the last message of each thread; undefined once nothing more is expected from it. */
  readonly #silentMs: (Ms | undefined)[]
  readonly #heard: boolean[]
  #timer: NodeJS.Timeout | undefined

  constructor(options: ThreadWatchOptions) {
    this.#options = options
    this.#silentMs = Array.from({ length: options.threads }, () => 0)
    this.#heard = Array.from({ length: options.threads }, () => false)
  }

  start(): void {
    this.#timer = realTime.setInterval(() => this.#check(), CHECK_MS)
  }

  stop(): void {
    realTime.clearInterval(this.#timer)
  }

  heard(thread: number): void {
    this.#heard[thread] = true
    if (this.#silentMs[thread] !== undefined) this.#silentMs[thread] = 0
  }

  ended(thread: number): void {
    this.#silentMs[thread] = undefined
  }

  #check(): void {
    const { maxSilenceMs, maxStartMs, onSilent } = this.#options
    for (const [thread, silentMs] of this.#silentMs.entries()) {
      if (silentMs === undefined) continue
      this.#silentMs[thread] = silentMs + CHECK_MS
      if (silentMs + CHECK_MS < (this.#heard[thread] === true ? maxSilenceMs : maxStartMs)) continue
      this.ended(thread)
      onSilent(thread)
    }
  }
}
