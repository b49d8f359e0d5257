import type { Framer } from '../framers/framer.ts'

/** Maximum that is held; a greeting is shorter. */
const MAX_BYTES = 64 * 1024

/**
 * Unsolicited frames for a later request that listens: a greeting, or what follows on a subscription. Held as they
 * arrived, so that the request reads them like any others.
 */
export class HeldBytes {
  #pieces: Buffer[] = []
  #bytes = 0
  #frames = 0
  #unidentified = 0
  /** Inside a frame whose beginning is not held, or was more than fits. */
  #skipping = false

  /** Complete frames. */
  get frames(): number {
    return this.#frames
  }

  /** Of these, the ones that `ignore` did not identify. */
  get unidentified(): number {
    return this.#unidentified
  }

  /** Holds a copy. False when this was more than fits: nothing is held then. */
  hold(piece: Buffer): boolean {
    if (this.#skipping) return true
    if (this.#bytes + piece.length > MAX_BYTES) {
      this.clear(true)
      return false
    }
    this.#bytes += piece.length
    this.#pieces.push(Buffer.from(piece))
    return true
  }

  /** The frame under way is complete. */
  endFrame(identified: boolean): void {
    if (!this.#skipping) {
      this.#frames++
      if (!identified) this.#unidentified++
    }
    this.#skipping = false
  }

  /** Removes and returns everything. */
  take(): readonly Buffer[] {
    const pieces = this.#pieces
    this.clear(false)
    return pieces
  }

  /** `inFrame`: a frame is under way, whose rest is not wanted either. */
  clear(inFrame: boolean): void {
    this.#pieces = []
    this.#bytes = this.#frames = this.#unidentified = 0
    this.#skipping = inFrame
  }

  /** How many of the complete frames match. */
  count(framer: Framer, matches: (content: Buffer) => boolean): number {
    const bytes = Buffer.concat(this.#pieces)
    let count = 0
    for (let at = 0; at < bytes.length && framer.fault === undefined;) {
      const content: Buffer[] = []
      at = framer.push(bytes, at, (from, start, end) => content.push(Buffer.from(from.subarray(start, end))))
      if (framer.done && matches(Buffer.concat(content))) count++
    }
    return count
  }
}
