import type { Ms } from '../../model/units.ts'
import type { Clock } from '../clock.ts'

/** How full a pool was: how many connections carried a request at most, and for how long there was no room for another. */
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

  /** Forgets what was, but not what is. */
  startMeasuring(): void {
    this.#fullMs = 0
    this.#peakInUse = this.#inUse
    if (this.#fullSinceMs !== undefined) this.#fullSinceMs = this.#clock.now()
  }

  /** A connection took its first request, or finished its last. */
  busy(by: 1 | -1): void {
    this.#inUse += by
    if (this.#inUse > this.#peakInUse) this.#peakInUse = this.#inUse
  }

  /** Whether a request that comes now must wait for another one to end. */
  full(full: boolean): void {
    if (full && this.#fullSinceMs === undefined) this.#fullSinceMs = this.#clock.now()
    if (!full && this.#fullSinceMs !== undefined) {
      this.#fullMs += this.#clock.now() - this.#fullSinceMs
      this.#fullSinceMs = undefined
    }
  }
}
