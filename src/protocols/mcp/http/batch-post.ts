import type { Outcome } from '../../../model/protocol.ts'
import type { StreamEvent } from '../../framers/event-stream.ts'
import { formatValue } from '../../../model/errors.ts'
import type { AnswerSink } from '../../http/answer-sink.ts'
import type { ChannelFailure } from '../channel.ts'
import { formatNoMessage, idNumber, messagesIn } from '../json-rpc.ts'
import { tooLong } from '../message-limit.ts'
import { PostResponse } from './post-response.ts'
import type { Posted, PostOptions, PostOwner } from './posted.ts'
import { readRefusal } from './refusal.ts'
import type { Asker, Ticket } from './sockets.ts'

/**
 * A posted batch of requests (2025-03-26). The response has the replies in any order, as one batch or as a stream of
 * replies and batches. A stream that ends early is not resumed: its unanswered requests fail.
 */
export class BatchPost implements AnswerSink, Asker, Posted {
  readonly ids: readonly number[]
  readonly #owner: PostOwner
  readonly #options: PostOptions
  readonly #response: PostResponse
  /** Requests without a reply so far. */
  readonly #open: Set<number>
  #ticket: Ticket | undefined
  #bytes = 0
  #over = false
  /** Bytes received and not yet reported with a message. */
  #unreported = 0
  /** The message with the last reply, until the current read is complete. */
  #last: string | undefined

  constructor(ids: readonly number[], owner: PostOwner, options: PostOptions) {
    this.ids = ids
    this.#open = new Set(ids)
    this.#owner = owner
    this.#options = options
    this.#response = new PostResponse(options.limitBytes, owner, (event) => this.#event(event))
  }

  get unanswered(): readonly number[] {
    return [...this.#open]
  }

  /** Notes that the batch was sent. `bytes`: size of the whole request. */
  sent(ticket: Ticket, bytes: number): void {
    this.#ticket = ticket
    this.#bytes = bytes
  }

  /** The last request that is abandoned ends the post, and has all bytes that were not sent. */
  giveUp(id: number): number {
    this.#open.delete(id)
    return this.#open.size > 0 || this.#over ? 0 : this.#abandon()
  }

  stop(): void {
    this.#over = true
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#unreported += this.#response.begin(status, headers)
  }

  data(bytes: Uint8Array): void {
    const violation = this.#response.add(bytes)
    if (violation !== undefined) this.#break(tooLong(violation))
  }

  /** Called when the HTTP exchange has ended. */
  ended(outcome: Outcome): void {
    if (this.#over) return
    const { status, stream, contentType } = this.#response
    const { bytesReceived } = outcome
    if (this.#last !== undefined) this.finish()
    else if (!outcome.ok) {
      const { errorClass = 'connection', message = 'the exchange failed', bytesSent } = outcome
      this.#end({ errorClass, message, bytesReceived, bytesSent, ...(status > 0 && { status }) })
    } else if (status >= 300) {
      const { inSession } = this.#options
      const refusal = readRefusal({ status, body: this.#response.readText(), bytesReceived, id: undefined, inSession })
      if (typeof refusal !== 'string') this.#end(refusal)
    } else if (stream !== undefined) this.#incomplete('the reply stream ended', bytesReceived)
    else if (contentType === 'application/json') this.#answered(this.#response.readText(), bytesReceived)
    else {
      const message = `expected content-type application/json or text/event-stream, got ${contentType || 'none'}`
      this.#end({ errorClass: 'protocol', message, bytesReceived, status })
    }
  }

  finish(): void {
    if (this.#over || this.#last === undefined) return
    this.#owner.onMessage(this.#last, this.#unreported)
    this.#end(undefined)
  }

  #event({ type, data, bytes }: StreamEvent): void {
    this.#unreported += bytes
    // Events of other types are not MCP messages; empty ones only prime the stream.
    if (this.#over || this.#last !== undefined || data === '' || type !== 'message') return
    if (!this.#read(data)) this.#break(formatNoMessage(data))
    else if (this.#open.size > 0) {
      this.#owner.onMessage(data, this.#unreported)
      this.#unreported = 0
    } else {
      this.#last = data
      if (this.#ticket !== undefined) this.#ticket.settled = true
      this.#owner.soon(this)
    }
  }

  /** Notes which requests a text answers. Returns false if it is not JSON-RPC. */
  #read(text: string): boolean {
    const messages = messagesIn(text)
    if (messages === undefined) return false
    for (const { id, method } of messages) if (method === undefined) this.#open.delete(idNumber(id))
    return true
  }

  /** Handles a successful response that is not a stream. */
  #answered(text: string, bytesReceived: number): void {
    if (!this.#read(text)) {
      const message = `expected a batch of JSON-RPC replies, got ${formatValue(text)}`
      return this.#end({ errorClass: 'protocol', message, bytesReceived, status: this.#response.status })
    }
    this.#owner.onMessage(text, bytesReceived)
    if (this.#open.size > 0) this.#incomplete('the response ended', 0)
    else this.#end(undefined)
  }

  #incomplete(what: string, bytesReceived: number): void {
    const message = `${what} without the reply`
    this.#end({ errorClass: 'connection', message, bytesReceived, status: this.#response.status })
  }

  /** Fails in the middle of a response and drops the rest of it. */
  #break(message: string): void {
    if (this.#over) return
    const bytesReceived = this.#unreported + this.#response.textBytes
    this.#abandon()
    this.#owner.over(this, { errorClass: 'protocol', message, bytesReceived, status: this.#response.status })
  }

  /** Returns how many bytes of the batch were not sent. */
  #abandon(): number {
    this.stop()
    return this.#bytes - (this.#ticket?.giveUp() ?? 0)
  }

  #end(failure: ChannelFailure | undefined): void {
    this.stop()
    this.#owner.over(this, failure)
  }
}
