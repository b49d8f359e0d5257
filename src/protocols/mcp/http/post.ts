import type { Outcome } from '../../../model/protocol.ts'
import { realTime } from '../../../model/real-time.ts'
import type { EventStreamParser, StreamEvent } from '../../framers/event-stream.ts'
import type { AnswerSink } from '../../http/answer-sink.ts'
import type { ChannelFailure } from '../channel.ts'
import { tooLong } from '../message-limit.ts'
import { nonceOf, otherNonceIn } from '../nonce.ts'
import { kindOfMessage, named } from './message-kind.ts'
import { PostResponse } from './post-response.ts'
import type { Posted, PostOptions, PostOwner } from './posted.ts'
import { formatStatus, readRefusal } from './refusal.ts'
import type { Asker, Ticket } from './sockets.ts'
import { positionOf } from './stream-position.ts'

/** One posted message and its response: a reply as JSON, a stream with the reply, or nothing for a notification. */
export class Post implements AnswerSink, Asker, Posted {
  /** Id of the request; undefined for a message without a reply. */
  readonly id: number | undefined
  readonly #owner: PostOwner
  readonly #options: PostOptions
  #ticket: Ticket | undefined
  #bytes = 0
  #over = false

  readonly #response: PostResponse
  /** Bytes received and not yet reported with a message. */
  #unreported = 0
  #reply: string | undefined
  /** A reply to another request that arrived instead. */
  #foreign: string | undefined

  /** Waits before it resumes the stream. */
  #retry: NodeJS.Timeout | undefined
  #resumed = false
  /** Bytes of the responses before the current one. */
  #bytesBefore = 0

  constructor(id: number | undefined, owner: PostOwner, options: PostOptions) {
    this.id = id
    this.#owner = owner
    this.#options = options
    this.#response = new PostResponse(options.limitBytes, owner, (event) => this.#event(event))
  }

  get ids(): readonly number[] {
    return this.id === undefined ? [] : [this.id]
  }

  get unanswered(): readonly number[] {
    return this.#reply === undefined ? this.ids : []
  }

  /** Notes that the request was sent. `bytes`: size of the whole request. */
  sent(ticket: Ticket, bytes: number): void {
    this.#ticket = ticket
    this.#bytes = bytes
  }

