import { formatValue } from '../model/errors.ts'
import type { ErrorClass } from '../model/error-class.ts'
import type { Answer } from '../model/protocol.ts'
import { parseJson } from './json-text.ts'
import { EXAMINED_BYTES, MESSAGE_BYTES } from './kept-bytes.ts'
import { excerptOf, type MessageCheck, messageFailure } from './message-check.ts'

/** The reason why a complete response is not a success. */
export interface AnswerFailure {
  readonly errorClass: ErrorClass
  readonly message: string
  /** Beginning of the message that failed. */
  readonly excerpt?: string
}

type Read = 'text' | 'json' | undefined

interface Examining {
  readonly read?: Read
  readonly check?: MessageCheck | undefined
}

/** Checks the messages of a response for `check`, and keeps them for `read`. */
export class ExaminedMessages {
  readonly #read: Read
  readonly #check: MessageCheck | undefined
  readonly #texts: string[] = []
  /** Bytes of all messages that `read` keeps, and `MESSAGE_BYTES` for each. */
  #bytes = 0
  #failure: AnswerFailure | undefined

  private constructor(read: Read, check: MessageCheck | undefined) {
    this.#read = read
    this.#check = check
  }

  /** Returns undefined for a request that neither checks nor reads its response. */
  static of({ read, check }: Examining): ExaminedMessages | undefined {
    return read === undefined && check === undefined ? undefined : new ExaminedMessages(read, check)
  }

  /** Maximum bytes of the next message. The content of a longer one is not needed. */
  get maxMessageBytes(): number {
    return this.#check === undefined ? EXAMINED_BYTES - this.#bytes : EXAMINED_BYTES
  }

  /** Adds a message. `bytes`: its length, which exceeds that of `content` if the message is too long to be kept. */
  add(content: Buffer, bytes: number): void {
    const text = content.toString('utf8')
    if (this.#check !== undefined && this.#failure === undefined) {
      const message =
        bytes > content.length
          ? `the message is longer than ${EXAMINED_BYTES} bytes, the limit of \`check\``
          : messageFailure(this.#check, text)
      if (message !== undefined) this.#failure = { errorClass: 'check', message, ...excerptOf(text) }
    }
    if (this.#read === undefined) return
    this.#bytes += bytes + MESSAGE_BYTES
    if (this.#bytes > EXAMINED_BYTES) this.#texts.length = 0
    else this.#texts.push(text)
  }

  /** Returns the response for `read`, or the reason why it is not a success. Undefined for a success without `read`. */
  answer(): Answer | AnswerFailure | undefined {
    if (this.#failure !== undefined) return this.#failure
    if (this.#read === undefined) return undefined
    if (this.#bytes > EXAMINED_BYTES) {
      const message = `the response is longer than ${EXAMINED_BYTES} bytes, the limit of \`read\``
      return { errorClass: 'protocol', message }
    }
    const [text = ''] = this.#texts
    const answer: Answer = { text, messages: this.#texts }
    if (this.#read === 'text') return answer
    try {
      return { ...answer, json: parseJson(text) }
    } catch {
      const message = `expected a JSON message, got ${formatValue(text)}`
      return { errorClass: 'protocol', message, ...excerptOf(text) }
    }
  }
}
