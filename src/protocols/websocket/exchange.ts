import { wordValue } from '../../model/errors.ts'
import type { Answer, ErrorClass, ExchangeEvents, Outcome, Transferred } from '../../model/protocol.ts'
import type { WebSocketRequest } from '../../model/requests.ts'
import { frameBytes } from './frame-size.ts'
import type { Parcel } from './outbox.ts'
import { wholeOf } from './received.ts'
import type { Received } from './received.ts'
import type { Encoded } from './request-encoding.ts'
import type { JsonId } from './json-id.ts'

/** Most bytes of an answer that `read` keeps. */
const READ_LIMIT = 1024 * 1024

export interface Failure {
  readonly errorClass: ErrorClass
  readonly message: string
  /** The code in the server's close frame. */
  readonly status?: number
}

/** One exchange: what is still missing of its answer, and what has come. */
export class WebSocketExchange implements Parcel {
  progress: Parcel['progress'] = 'waiting'
  from = 0
  to = 0
  readonly onFlushed: Parcel['onFlushed']
  /** By what its answer is known, where it is known by an id or the payload of a pong. */
  tag: JsonId = ''
  readonly by: Encoded['by']
  /** The read in which it was begun, where an exchange that ended there made room for it; else 0. */
  readonly bornIn: number
  /** Its `onDone` was called, or it was given up. */
  over = false

  readonly #events: ExchangeEvents
  readonly #read: WebSocketRequest['read']
  readonly #streams: boolean
  #missing: number
  #bytesReceived = 0
  readonly #texts: string[] = []
  #textBytes = 0

  /** `onFlushed` is for who waits for nothing else. */
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
    // When it could not be written, the socket says why, and fails whatever is under way.
    this.onFlushed = replies === 0 ? (failed) => void (failed ?? onFlushed(this)) : undefined
  }

  /** Nothing comes back for it: it is over when it has been sent. */
  get unanswered(): boolean {
    return this.onFlushed !== undefined
  }

  /** A pong of this many bytes. */
  acknowledged(payload: number): void {
    this.#bytesReceived += frameBytes(payload)
  }

  /** A message of its answer; true when it was the last one. */
  take(message: Received, payload: number): boolean {
    this.#missing--
    this.#bytesReceived += frameBytes(payload)
    if (!this.over) {
      if (this.#read !== undefined) this.#keep(message, payload)
      if (this.#streams) this.#events.onMessage(payload)
    }
    return this.#missing <= 0
  }

  /** Everything that was waited for is there. `bytesSent` is known to who sends. */
  succeed(bytesSent: number): void {
    const transferred = { bytesSent, bytesReceived: this.#bytesReceived }
    const answer = this.#read && this.#answer(this.#read)
    if (answer === undefined) this.#end({ ok: true, ...transferred })
    else if ('errorClass' in answer) this.#end({ ok: false, ...transferred, ...answer })
    else this.#end({ ok: true, ...transferred, answer })
  }

  /** `unfinished`: bytes that have come of a message that is not complete. */
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
        message: `the answer is larger than the ${READ_LIMIT} bytes that \`read\` keeps`,
      }
    }
    const [text = ''] = this.#texts
    const answer: Answer = { text, messages: this.#texts }
    if (read === 'text') return answer
    try {
      return { ...answer, json: JSON.parse(text) as unknown }
    } catch {
      return { errorClass: 'protocol', message: `expected a JSON message, got ${wordValue(text)}` }
    }
  }
}
