import { wholeOf } from './received.ts'
import type { Received } from './received.ts'

/** What is held of messages that came before anybody listened, at most. */
const HELD_MESSAGES = 100
const HELD_BYTES = 64 * 1024

/**
 * Messages that nobody had asked for when they came. Until somebody listens they are held, for they may be what the first
 * who does is waiting for: a greeting, or what follows on a subscription.
 */
export class Unasked {
  readonly #log: (text: string) => void
  #held: Buffer[] = []
  #heldBytes = 0
  #passedOver = 0

  constructor(log: (text: string) => void) {
    this.#log = log
  }

  /** How many are held. */
  get held(): number {
    return this.#held.length
  }

  /** How many there were that nobody gets. */
  get passedOver(): number {
    return this.#passedOver
  }

  hold(message: Received, bytes: number): void {
    if (this.#held.length >= HELD_MESSAGES || this.#heldBytes + bytes > HELD_BYTES) return this.passOver(1)
    this.#heldBytes += bytes
    // A copy: the pieces share the memory of all that was read with them.
    this.#held.push(Buffer.from(wholeOf(message)))
  }

  /** The one that is held longest, which it then is no more. */
  next(): Buffer | undefined {
    const message = this.#held.shift()
    this.#heldBytes -= message?.length ?? 0
    return message
  }

  passOver(count: number): void {
    // Counted and told at the end: a server that pushes may do so thousands of times a second.
    if (this.#passedOver === 0 && count > 0) this.#log('the server sends messages that nobody has asked for')
    this.#passedOver += count
  }

  /** What is held is for nobody any more. */
  passOverHeld(): void {
    this.passOver(this.#held.length)
    this.#held = []
    this.#heldBytes = 0
  }
}
