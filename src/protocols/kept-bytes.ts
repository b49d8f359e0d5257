/** Memory that a kept message takes besides its text. It counts towards `EXAMINED_BYTES`. */
export const MESSAGE_BYTES = 64

const NOTHING = Buffer.alloc(0)

/** Maximum bytes that `check` and `read` examine of a response. A larger one fails. */
export const EXAMINED_BYTES: number = 8 * 1024 * 1024

/**
 * Doubles the buffer, but not beyond the usual limit. A first piece is usually the only one and gets no room to grow.
 */
function grownSize(needed: number): number {
  return needed > EXAMINED_BYTES ? 2 * needed : Math.min(EXAMINED_BYTES, Math.max(1024, 2 * needed))
}

/**
 * Copies of received bytes, in one buffer that doubles. A list of pieces would take a hundred times the memory for a
 * peer that sends one byte at a time.
 */
export class KeptBytes {
  #buffer: Buffer = NOTHING
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Copies bytes from `start` up to `end`, because the socket reuses its read buffer. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#length + end - start
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(this.#length === 0 ? needed : grownSize(needed))
      this.#buffer.copy(grown, 0, 0, this.#length)
      this.#buffer = grown
    }
    this.#buffer.set(bytes.subarray(start, end), this.#length)
    this.#length = needed
  }

  /** Returns the bytes without a copy. They stay valid after `clear`. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  clear(): void {
    this.#buffer = NOTHING
    this.#length = 0
  }
}
