import type { ExchangeEvents, Outcome, Transferred } from '../../model/protocol.ts'
import { type AnswerFailure, ExaminedMessages } from '../examined-messages.ts'
import type { WebSocketRequest } from './request.ts'
import { frameBytes } from './frame-size.ts'
import type { ArrivedMessage } from './message-reader.ts'
import type { Parcel } from './outbox.ts'
import type { Encoded } from './request-encoding.ts'
import type { JsonId } from './json-id.ts'

export interface Failure extends AnswerFailure {
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
  readonly #examined: ExaminedMessages | undefined
  readonly #streams: boolean
  #missing: number
  #bytesReceived = 0

  /** `onFlushed` is called when the message has been sent and the exchange waits for no reply. */
  constructor(
    by: Encoded['by'],
    request: WebSocketRequest,
    events: ExchangeEvents,
    bornIn: number,
    onFlushed: (exchange: WebSocketExchange) => void,
  ) {
    const { replies = 1 } = request
    this.by = by
    this.bornIn = bornIn
    this.#events = events
    this.#examined = ExaminedMessages.of(request)
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
    return !this.over && this.#examined !== undefined
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
      this.#examined?.add(message.content, message.payloadBytes)
      if (this.#streams) this.#events.onMessage(message.payloadBytes)
    }
    return this.#missing <= 0
  }

  /** Ends the exchange when its response is complete. The outbox knows `bytesSent`. */
  succeed(bytesSent: number): void {
    const transferred = { bytesSent, bytesReceived: this.#bytesReceived }
    const answer = this.#examined?.answer()
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
}
