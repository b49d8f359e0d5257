/** Maximum body size that `check` or `read` accepts. A larger body fails and is not kept. */
export const CAPTURE_LIMIT: number = 1024 * 1024

/** Keeps copies of the pieces of a body, up to `CAPTURE_LIMIT`. */
export class BodyCapture {
  #pieces: Buffer[] = []
  #bytes = 0

  /** Copies a piece, because the socket reuses its read buffer. */
  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (this.#bytes > CAPTURE_LIMIT) this.#pieces = []
    else this.#pieces.push(Buffer.from(bytes))
  }

  /** Returns the body as UTF-8, or undefined when it was larger than `CAPTURE_LIMIT`. */
  text(): string | undefined {
    return this.#bytes > CAPTURE_LIMIT ? undefined : Buffer.concat(this.#pieces).toString('utf8')
  }
}
