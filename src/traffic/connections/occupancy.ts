import type { Ms } from '../../model/units.ts'
import type { Clock } from '../clock.ts'

/**
 * Measures how full a pool was: the peak number of connections in use, and the time without room for another request.
 */
export class Occupancy {
  readonly #clock: Clock
  #inUse = 0
  #peakInUse = 0
  #fullSinceMs: Ms | undefined
  #fullMs: Ms = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get peakInUse(): number {
    return this.#peakInUse
  }

  get fullMs(): Ms {
    return this.#fullMs + (this.#fullSinceMs === undefined ? 0 : this.#clock.now() - this.#fullSinceMs)
  }

  /** Resets the history but keeps the current state. */
  startMeasuring(): void {
    this.#fullMs = 0
    this.#peakInUse = this.#inUse
    if (this.#fullSinceMs !== undefined) this.#fullSinceMs = this.#clock.now()
  }

  /** Records that a connection took its first request (1) or finished its last (−1). */
  busy(by: 1 | -1): void {
    this.#inUse += by
    if (this.#inUse > this.#peakInUse) this.#peakInUse = this.#inUse
  }

  /** Records whether a request that arrives now must wait for another one to end. */
  full(full: boolean): void {
    if (full && this.#fullSinceMs === undefined) this.#fullSinceMs = this.#clock.now()
    if (!full && this.#fullSinceMs !== undefined) {
      this.#fullMs += this.#clock.now() - this.#fullSinceMs
      this.#fullSinceMs = undefined
    }
  }
}
