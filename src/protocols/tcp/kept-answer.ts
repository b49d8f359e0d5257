import type { Answer } from '../../model/protocol.ts'
import type { ContentSink } from '../framers/framer.ts'

/** Maximum number of response bytes that a request can `read`. */
const READ_LIMIT = 16 * 1024 * 1024

/** Keeps the frames of a response for a request with `read`. */
export class KeptAnswer {
  readonly #read: 'text' | 'json'
  readonly #messages: string[] = []
  #pieces: Buffer[] = []
  #bytes = 0

  constructor(read: 'text' | 'json') {
    this.#read = read
  }

  /** Copies the bytes, because the socket reuses its read buffer. */
  readonly add: ContentSink = (bytes, start, end) => {
    this.#bytes += end - start
    if (this.#bytes <= READ_LIMIT) this.#pieces.push(Buffer.from(bytes.subarray(start, end)))
  }

  endFrame(): void {
    this.#messages.push(Buffer.concat(this.#pieces).toString())
    this.#pieces = []
  }

  /** Returns the answer, or the reason why there is none as a string. */
  answer(): Answer | string {
    if (this.#bytes > READ_LIMIT) return `the response is longer than ${READ_LIMIT} bytes, the limit of \`read\``
    const [text = ''] = this.#messages
    const answer = { text, messages: this.#messages }
    if (this.#read === 'text') return answer
    try {
      return { ...answer, json: JSON.parse(text) as unknown }
    } catch (error) {
      return `the response is not JSON: ${error instanceof Error ? error.message : String(error)}`
    }
  }
}
