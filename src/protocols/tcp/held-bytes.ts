import type { Framer } from '../framers/framer.ts'
import { KeptBytes } from '../kept-bytes.ts'

/** Maximum number of held bytes. A greeting is shorter. */
const MAX_BYTES = 64 * 1024

/**
 * Unsolicited frames, such as a greeting or subscription messages, held for a later request that sends nothing. The
 * bytes are kept as they arrived, so that the request reads them like any others.
 */
export class HeldBytes {
  readonly #kept = new KeptBytes()
  #frames = 0
  #unidentified = 0
  /** Set inside a frame whose beginning was not held or exceeded the limit. */
  #skipping = false

  /** Number of complete frames. */
  get frames(): number {
    return this.#frames
  }

  /** Number of complete frames that `ignore` did not identify. */
  get unidentified(): number {
    return this.#unidentified
  }

  /** Holds a copy. Returns false, and drops all held bytes, when the limit is exceeded. */
  hold(piece: Buffer): boolean {
    if (this.#skipping) return true
    if (this.#kept.length + piece.length > MAX_BYTES) {
      this.clear(true)
      return false
    }
    this.#kept.add(piece, 0, piece.length)
    return true
  }

  /** Completes the current frame. */
  endFrame(identified: boolean): void {
    if (!this.#skipping) {
      this.#frames++
      if (!identified) this.#unidentified++
    }
    this.#skipping = false
  }

  /** Removes and returns everything. */
  take(): Buffer {
    const bytes = this.#kept.view()
    this.clear(false)
    return bytes
  }

  /** Drops everything. `inFrame`: also skip the rest of the current frame. */
  clear(inFrame: boolean): void {
    this.#kept.clear()
    this.#frames = this.#unidentified = 0
    this.#skipping = inFrame
  }

  /** Returns how many of the complete frames match. */
  count(framer: Framer, matches: (content: Buffer) => boolean): number {
    const bytes = this.#kept.view()
    let count = 0
    for (let at = 0; at < bytes.length && framer.violation === undefined;) {
      const content: Buffer[] = []
      at = framer.push(bytes, at, (from, start, end) => content.push(Buffer.from(from.subarray(start, end))))
      if (framer.done && matches(Buffer.concat(content))) count++
    }
    return count
  }
}
