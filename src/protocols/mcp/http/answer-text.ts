import { KeptBytes } from '../../kept-bytes.ts'

/** Collects the body of a response as text. Copies no bytes when the body arrives in one piece, as most bodies do. */
export class AnswerText {
  readonly #length: number
  readonly #limitBytes: number
  #whole: string | undefined
  readonly #pieces = new KeptBytes()

  /** Bytes received so far. */
  bytes = 0
  /** Set when the body is longer than the limit. It is not kept. */
  violation: string | undefined

  /** `length`: value of the `content-length` header, if any. */
  constructor(length: string | undefined, limitBytes: number) {
    this.#length = length === undefined ? -1 : Number(length)
    this.#limitBytes = limitBytes
  }

  add(bytes: Uint8Array): void {
    this.bytes += bytes.length
    if (this.violation !== undefined) return
    if (this.#pieces.length + bytes.length > this.#limitBytes) {
      this.violation = `the body is longer than ${this.#limitBytes} bytes`
      this.#pieces.clear()
    } else if (bytes.length === this.#length) {
      this.#whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    } else this.#pieces.add(bytes, 0, bytes.length)
  }

  /** Returns the text; empty when the body is too long to keep. */
  read(): string {
    return this.#whole ?? this.#pieces.view().toString('utf8')
  }
}
