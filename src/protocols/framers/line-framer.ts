/** A text much longer than this cannot be made. */
const LIMIT_BYTES = 256 * 1024 * 1024
/** Room for a line in pieces that is kept from one line to the next. */
const KEPT_BYTES = 1024 * 1024

const LF = 10
const NOTHING = Buffer.alloc(0)

/** Takes a line without its line feed; a CR before that is part of the line. `bytes`: on the wire, line feed included. */
export type LineSink = (line: string, bytes: number) => void

/**
 * Hands over whole lines of UTF-8 from bytes that come in any pieces: newline-delimited JSON over a pipe or a socket. What
 * comes in one piece is not copied. An empty line is a line; what follows the last line feed when the stream ends is none.
 */
export class LineFramer {
  readonly #onLine: LineSink
  readonly #limitBytes: number
  /** The line so far, when it did not come in one piece. */
  #pieces: Buffer = NOTHING
  #pieced = 0

  /** Why nothing more can be read: a line was too long. What is pushed from then on is ignored. */
  fault: string | undefined

  /** `limitBytes`: the longest line that is taken; 256 MiB when absent. */
  constructor(onLine: LineSink, limitBytes: number = LIMIT_BYTES) {
    this.#onLine = onLine
    this.#limitBytes = limitBytes
  }

  /** Bytes of the line under way; 0 between lines. */
  get pending(): number {
    return this.#pieced
  }

  /** Takes bytes from `start` up to `end`. They are no longer needed when it returns. */
  push(bytes: Uint8Array, start: number = 0, end: number = bytes.length): void {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, end)
    let at = start
    while (at < end && this.fault === undefined) {
      const feed = piece.indexOf(LF, at)
      const lineEnd = feed < 0 ? end : feed
      if (this.#pieced + lineEnd - at > this.#limitBytes) {
        this.fault = `a line is longer than ${this.#limitBytes} bytes`
      } else if (feed < 0) this.#keep(piece, at, end)
      else this.#take(piece, at, feed)
      at = lineEnd + 1
    }
  }

  #take(piece: Buffer, start: number, end: number): void {
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
      const grown = Buffer.allocUnsafeSlow(Math.max(1024, 2 * needed))
      this.#pieces.copy(grown, 0, 0, this.#pieced)
      this.#pieces = grown
    }
    piece.copy(this.#pieces, this.#pieced, start, end)
    this.#pieced = needed
  }
}
