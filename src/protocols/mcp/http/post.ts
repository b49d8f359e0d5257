import type { Outcome } from '../../../model/protocol.ts'
import { EventStreamParser } from '../../framers/event-stream.ts'
import type { StreamEvent } from '../../framers/event-stream.ts'
import type { AnswerSink } from '../../http/answer-sink.ts'
import type { ChannelFailure } from '../channel.ts'
import { AnswerText } from './answer-text.ts'
import { kindOfMessage, named } from './message-kind.ts'
import { contentTypeOf, headBytesOf } from './response-fields.ts'
import { readRefusal } from './refusal.ts'
import type { Asker, Ticket } from './sockets.ts'

/** Who is told what became of a message that was posted. */
export interface PostOwner {
  /** The server has given this session its name. */
  session(id: string): void
  /** Not the reply: a notification, or a request of the server's. */
  heard(text: string, bytes: number): void
  /** The reply is here, before its stream has ended: `finish` wants to be called when what arrived with it has been read. */
  soon(post: Post): void
  /** `failure` is undefined where all went well; the reply has been `heard` then. Once for each post that is not given up. */
  over(post: Post, failure: ChannelFailure | undefined): void
}

/** One message posted, and what comes back: a reply as JSON, a stream that holds it, or nothing for a notification. */
export class Post implements AnswerSink, Asker {
  /** Of the request; undefined for what has no reply. */
  readonly id: number | undefined
  readonly #owner: PostOwner
  readonly #inSession: boolean
  #ticket: Ticket | undefined
  #bytes = 0
  #over = false

  #status = 0
  #contentType = ''
  #body: AnswerText | undefined
  #stream: EventStreamParser | undefined
  /** What crossed the wire and no message has been told of. */
  #untold = 0
  #reply: string | undefined
  /** A reply to somebody else came instead. */
  #foreign: string | undefined

  constructor(id: number | undefined, owner: PostOwner, inSession: boolean) {
    this.id = id
    this.#owner = owner
    this.#inSession = inSession
  }

  /** `bytes`: of the whole request. */
  sent(ticket: Ticket, bytes: number): void {
    this.#ticket = ticket
    this.#bytes = bytes
  }

  /** Its socket may be had if another is needed. */
  needsNothing(): void {
    if (this.#ticket !== undefined) this.#ticket.settled = true
  }

  /** Returns how many of its bytes had not left. */
  giveUp(): number {
    this.#over = true
    return this.#bytes - (this.#ticket?.giveUp() ?? 0)
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status
    this.#contentType = contentTypeOf(headers)
    const session = headers['mcp-session-id']
    if (session !== undefined) this.#owner.session(session)
    if (status >= 200 && status <= 299 && this.#contentType === 'text/event-stream') {
      this.#untold = headBytesOf(status, headers)
      this.#stream = new EventStreamParser((event) => this.#event(event))
      this.#stream.begin()
    } else {
      this.#body = new AnswerText(headers['content-length'])
    }
  }

  data(bytes: Uint8Array): void {
    const stream = this.#stream
    if (stream === undefined) {
      this.#body?.take(bytes)
      return
    }
    stream.push(bytes, 0, bytes.length)
    if (stream.fault !== undefined) this.#break('protocol', stream.fault)
  }

  /** The HTTP exchange is over. */
  ended(outcome: Outcome): void {
    if (this.#over) return
    if (this.#reply !== undefined) this.finish()
    else if (!outcome.ok) {
      const { errorClass = 'connection', message = 'the exchange failed', bytesReceived, bytesSent } = outcome
      this.#fail(errorClass, message, bytesReceived, bytesSent)
    } else if (this.#status >= 300) this.#refused(outcome.bytesReceived)
    else if (this.id === undefined) this.#end(undefined)
    else if (this.#stream === undefined) this.#answered(this.id, outcome.bytesReceived)
    else this.#unanswered(outcome.bytesReceived)
  }

  /** Hands over the reply. */
  finish(): void {
    if (this.#over || this.#reply === undefined) return
    this.#owner.heard(this.#reply, this.#untold)
    this.#end(undefined)
  }

  #event({ type, data, bytes }: StreamEvent): void {
    this.#untold += bytes
    // Events of other names are nobody's; empty ones prime the stream.
    if (this.#over || this.#reply !== undefined || data === '' || type !== 'message') return
    const kind = this.id === undefined ? 'other' : kindOfMessage(data, this.id)
    if (kind === 'reply') this.#replied(data)
    else if (kind === 'nameless') this.#replied(named(data, this.id ?? 0))
    else if (kind === 'foreign') this.#foreign = data
    else if (kind === 'broken') this.#break('protocol', `an event of the reply's stream is no JSON-RPC: ${short(data)}`)
    else {
      this.#owner.heard(data, this.#untold)
      this.#untold = 0
    }
  }

  #replied(text: string): void {
    this.#reply = text
    this.needsNothing()
    this.#owner.soon(this)
  }

  /** A response with a status of success that is no stream. */
  #answered(id: number, bytesReceived: number): void {
    const text = this.#body?.read()
    if (this.#contentType !== 'application/json') {
      const got = this.#contentType === '' ? 'none' : this.#contentType
      const message = `expected content-type application/json or text/event-stream, got ${got}`
      this.#fail(
        'protocol',
        this.#status === 202 ? 'accepted as a notification, without a reply' : message,
        bytesReceived,
      )
      return
    }
    if (text === undefined) return this.#fail('protocol', 'the reply is too long to be read', bytesReceived)
    switch (kindOfMessage(text, id)) {
      case 'reply':
        this.#owner.heard(text, bytesReceived)
        return this.#end(undefined)
      case 'nameless':
        this.#owner.heard(named(text, id), bytesReceived)
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
      this.#fail('connection', 'the stream of the reply ended without it', bytesReceived)
    } else {
      this.#fail('misrouted', `the reply to another request came instead: ${short(this.#foreign)}`, bytesReceived)
    }
  }

  #refused(bytesReceived: number): void {
    const body = this.#body?.read() ?? ''
    const read = readRefusal({ status: this.#status, body, bytesReceived, id: this.id, inSession: this.#inSession })
    if (typeof read !== 'string') return this.#end(read)
    this.#owner.heard(read, bytesReceived)
    this.#end(undefined)
  }

  /** In the middle of a response, which nobody needs any further. */
  #break(errorClass: ChannelFailure['errorClass'], message: string): void {
    if (this.#over) return
    const bytesReceived = this.#untold
    this.giveUp()
    this.#owner.over(this, { errorClass, message, bytesReceived, status: this.#status })
  }

  #fail(
    errorClass: ChannelFailure['errorClass'],
    message: string,
    bytesReceived: number,
    bytesSent: number = this.#bytes,
  ): void {
    this.#end({ errorClass, message, bytesReceived, bytesSent, ...(this.#status > 0 && { status: this.#status }) })
  }

  #end(failure: ChannelFailure | undefined): void {
    this.#over = true
    this.#owner.over(this, failure)
  }
}

function short(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
