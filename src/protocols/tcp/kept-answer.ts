import type { Answer } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { messageOf } from '../../model/thrown.ts'
import type { ContentSink } from '../framers/framer.ts'
import { EXAMINED_BYTES, KeptBytes, MESSAGE_BYTES } from '../kept-bytes.ts'
import { excerptOf, type MessageCheck, messageFailure } from '../message-check.ts'

/** The reason why a complete response is not a success. */
export interface AnswerFailure {
  readonly errorClass: ErrorClass
  readonly message: string
  /** Beginning of the message that failed. */
  readonly excerpt?: string
}

/** Keeps the frames of a response for a request with `read`, and checks each frame for a request with `check`. */
export class KeptAnswer {
  readonly #read: 'text' | 'json' | undefined
  readonly #check: MessageCheck | undefined
  readonly #messages: string[] = []
  readonly #frame = new KeptBytes()
  #frameBytes = 0
  /** Bytes of all frames, and `MESSAGE_BYTES` for each. */
  #bytes = 0
  #failure: AnswerFailure | undefined

  constructor(read: 'text' | 'json' | undefined, check: MessageCheck | undefined) {
    this.#read = read
    this.#check = check
  }

  readonly add: ContentSink = (bytes, start, end) => {
    this.#frameBytes += end - start
    this.#bytes += end - start
    if ((this.#check === undefined ? this.#bytes : this.#frameBytes) > EXAMINED_BYTES) this.#frame.clear()
    else this.#frame.add(bytes, start, end)
  }

  endFrame(): void {
    const text = this.#frame.view().toString()
    if (this.#check !== undefined && this.#failure === undefined) {
      const message =
        this.#frameBytes > EXAMINED_BYTES
          ? `the message is longer than ${EXAMINED_BYTES} bytes, the limit of \`check\``
          : messageFailure(this.#check, text)
      if (message !== undefined) this.#failure = { errorClass: 'check', message, ...excerptOf(text) }
    }
    if (this.#read !== undefined) {
      this.#bytes += MESSAGE_BYTES
      if (this.#bytes > EXAMINED_BYTES) this.#messages.length = 0
      else this.#messages.push(text)
    }
    this.#frameBytes = 0
    this.#frame.clear()
  }

  /** Returns what `read` asked for, or why the response is not a success; undefined when nothing is to be returned. */
  answer(): Answer | AnswerFailure | undefined {
    if (this.#failure !== undefined) return this.#failure
    if (this.#read === undefined) return undefined
    if (this.#bytes > EXAMINED_BYTES) {
      const message = `the response is longer than ${EXAMINED_BYTES} bytes, the limit of \`read\``
      return { errorClass: 'protocol', message }
    }
    const [text = ''] = this.#messages
    const answer = { text, messages: this.#messages }
    if (this.#read === 'text') return answer
    try {
      return { ...answer, json: JSON.parse(text) as unknown }
    } catch (error) {
      const message = `the response is not JSON: ${messageOf(error)}`
      return { errorClass: 'protocol', message, ...excerptOf(text) }
    }
  }
}
