import type { Ms } from '../../model/units.ts'
import type { Clock } from '../clock.ts'
import type { Attempt, Slot } from './slot.ts'

/** Connection attempts in progress, oldest first. They have no timers: the engine checks them periodically. */
export class Attempts<Request> {
  readonly #clock: Clock
  readonly #timeoutMs: Ms
  readonly #slots = new Set<Slot<Request>>()
  #givenUp = 0

  constructor(clock: Clock, timeoutMs: Ms) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  get size(): number {
    return this.#slots.size
  }

  /** Number of abandoned attempts so far. */
  get givenUp(): number {
    return this.#givenUp
  }

  begin(slot: Slot<Request>): Attempt {
    const attempt = { abort: new AbortController(), sinceMs: this.#clock.now(), gaveUp: false }
    slot.connecting = attempt
    this.#slots.add(slot)
    return attempt
  }

  /** Restarts the timeout of an attempt for its next stage. */
  renew(slot: Slot<Request>, attempt: Attempt): void {
    attempt.sinceMs = this.#clock.now()
    // Moves it to the end, because attempts are ordered by their start.
    this.#slots.delete(slot)
    this.#slots.add(slot)
  }

  /** Adjusts to a clock whose origin moved: its times are now `byMs` later. */
  shiftClock(byMs: Ms): void {
    for (const { connecting } of this.#slots) if (connecting !== undefined) connecting.sinceMs += byMs
  }

  /** Removes an attempt that succeeded or failed. */
  end(slot: Slot<Request>): void {
    slot.connecting = undefined
    this.#slots.delete(slot)
  }

  /** Abandons the oldest attempt; returns false if no attempt has taken long. */
  giveUpOldest(): boolean {
    const [oldest] = this.#slots
    if (oldest?.connecting === undefined) return false
    // An attempt that began recently is not the one that the request waited for.
    if (this.#clock.now() - oldest.connecting.sinceMs < this.#timeoutMs / 2) return false
    this.#giveUp(oldest, oldest.connecting)
    return true
  }

  /** Abandons attempts that exceeded the timeout; returns their number. */
  giveUpLate(nowMs: Ms): number {
    let late = 0
    for (const slot of this.#slots) {
      if (slot.connecting === undefined || nowMs - slot.connecting.sinceMs < this.#timeoutMs) break
      this.#giveUp(slot, slot.connecting)
      late++
    }
    return late
  }

  #giveUp(slot: Slot<Request>, attempt: Attempt): void {
    attempt.gaveUp = true
    this.#givenUp++
    this.#slots.delete(slot)
    attempt.abort.abort(new DOMException('connecting took too long', 'TimeoutError'))
  }
}
