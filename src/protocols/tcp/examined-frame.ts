import type { ContentSink } from '../framers/framer.ts'
import { KeptBytes } from '../kept-bytes.ts'

/** Maximum content that is examined. Messages that `ignore` matches are shorter; responses may have any length. */
const MAX_BYTES = 64 * 1024

/**
 * Buffers the content of the current frame until its end shows whether `ignore` matches it. A frame longer than
 * `MAX_BYTES` is a response, so its content passes through from then on.
 */
export class ExaminedFrame {
  readonly #onContent: ContentSink | undefined
  readonly #kept = new KeptBytes()
  /** Set when the frame is a response. */
  #passes = false

  /** `onContent` receives the content if the frame is a response. */
  constructor(onContent: ContentSink | undefined) {
    this.#onContent = onContent
  }

  readonly add: ContentSink = (bytes, start, end) => {
    if (this.#passes) return this.#onContent?.(bytes, start, end)
    this.#kept.add(bytes, start, end)
    if (this.#kept.length > MAX_BYTES) this.pass()
  }

  /** Returns the content so far, or undefined when the frame is a response. */
  content(): Buffer | undefined {
    return this.#passes ? undefined : this.#kept.view()
  }

  /** Treats the frame as a response and passes on the buffered content. */
  pass(): void {
    if (this.#passes) return
    this.#passes = true
    if (this.#kept.length > 0) this.#onContent?.(this.#kept.view(), 0, this.#kept.length)
    this.#kept.clear()
  }
}
