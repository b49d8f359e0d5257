import type { ContentSink, Framer } from './framer.ts'

/** Frames of one fixed length. */
export class FixedFramer implements Framer {
  readonly #length: number
  readonly violation = undefined
  frameBytes = 0
  done = false

  /** `length` in bytes, at least 1. */
  constructor(length: number) {
    this.#length = length
  }

  push(bytes: Buffer, start: number, onContent?: ContentSink): number {
    if (this.done) this.frameBytes = 0
    const end = Math.min(bytes.length, start + this.#length - this.frameBytes)
    if (end > start) onContent?.(bytes, start, end)
    this.frameBytes += end - start
    this.done = this.frameBytes === this.#length
    return end
  }

  end(): void {
    // Only the length ends a frame.
  }
}
