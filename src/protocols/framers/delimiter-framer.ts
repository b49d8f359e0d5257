import type { ContentSink, Framer } from './framer.ts'

/** Frames that end at the first complete occurrence of a delimiter, for example `\n` or `\r\n`. */
export class DelimiterFramer implements Framer {
  readonly #delimiter: Buffer
  /** Argument of `indexOf`, which finds a single byte faster when it gets the byte's value. */
  readonly #wanted: Buffer | number
  /** For each prefix length of the delimiter: length of the longest proper suffix that is also a prefix. */
  readonly #borders: readonly number[]
  /** Number of delimiter bytes at the end of the previous piece. */
  #matched = 0

  readonly violation = undefined
  frameBytes = 0
  done = false

  /** `delimiter` must have at least one byte. */
  constructor(delimiter: Buffer) {
    this.#delimiter = delimiter
    this.#wanted = delimiter.length === 1 ? (delimiter[0] ?? 0) : delimiter
    this.#borders = bordersOf(delimiter)
  }

  push(bytes: Buffer, start: number, onContent?: ContentSink): number {
    if (this.done) this.frameBytes = 0
    this.done = false
    const at = this.#matched === 0 ? start : this.#goOn(bytes, start, onContent)
    if (this.done || at === bytes.length) return at
    const found = bytes.indexOf(this.#wanted, at)
    const length = this.#delimiter.length
    this.done = found >= 0
    const contentEnd = found >= 0 ? found : bytes.length - this.#matchEnd(bytes, at)
    if (contentEnd > at) onContent?.(bytes, at, contentEnd)
    const end = found >= 0 ? found + length : bytes.length
    this.frameBytes += end - at
    return end
  }

  end(): void {
    // Only a delimiter ends a frame.
  }

  /** Continues a delimiter that began in the previous piece, until it is complete or proves to be content. */
  #goOn(bytes: Buffer, start: number, onContent: ContentSink | undefined): number {
    let at = start
    while (this.#matched > 0 && at < bytes.length) {
      const before = this.#matched
      const after = this.#step(before, bytes[at] ?? 0)
      const content = before + 1 - after
      // The earlier pieces are no longer available, but the matched bytes equal the beginning of the delimiter.
      if (content > 0) onContent?.(this.#delimiter, 0, Math.min(content, before))
      if (after === 0) onContent?.(bytes, at, at + 1)
      at++
      this.frameBytes++
      this.#matched = after
      if (after === this.#delimiter.length) {
        this.#matched = 0
        this.done = true
      }
    }
    return at
  }

  /** Returns how many delimiter bytes end a piece that contains no complete delimiter. */
  #matchEnd(bytes: Buffer, start: number): number {
    this.#matched = 0
    for (let at = Math.max(start, bytes.length - this.#delimiter.length + 1); at < bytes.length; at++) {
      this.#matched = this.#step(this.#matched, bytes[at] ?? 0)
    }
    return this.#matched
  }

  /** Returns the number of matched delimiter bytes after one more byte (Knuth, Morris and Pratt). */
  #step(matched: number, byte: number): number {
    let length = matched
    while (length > 0 && this.#delimiter[length] !== byte) length = this.#borders[length] ?? 0
    return this.#delimiter[length] === byte ? length + 1 : 0
  }
}

function bordersOf(delimiter: Buffer): readonly number[] {
  const borders = [0, 0]
  for (let length = 1, border = 0; length < delimiter.length; length++) {
    while (border > 0 && delimiter[length] !== delimiter[border]) border = borders[border] ?? 0
    if (delimiter[length] === delimiter[border]) border++
    borders.push(border)
  }
  return borders
}
