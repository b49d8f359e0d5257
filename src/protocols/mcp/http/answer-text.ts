/** A text much longer than this cannot be made. */
const LIMIT_BYTES = 256 * 1024 * 1024

/** The body of a response as text. Copies nothing where it comes in one piece, as nearly all do. */
export class AnswerText {
  readonly #length: number
  #whole: string | undefined
  #pieces: Buffer[] = []
  #bytes = 0

  /** `length`: what the head says, if it does. */
  constructor(length: string | undefined) {
    this.#length = length === undefined ? -1 : Number(length)
  }

  take(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (bytes.length === this.#length) {
      this.#whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    } else if (this.#bytes > LIMIT_BYTES) this.#pieces = []
    else this.#pieces.push(Buffer.from(bytes))
  }

  /** Undefined when it is longer than what is kept. */
  read(): string | undefined {
    if (this.#whole !== undefined) return this.#whole
    return this.#bytes > LIMIT_BYTES ? undefined : Buffer.concat(this.#pieces).toString('utf8')
  }
}
