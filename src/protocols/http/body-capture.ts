/** Most bytes of a body that a check or `read` sees; a larger one fails, and is not held. */
export const CAPTURE_LIMIT: number = 1024 * 1024

/** Keeps copies of the pieces of a body, up to a limit. */
export class BodyCapture {
  #pieces: Buffer[] = []
  #bytes = 0

  /** Copies a piece: the buffer it stands in is used again for the next read. */
  take(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (this.#bytes > CAPTURE_LIMIT) this.#pieces = []
    else this.#pieces.push(Buffer.from(bytes))
  }

  /** The body as UTF-8, or undefined when it was larger than `CAPTURE_LIMIT`. */
  text(): string | undefined {
    return this.#bytes > CAPTURE_LIMIT ? undefined : Buffer.concat(this.#pieces).toString('utf8')
  }
}
