import { isUtf8 } from 'node:buffer'

/** Checks that a text is valid UTF-8 while it arrives in pieces, which may end inside a character. */
export class Utf8Check {
  /** Bytes of a character that the next piece continues. */
  readonly #begun = Buffer.alloc(4)
  #begunBytes = 0

  /** Returns false when the text cannot be valid any more. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start
    if (this.#begunBytes > 0) {
      const needed = characterBytes(this.#begun[0] ?? 0)
      while (this.#begunBytes < needed && at < end) this.#begun[this.#begunBytes++] = bytes[at++] ?? 0
      if (this.#begunBytes < needed) return true
      if (!isUtf8(this.#begun.subarray(0, needed))) return false
      this.#begunBytes = 0
    }
    const whole = endOfCharacters(bytes, at, end)
    for (let i = whole; i < end; i++) this.#begun[this.#begunBytes++] = bytes[i] ?? 0
    return isUtf8(bytes.subarray(at, whole))
  }

  /** Ends the text. Returns false when it ends inside a character. */
  end(): boolean {
    const complete = this.#begunBytes === 0
    this.#begunBytes = 0
    return complete
  }
}

/** Returns the offset after the last complete character, or `end` when the last bytes are not the start of one. */
function endOfCharacters(bytes: Uint8Array, start: number, end: number): number {
  for (let at = end - 1; at >= start && at >= end - 3; at--) {
    const byte = bytes[at] ?? 0
    if (byte >= 0xc0) return characterBytes(byte) > end - at ? at : end
    if (byte < 0x80) return end
  }
  return end
}

/** Returns the length of the character that begins with this byte; 1 for a byte that begins none. */
function characterBytes(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}
