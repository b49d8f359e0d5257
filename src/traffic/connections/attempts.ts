import type { Ms } from '../../model/units.ts'
import type { Clock } from '../clock.ts'
import type { Attempt, Slot } from './slot.ts'

/** Attempts to connect that are under way, oldest first. None has a timer of its own: the engine looks at them. */
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

  /** How many were given up so far. */
  get givenUp(): number {
    return this.#givenUp
  }

  begin(slot: Slot<Request>): Attempt {
    const attempt = { abort: new AbortController(), sinceMs: this.#clock.now(), gaveUp: false }
    slot.connecting = attempt
    this.#slots.add(slot)
    return attempt
  }

  /** A new part of it begins, which may take as long again. */
  renew(slot: Slot<Request>, attempt: Attempt): void {
    attempt.sinceMs = this.#clock.now()
    // To the end: the attempts stand in order of their beginnings.
    this.#slots.delete(slot)
    this.#slots.add(slot)
  }

  /** The clock has been set to another origin: its times are now `byMs` later. */
  shiftClock(byMs: Ms): void {
    for (const { connecting } of this.#slots) if (connecting !== undefined) connecting.sinceMs += byMs
  }

  /** It succeeded or failed. */
  end(slot: Slot<Request>): void {
    slot.connecting = undefined
    this.#slots.delete(slot)
  }

  /** Gives up the attempt that has taken longest; false when none has taken long. */
  giveUpOldest(): boolean {
    const [oldest] = this.#slots
    if (oldest?.connecting === undefined) return false
    // One that began a moment ago is not what a request was waiting for all the time.
    if (this.#clock.now() - oldest.connecting.sinceMs < this.#timeoutMs / 2) return false
    this.#giveUp(oldest, oldest.connecting)
    return true
  }

  /** Gives up those that have taken too long; returns how many. */
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
