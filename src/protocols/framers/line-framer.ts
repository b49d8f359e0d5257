/** Default of the maximum length of a line. */
const LIMIT_BYTES = 8 * 1024 * 1024
/** Maximum size of the line buffer that is kept from one line to the next. */
const KEPT_BYTES = 1024 * 1024

const LF = 10
const NOTHING = Buffer.alloc(0)

/** Receives a line without its line feed; a preceding CR is content. `bytes` is the length including the line feed. */
export type LineSink = (line: string, bytes: number) => void

/**
 * Splits UTF-8 bytes that arrive in any pieces into lines, for newline-delimited JSON over a pipe or a socket. A line
 * that arrives in one piece is not copied. An empty line is a line; text after the last line feed of the stream is not.
 */
export class LineFramer {
  readonly #onLine: LineSink
  readonly #limitBytes: number
  /** Buffer for a line that arrives in several pieces. */
  #pieces: Buffer = NOTHING
  #pieced = 0

  /** Set when a line was too long. The framer ignores everything pushed after that. */
  violation: string | undefined

  /** `limitBytes`: maximum length of a line. Default 8 MiB. */
  constructor(onLine: LineSink, limitBytes: number = LIMIT_BYTES) {
    this.#onLine = onLine
    this.#limitBytes = limitBytes
  }

  /** Bytes of the incomplete line; 0 between lines. */
  get pending(): number {
    return this.#pieced
  }

  /** Reads bytes from `start` up to `end`. The caller may reuse the buffer afterwards. */
  push(bytes: Uint8Array, start: number = 0, end: number = bytes.length): void {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, end)
    let at = start
    while (at < end && this.violation === undefined) {
      const feed = piece.indexOf(LF, at)
      const lineEnd = feed < 0 ? end : feed
      if (this.#pieced + lineEnd - at > this.#limitBytes) {
        this.violation = `a line is longer than ${this.#limitBytes} bytes`
        this.#pieces = NOTHING
      } else if (feed < 0) this.#keep(piece, at, end)
      else this.#finishLine(piece, at, feed)
      at = lineEnd + 1
    }
  }

  #finishLine(piece: Buffer, start: number, end: number): void {
    if (this.#pieced === 0) return this.#onLine(piece.toString('utf8', start, end), end - start + 1)
    this.#keep(piece, start, end)
    const length = this.#pieced
    const line = this.#pieces.toString('utf8', 0, length)
    this.#pieced = 0
    if (this.#pieces.length > KEPT_BYTES) this.#pieces = NOTHING
    this.#onLine(line, length + 1)
  }

  #keep(piece: Buffer, start: number, end: number): void {
    const needed = this.#pieced + end - start
    if (needed > this.#pieces.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(1024, 2 * needed), this.#limitBytes))
      this.#pieces.copy(grown, 0, 0, this.#pieced)
      this.#pieces = grown
    }
    piece.copy(this.#pieces, this.#pieced, start, end)
    this.#pieced = needed
  }
}
