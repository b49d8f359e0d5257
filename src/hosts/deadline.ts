import type { Ms } from '../model/units.ts'
import { realTime } from '../model/real-time.ts'

/** The time that a test has left. */
export interface TestClock {
  /** Starts or continues. */
  resume(): void
  /** Pauses until `resume`. */
  pause(): void
  /** Extends the limit by `ms`. */
  extend(ms: Ms): void
  /** Stops for good. */
  end(): void
}

/**
 * The timeout of one load test. The host's timeout is unsuitable: it is fixed at declaration, before the plans of
 * `load(plan)` are known, and it would include the wait for another load on this machine.
 */
export class Deadline implements TestClock {
  #leftMs: Ms
  #sinceMs = 0
  #timer: NodeJS.Timeout | undefined
  #ended = false
  readonly #onExpired: () => void

  /** A limit of Infinity never expires. */
  constructor(limitMs: Ms, onExpired: () => void) {
    this.#leftMs = limitMs
    this.#onExpired = onExpired
  }

  resume(): void {
    if (this.#timer !== undefined || this.#ended || this.#leftMs === Number.POSITIVE_INFINITY) return
    this.#sinceMs = realTime.now()
    // Node fires timers with a delay over 2³¹ ms immediately.
    this.#timer = realTime.setTimeout(this.#onExpired, Math.min(Math.max(0, this.#leftMs), 2 ** 31 - 1))
  }

  pause(): void {
    if (this.#timer === undefined) return
    realTime.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#leftMs -= realTime.now() - this.#sinceMs
  }

  end(): void {
    this.pause()
    this.#ended = true
  }

  extend(ms: Ms): void {
    const running = this.#timer !== undefined
    this.pause()
    this.#leftMs += ms
    if (running) this.resume()
  }
}
