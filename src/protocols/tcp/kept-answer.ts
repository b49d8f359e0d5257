import type { Answer } from '../../model/protocol.ts'
import type { ContentSink } from '../framers/framer.ts'

/** Most bytes of an answer that a request can `read`. */
const READ_LIMIT = 16 * 1024 * 1024

/** Keeps the frames of an answer for who wants to read it. */
export class KeptAnswer {
  readonly #read: 'text' | 'json'
  readonly #messages: string[] = []
  #pieces: Buffer[] = []
  #bytes = 0

  constructor(read: 'text' | 'json') {
    this.#read = read
  }

  /** Copies: the bytes it stands in are used again for the next read. */
  readonly take: ContentSink = (bytes, start, end) => {
    this.#bytes += end - start
    if (this.#bytes <= READ_LIMIT) this.#pieces.push(Buffer.from(bytes.subarray(start, end)))
  }

  endFrame(): void {
    this.#messages.push(Buffer.concat(this.#pieces).toString())
    this.#pieces = []
  }

  /** The answer, or as a text why there is none. */
  answer(): Answer | string {
    if (this.#bytes > READ_LIMIT) return `the answer is longer than the ${READ_LIMIT} bytes that can be read`
    const [text = ''] = this.#messages
    const answer = { text, messages: this.#messages }
    if (this.#read === 'text') return answer
    try {
      return { ...answer, json: JSON.parse(text) as unknown }
    } catch (error) {
      return `the answer is no JSON: ${error instanceof Error ? error.message : String(error)}`
    }
  }
}