  /** Allows another exchange to take its socket. */
  needsNothing(): void {
    if (this.#ticket !== undefined) this.#ticket.settled = true
  }

  /** Abandons the post. Returns how many of its bytes were not sent. */
  giveUp(): number {
    this.stop()
    const bytesSent = this.#ticket?.giveUp() ?? 0
    return this.#resumed ? 0 : this.#bytes - bytesSent
  }

  /** Ends the post without a report. */
  stop(): void {
    this.#over = true
    realTime.clearTimeout(this.#retry)
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#unreported += this.#response.begin(status, headers)
  }

  data(bytes: Uint8Array): void {
    const violation = this.#response.add(bytes)
    if (violation !== undefined) this.#break('protocol', tooLong(violation))
  }

  /** Called when the HTTP exchange has ended. */
  ended(outcome: Outcome): void {
    if (this.#over) return
    const { status, stream, isText } = this.#response
    if (this.#reply !== undefined) this.finish()
    else if (!outcome.ok) {
      const { errorClass = 'connection', message = 'the exchange failed', bytesReceived, bytesSent } = outcome
      this.#fail(errorClass, message, bytesReceived, this.#resumed ? this.#bytes : bytesSent)
    } else if (this.#resumed && isText) this.#notResumed(outcome.bytesReceived)
    else if (status >= 300) this.#refused(outcome.bytesReceived)
    else if (this.id === undefined) this.#end(undefined)
    else if (stream === undefined) this.#answered(this.id, outcome.bytesReceived)
    else if (!this.#resume(stream, outcome.bytesReceived)) this.#unanswered(outcome.bytesReceived)
  }

  /** Reports the reply. */
  finish(): void {
    if (this.#over || this.#reply === undefined) return
    this.#owner.onMessage(this.#reply, this.#unreported, this.id)
    this.#end(undefined)
  }

  #event({ type, data, bytes }: StreamEvent): void {
    this.#unreported += bytes
    // Events of other types are not MCP messages; empty ones only prime the stream.
    if (this.#over || this.#reply !== undefined || data === '' || type !== 'message') return
    const kind = this.id === undefined ? 'other' : kindOfMessage(data, this.id)
    if (kind === 'reply') this.#replied(data)
    else if (kind === 'nameless') this.#replied(named(data, this.id ?? 0))
    else if (kind === 'foreign') this.#foreign = data
    else if (kind === 'broken')
      this.#break('protocol', `the reply stream contains an event that is not JSON-RPC: ${short(data)}`)
    else {
      this.#owner.onMessage(data, this.#unreported)
      this.#unreported = 0
    }
  }

  #replied(text: string): void {
    this.#reply = text
    this.needsNothing()
    this.#owner.soon(this)
  }

  /** Handles a successful response that is not a stream. */
  #answered(id: number, bytesReceived: number): void {
    const { status, contentType } = this.#response
    const text = this.#response.readText()
    if (contentType !== 'application/json') {
      const got = contentType === '' ? 'none' : contentType
      const message = `expected content-type application/json or text/event-stream, got ${got}`
      this.#fail(
        'protocol',
        status === 202 ? 'the server accepted the request (202) without a reply' : message,
        bytesReceived,
      )
      return
    }
    switch (kindOfMessage(text, id)) {
      case 'reply':
        this.#owner.onMessage(text, bytesReceived, id)
        return this.#end(undefined)
      case 'nameless':
        this.#owner.onMessage(named(text, id), bytesReceived, id)
        return this.#end(undefined)
      case 'foreign':
        this.#foreign = text
        return this.#unanswered(bytesReceived)
      default:
        return this.#fail('protocol', `expected a JSON-RPC reply, got ${short(text)}`, bytesReceived)
    }
  }

  #unanswered(bytesReceived: number): void {
    if (this.#foreign === undefined) {
      this.#fail('connection', 'the reply stream ended without the reply', bytesReceived)
    } else {
      const other = otherNonceIn(this.#foreign, this.id === undefined ? undefined : nonceOf(this.id))
      const wrong = `the reply has the id of another request instead of ${this.id}: ${short(this.#foreign)}`
      this.#fail(other === undefined ? 'protocol' : 'misrouted', wrong, bytesReceived)
    }
  }

  /** Resumes a stream that the server ended before the reply, as it may do after any event with an id. */
  #resume(stream: EventStreamParser, bytesReceived: number): boolean {
    const { lastEventId, retryMs } = positionOf(stream)
    if (!this.#options.resumes || this.#foreign !== undefined || lastEventId === undefined) return false
    this.#resumed = true
    this.#bytesBefore += bytesReceived
    this.#retry = realTime.setTimeout(() => {
      this.#ticket = this.#owner.resume(this, lastEventId)
    }, retryMs)
    return true
  }

  /** Handles a response to the request for the rest of a stream that is not a stream. */
  #notResumed(bytesReceived: number): void {
    const read = this.#readRefusal(bytesReceived)
    if (typeof read === 'object' && read.errorClass === 'session-lost') return this.#end(read)
    const { status, contentType } = this.#response
    const answer = `${formatStatus(status)}${status < 300 ? ` with content-type ${contentType || 'none'}` : ''}`
    const message = `the reply stream ended without the reply, and the server did not resume it: ${answer}`
    this.#fail('connection', message, bytesReceived)
  }

  #readRefusal(bytesReceived: number): string | ChannelFailure {
    const { status } = this.#response
    const body = this.#response.readText()
    const { inSession } = this.#options
    return readRefusal({ status, body, bytesReceived, id: this.id, inSession })
  }

  #refused(bytesReceived: number): void {
    const read = this.#readRefusal(bytesReceived)
    if (typeof read !== 'string') return this.#end(read)
    this.#owner.onMessage(read, bytesReceived, this.id)
    this.#end(undefined)
  }

  /** Fails in the middle of a response and drops the rest of it. */
  #break(errorClass: ChannelFailure['errorClass'], message: string): void {
    if (this.#over) return
    const bytesReceived = this.#unreported + this.#response.textBytes
    this.giveUp()
    this.#owner.over(this, { errorClass, message, bytesReceived, status: this.#response.status })
  }

  #fail(
    errorClass: ChannelFailure['errorClass'],
    message: string,
    bytesReceived: number,
    bytesSent: number = this.#bytes,
  ): void {
    const received = this.#bytesBefore + bytesReceived
    const { status } = this.#response
    this.#end({
      errorClass,
      message,
      bytesReceived: received,
      bytesSent,
      ...(status > 0 && { status }),
    })
  }

  #end(failure: ChannelFailure | undefined): void {
    this.#over = true
    this.#owner.over(this, failure)
  }
}

function short(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
