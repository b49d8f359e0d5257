import { formatValue } from '../../model/errors.ts'
import type { Answer, ExchangeEvents, Outcome, Transferred } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { WebSocketRequest } from './request.ts'
import { frameBytes } from './frame-size.ts'
import type { Parcel } from './outbox.ts'
import { wholeOf } from './received.ts'
import type { Received } from './received.ts'
import type { Encoded } from './request-encoding.ts'
import type { JsonId } from './json-id.ts'

/** Maximum bytes of a response that `read` keeps. */
const READ_LIMIT = 1024 * 1024

export interface Failure {
  readonly errorClass: ErrorClass
  readonly message: string
  /** Code in the server's close frame. */
  readonly status?: number
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
  readonly #streams: boolean
  #missing: number
  #bytesReceived = 0
  readonly #texts: string[] = []
  #textBytes = 0

  /** `onFlushed` is called when the message has been sent and the exchange waits for no reply. */
  constructor(
    by: Encoded['by'],
    { replies = 1, read }: WebSocketRequest,
    events: ExchangeEvents,
    bornIn: number,
    onFlushed: (exchange: WebSocketExchange) => void,
  ) {
    this.by = by
    this.bornIn = bornIn
    this.#events = events
    this.#read = read
    this.#missing = replies
    this.#streams = replies > 1 || by === 'listening'
    // When the write fails, the socket emits the error, and the connection fails every exchange in flight.
    this.onFlushed = replies === 0 ? (failed) => void (failed ?? onFlushed(this)) : undefined
  }

  /** Whether the request has no reply. It is done when it has been sent. */
  get unanswered(): boolean {
    return this.onFlushed !== undefined
  }

  /** Counts a pong with a payload of this many bytes. */
  acknowledged(payload: number): void {
    this.#bytesReceived += frameBytes(payload)
  }

  /** Adds a message of its response. Returns true when it was the last one. */
  add(message: Received, payload: number): boolean {
    this.#missing--
    this.#bytesReceived += frameBytes(payload)
    if (!this.over) {
      if (this.#read !== undefined) this.#keep(message, payload)
      if (this.#streams) this.#events.onMessage(payload)
    }
    return this.#missing <= 0
  }

  /** Ends the exchange when its response is complete. The outbox knows `bytesSent`. */
  succeed(bytesSent: number): void {
    const transferred = { bytesSent, bytesReceived: this.#bytesReceived }
    const answer = this.#read && this.#answer(this.#read)
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

  #keep(message: Received, payload: number): void {
    this.#textBytes += payload
    if (this.#textBytes > READ_LIMIT) this.#texts.length = 0
    else this.#texts.push(wholeOf(message).toString('utf8'))
  }

  #answer(read: 'text' | 'json'): Answer | Failure {
    if (this.#textBytes > READ_LIMIT) {
      return {
        errorClass: 'protocol',
        message: `the response is larger than the ${READ_LIMIT} bytes that \`read\` keeps`,
      }
    }
    const [text = ''] = this.#texts
    const answer: Answer = { text, messages: this.#texts }
    if (read === 'text') return answer
    try {
      return { ...answer, json: JSON.parse(text) as unknown }
    } catch {
      return { errorClass: 'protocol', message: `expected a JSON message, got ${formatValue(text)}` }
    }
  }
}
