/** A string much longer than this cannot be created. */
const LIMIT_BYTES = 256 * 1024 * 1024

/** Collects the body of a response as text. Copies no bytes when the body arrives in one piece, as most bodies do. */
export class AnswerText {
  readonly #length: number
  #whole: string | undefined
  #pieces: Buffer[] = []
  #bytes = 0

  /** `length`: value of the `content-length` header, if any. */
  constructor(length: string | undefined) {
    this.#length = length === undefined ? -1 : Number(length)
  }

  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (bytes.length === this.#length) {
      this.#whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    } else if (this.#bytes > LIMIT_BYTES) this.#pieces = []
    else this.#pieces.push(Buffer.from(bytes))
  }

  /** Returns the text; undefined when the body is too long to keep. */
  read(): string | undefined {
    if (this.#whole !== undefined) return this.#whole
    return this.#bytes > LIMIT_BYTES ? undefined : Buffer.concat(this.#pieces).toString('utf8')
  }
}
