import type { Delays } from '../model/delays.ts'
import type { Ms } from '../model/units.ts'
import type { Cancel, Clock } from './clock.ts'

/** Maximum interval between two checks. Each also shows whether the thread runs late. */
const TICK_MS: Ms = 20
/**
 * The same while nothing can be late. At low rates, half of all wakes of the thread would be such checks, and a wake
 * costs more than a request.
 */
const RESTING_TICK_MS: Ms = 100

export interface CheckTimerOptions {
  readonly clock: Pick<Clock, 'now' | 'after'>
  /** Learns when the checks run. */
  readonly delays: Delays | undefined
  /**
   * Does what is due, and returns the time until something is late; Infinity if nothing can be before `endRest`;
   * undefined to end the checks.
   */
  check(): Ms | undefined
}

/** The single timer for everything that can be late, because a timer for each request would cost more. */
export class CheckTimer {
  readonly #options: CheckTimerOptions
  #cancel: Cancel | undefined
  #isResting = false

  constructor(options: CheckTimerOptions) {
    this.#options = options
  }

  start(): void {
    this.#schedule(TICK_MS)
  }

  /** Something can be late from now on. */
  endRest(): void {
    if (!this.#isResting) return
    this.#cancel?.()
    this.#schedule(TICK_MS)
  }

  stop(): void {
    this.#cancel?.()
  }

  #schedule(leftMs: Ms): void {
    const { clock, delays } = this.#options
    this.#isResting = leftMs === Number.POSITIVE_INFINITY
    const afterMs = this.#isResting ? RESTING_TICK_MS : Math.min(TICK_MS, Math.max(1, Math.ceil(leftMs)))
    this.#cancel = clock.after(afterMs, () => this.#run())
    delays?.checked(clock.now(), this.#isResting ? leftMs : afterMs)
  }

  #run(): void {
    let leftMs: Ms | undefined = TICK_MS
    try {
      leftMs = this.#options.check()
    } finally {
      // Code of a protocol may throw. Then the checks must continue, as those of an interval would.
      if (leftMs !== undefined) this.#schedule(leftMs)
    }
  }
}
