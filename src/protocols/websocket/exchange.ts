import { formatValue } from '../../model/errors.ts'
import type { Answer, ExchangeEvents, Outcome, Transferred } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { EXAMINED_BYTES, MESSAGE_BYTES } from '../kept-bytes.ts'
import { excerptOf, type MessageCheck, messageFailure } from '../message-check.ts'
import type { WebSocketRequest } from './request.ts'
import { frameBytes } from './frame-size.ts'
import type { ArrivedMessage } from './message-reader.ts'
import type { Parcel } from './outbox.ts'
import type { Encoded } from './request-encoding.ts'
import type { JsonId } from './json-id.ts'

export interface Failure {
  readonly errorClass: ErrorClass
  readonly message: string
  /** Code in the server's close frame. */
  readonly status?: number
  /** Beginning of the message that failed. */
  readonly excerpt?: string
}

/** One exchange: the messages that are still missing from its response, and those that have arrived. */
export class WebSocketExchange implements Parcel {
  progress: Parcel['progress'] = 'waiting'
  from = 0
  to = 0
  readonly onFlushed: Parcel['onFlushed']
  /** Id or pong payload that identifies its response, when its response has one. */
  tag: JsonId = ''
  readonly by: Encoded['by']
  /** Number of the read in which it began, when an exchange that ended in that read made room for it; otherwise 0. */
  readonly bornIn: number
  /** Its `onDone` was called, or it was cancelled. */
  over = false

  readonly #events: ExchangeEvents
  readonly #read: WebSocketRequest['read']
  readonly #check: MessageCheck | undefined
  readonly #streams: boolean
  #missing: number
  #bytesReceived = 0
  readonly #texts: string[] = []
  #textBytes = 0
  /** Why a message failed the check. */
  #rejection: Failure | undefined

  /** `onFlushed` is called when the message has been sent and the exchange waits for no reply. */
  constructor(
    by: Encoded['by'],
    { replies = 1, read, check }: WebSocketRequest,
    events: ExchangeEvents,
    bornIn: number,
    onFlushed: (exchange: WebSocketExchange) => void,
  ) {
    this.by = by
    this.bornIn = bornIn
    this.#events = events
    this.#read = read
    this.#check = check
    this.#missing = replies
    this.#streams = replies > 1 || by === 'listening'
    // When the write fails, the socket emits the error, and the connection fails every exchange in flight.
    this.onFlushed = replies === 0 ? (failed) => void (failed ?? onFlushed(this)) : undefined
  }

  /** Whether the request has no reply. It is done when it has been sent. */
  get unanswered(): boolean {
    return this.onFlushed !== undefined
  }

  /** Whether it reads or checks the content of its messages. */
  get examines(): boolean {
    return !this.over && (this.#read !== undefined || this.#check !== undefined)
  }

  /** Counts a pong with a payload of this many bytes. */
  acknowledged(payload: number): void {
    this.#bytesReceived += frameBytes(payload)
  }

  /** Adds a message of its response. Returns true when it was the last one. */
  add(message: ArrivedMessage): boolean {
    this.#missing--
    this.#bytesReceived += message.bytes
    if (!this.over) {
      if (this.examines) this.#examine(message)
      if (this.#streams) this.#events.onMessage(message.payloadBytes)
    }
    return this.#missing <= 0
  }

  /** Ends the exchange when its response is complete. The outbox knows `bytesSent`. */
  succeed(bytesSent: number): void {
    const transferred = { bytesSent, bytesReceived: this.#bytesReceived }
    const answer = this.#answer()
    if (answer === undefined) this.#end({ ok: true, ...transferred })
    else if ('errorClass' in answer) this.#end({ ok: false, ...transferred, ...answer })
    else this.#end({ ok: true, ...transferred, answer })
  }

  /** `unfinished`: bytes received of an incomplete message. */
  fail(failure: Failure, bytesSent: number, unfinished: number): void {
    this.#end({ ok: false, ...this.transferred(bytesSent, unfinished), ...failure })
  }

  transferred(bytesSent: number, unfinished: number): Transferred {
    return { bytesSent, bytesReceived: this.#bytesReceived + unfinished }
  }

  #end(outcome: Outcome): void {
    if (this.over) return
    this.over = true
    this.#events.onDone(outcome)
  }

  #examine({ content, whole, payloadBytes }: ArrivedMessage): void {
    const text = content.toString('utf8')
    if (this.#check !== undefined && this.#rejection === undefined) {
      const message = whole
        ? messageFailure(this.#check, text)
        : `the message is longer than ${EXAMINED_BYTES} bytes, the limit of \`check\``
      if (message !== undefined) this.#rejection = { errorClass: 'check', message, ...excerptOf(text) }
    }
    if (this.#read === undefined) return
    this.#textBytes += payloadBytes + MESSAGE_BYTES
    if (this.#textBytes > EXAMINED_BYTES) this.#texts.length = 0
    else this.#texts.push(text)
  }

  /** Returns what `read` asked for, or why the response is not a success; undefined when nothing is to be returned. */
  #answer(): Answer | Failure | undefined {
    if (this.#rejection !== undefined) return this.#rejection
    const read = this.#read
    if (read === undefined) return undefined
    if (this.#textBytes > EXAMINED_BYTES) {
      const message = `the response is longer than ${EXAMINED_BYTES} bytes, the limit of \`read\``
      return { errorClass: 'protocol', message }
    }
    const [text = ''] = this.#texts
    const answer: Answer = { text, messages: this.#texts }
    if (read === 'text') return answer
    try {
      return { ...answer, json: JSON.parse(text) as unknown }
    } catch {
      return {
        errorClass: 'protocol',
        message: `expected a JSON message, got ${formatValue(text)}`,
        ...excerptOf(text),
      }
    }
  }
}
