import type { ArrivedMessage } from './message-reader.ts'

/** Maximum number and bytes of held messages. */
const MAX_MESSAGES = 100
const MAX_BYTES = 64 * 1024

/**
 * Messages that arrived with nothing in flight, held for a later request that listens: a greeting, or the messages that
 * follow a subscription.
 */
export class HeldMessages {
  #messages: Buffer[] = []
  #bytes = 0
  /** Number of messages that did not fit. */
  #beyond = 0

  get count(): number {
    return this.#messages.length
  }

  /** Holds the message if it fits. */
  hold({ content, payloadBytes }: ArrivedMessage): void {
    if (this.#messages.length >= MAX_MESSAGES || this.#bytes + payloadBytes > MAX_BYTES) return void this.#beyond++
    this.#bytes += payloadBytes
    this.#messages.push(Buffer.from(content))
  }

  /** Removes and returns the oldest message. */
  next(): Buffer | undefined {
    const message = this.#messages.shift()
    this.#bytes -= message?.length ?? 0
    return message
  }

  /**
   * Removes the messages that match, and returns their number. When all held messages match, the messages that did not
   * fit count as matching too: a server that pushes that many messages pushes messages of one kind.
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
