/**
 * Tracks messages handed to a stream that the kernel has not fully accepted, because the other side does not read.
 * Streams report their buffered length in characters, so for non-ASCII text the real number of unsent bytes may be
 * higher than the number here, but never lower.
 */
export class Unsent {
  /** End offset of each message in all bytes passed to the socket. */
  readonly #ends = new Map<number, number>()
  #handed = 0

  /** Adds a message handed to the stream. `waiting`: bytes in the stream's buffer now. Returns the message's bytes. */
  add(id: number | undefined, bytes: number, waiting: number): number {
    this.#handed += bytes
    if (waiting > 0) {
      if (id !== undefined) this.#ends.set(id, this.#handed)
    } else if (this.#ends.size > 0) this.#ends.clear()
    return bytes
  }

  /** Removes a message. Returns the unsent bytes up to its end; 0 when all of it was sent. */
  take(id: number, waiting: number): number {
    const end = this.#ends.get(id)
    if (end === undefined) return 0
    this.#ends.delete(id)
    return Math.max(0, end - (this.#handed - waiting))
  }
}

/** Reason for closing a connection whose server does not read: its buffer would grow without bound. */
export const UNREAD = 'the server had not read a request when it was cancelled'
