import type { ContentSink } from '../framers/framer.ts'

/** Content of a frame beyond this is not examined: pushes are shorter, and a response may be as long as it likes. */
const MAX_BYTES = 64 * 1024

/**
 * Keeps the content of the frame under way until its end shows whether `ignore` names it. A longer frame is a response:
 * from then on its content passes through.
 */
export class ExaminedFrame {
  readonly #onContent: ContentSink | undefined
  #pieces: Buffer[] = []
  #bytes = 0
  /** The frame is a response. */
  #passes = false

  /** `onContent`: where the content goes if the frame is a response. */
  constructor(onContent: ContentSink | undefined) {
    this.#onContent = onContent
  }

  readonly take: ContentSink = (bytes, start, end) => {
    if (this.#passes) return this.#onContent?.(bytes, start, end)
    this.#bytes += end - start
    this.#pieces.push(Buffer.from(bytes.subarray(start, end)))
    if (this.#bytes > MAX_BYTES) this.pass()
  }

  /** The content so far, where it is still examined. */
  content(): Buffer | undefined {
    return this.#passes ? undefined : Buffer.concat(this.#pieces)
  }

  /** The frame is a response. */
  pass(): void {
    if (this.#passes) return
    this.#passes = true
    for (const piece of this.#pieces) this.#onContent?.(piece, 0, piece.length)
    this.#pieces = []
  }
}
