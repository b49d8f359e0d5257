import type { Ms } from '../model/units.ts'
import { realTime } from '../model/real-time.ts'

/**
 * The time-out of one load test. The host's own cannot serve: it is fixed when the test is declared, before anyone knows
 * what `load(plan)` will ask for, and it would count the wait for another load on this machine.
 */
export class Deadline {
  #leftMs: Ms
  #sinceMs = 0
  #timer: NodeJS.Timeout | undefined
  #ended = false
  readonly #onExpired: () => void

  /** With a limit of Infinity it never expires. */
  constructor(limitMs: Ms, onExpired: () => void) {
    this.#leftMs = limitMs
    this.#onExpired = onExpired
  }

  /** Starts or goes on. */
  resume(): void {
    if (this.#timer !== undefined || this.#ended || this.#leftMs === Number.POSITIVE_INFINITY) return
    this.#sinceMs = realTime.now()
    // A delay beyond 2³¹ ms would fire at once.
    this.#timer = realTime.setTimeout(this.#onExpired, Math.min(Math.max(0, this.#leftMs), 2 ** 31 - 1))
  }

  /** Stands still until `resume`. */
  pause(): void {
    if (this.#timer === undefined) return
    realTime.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#leftMs -= realTime.now() - this.#sinceMs
  }

  /** Nothing is timed any more. */
  end(): void {
    this.pause()
    this.#ended = true
  }

  /** Allows this much more. */
  extend(ms: Ms): void {
    const running = this.#timer !== undefined
    this.pause()
    this.#leftMs += ms
    if (running) this.resume()
  }
}
