import { wholeOf } from './received.ts'
import type { Received } from './received.ts'

/** Maximum that is held of messages that arrived with nothing in flight. */
const MAX_MESSAGES = 100
const MAX_BYTES = 64 * 1024

/**
 * Messages that arrived with nothing in flight, for a later request that listens: a greeting, or what follows on a
 * subscription.
 */
export class HeldMessages {
  #messages: Buffer[] = []
  #bytes = 0
  /** Messages for which there was no room. */
  #beyond = 0

  get count(): number {
    return this.#messages.length
  }

  /** Holds the message if there is room for it. */
  hold(message: Received, bytes: number): void {
    if (this.#messages.length >= MAX_MESSAGES || this.#bytes + bytes > MAX_BYTES) return void this.#beyond++
    this.#bytes += bytes
    // A copy: the pieces share the memory of everything that was read with them.
    this.#messages.push(Buffer.from(wholeOf(message)))
  }

  /** Removes and returns the oldest message. */
  next(): Buffer | undefined {
    const message = this.#messages.shift()
    this.#bytes -= message?.length ?? 0
    return message
  }

  /**
   * Removes the messages that match; returns how many. If all of them do, so do those for which there was no room: a
   * server that pushes that many messages pushes messages of one kind.
   */
  remove(matches: (message: Buffer) => boolean): number {
    const kept = this.#messages.filter((message) => !matches(message))
    const removed = this.#messages.length - kept.length + (kept.length === 0 ? this.#beyond : 0)
    if (kept.length === 0) this.#beyond = 0
    this.#messages = kept
    this.#bytes = kept.reduce((sum, { length }) => sum + length, 0)
    return removed
  }

  clear(): void {
    this.#messages = []
    this.#beyond = 0
    this.#bytes = 0
  }
}
