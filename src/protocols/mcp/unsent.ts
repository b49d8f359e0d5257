/**
 * Messages handed to a stream that have not wholly left for the kernel, since the other side does not read them. Streams
 * tell what they hold in characters, so that of a text that is not ASCII more may wait than is told here, never less.
 */
export class Unsent {
  /** Where each message ends among all the bytes that were handed over. */
  readonly #ends = new Map<number, number>()
  #handed = 0

  /** A message was handed over. `waiting`: what the stream holds now. Returns the message's bytes. */
  add(id: number | undefined, bytes: number, waiting: number): number {
    this.#handed += bytes
    if (waiting > 0) {
      if (id !== undefined) this.#ends.set(id, this.#handed)
    } else if (this.#ends.size > 0) this.#ends.clear()
    return bytes
  }

  /** What waits up to the end of this message, which is asked for once; 0 when it has left. */
  take(id: number, waiting: number): number {
    const end = this.#ends.get(id)
    if (end === undefined) return 0
    this.#ends.delete(id)
    return Math.max(0, end - (this.#handed - waiting))
  }
}

/** Why a connection is left whose server does not take what it is sent: what is kept for it would grow without end. */
export const UNREAD = 'the server had not read a message when it was given up'
