import { ConnectError } from '../../../model/connect-error.ts'
import type { ConnectContext } from '../../../model/protocol.ts'
import { realTime } from '../../../model/real-time.ts'
import { ConnectionState } from '../../connection-state.ts'
import type { StreamEvent } from '../../framers/event-stream.ts'
import type { AnswerSink, SinkRequest } from '../../http/answer-sink.ts'
import { TRACE_FIELD_BYTES } from '../../trace-field.ts'
import { httpProtocol } from '../../http/index.ts'
import { ChannelLost } from '../channel.ts'
import type { ChannelFailure, McpChannel, McpListener, McpMessage, Negotiated } from '../channel.ts'
import { messageLimit } from '../message-limit.ts'
import type { McpOptions } from '../options.ts'
import type { McpVersion } from '../versions.ts'
import { endpointOf, PostHeads } from './heads.ts'
import { BatchPost } from './batch-post.ts'
import { Post } from './post.ts'
import type { Posted, PostOptions, PostOwner } from './posted.ts'
import { ServerStream } from './server-stream.ts'
import { HttpSockets } from './sockets.ts'
import type { Asker, Ticket } from './sockets.ts'

/** Maximum time for the server to delete a session. */
const FAREWELL_MS = 1_000

/** Opens Streamable HTTP (2025-03-26 and later): each message is posted, and its response contains the reply. */
export async function openStreamable(
  target: URL,
  context: ConnectContext,
  spoken: Negotiated,
  options: McpOptions,
  listener: McpListener,
): Promise<McpChannel> {
  // A session outlives its sockets, and even a single call needs several exchanges.
  const kept: ConnectContext = { ...context, reuse: true }
  const endpoint = endpointOf(target)
  const heads = new PostHeads(endpoint, kept, spoken)
  const first = await httpProtocol.connect(endpoint.base, kept)
  const { maxInFlight = 1 } = options
  const channel = new StreamableChannel(heads, spoken, listener, {
    maxInFlight,
    listen: options.listen ?? false,
    limitBytes: messageLimit(options, context),
  })
  channel.begin(
    new HttpSockets(first, {
      // Twice `maxInFlight`, for streams that have not ended, plus a stream to listen to and the DELETE request.
      max: 2 * maxInFlight + 2,
      connect: (signal) => httpProtocol.connect(endpoint.base, { ...kept, signal }),
      onUnreachable: ({ errorClass, message }) => channel.lose(new ChannelLost(errorClass, message)),
    }),
  )
  return channel
}

interface ChannelOptions extends Required<Pick<McpOptions, 'maxInFlight' | 'listen'>> {
  readonly limitBytes: number
}

interface Handshake {
  readonly post: Post
  readonly resolve: () => void
  readonly reject: (error: ConnectError) => void
}

class StreamableChannel implements McpChannel, PostOwner {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>

  readonly #state = new ConnectionState()
  readonly #heads: PostHeads
  readonly #hasSessions: boolean
  readonly #listener: McpListener
  readonly #listens: boolean
  #postOptions: PostOptions
  #sockets: HttpSockets | undefined
  readonly #underWay = new Map<number, Posted>()
  #finished: Posted[] = []
  #session: string | undefined
  #handshake: Handshake | undefined
  #relisten: NodeJS.Timeout | undefined

  constructor(heads: PostHeads, { era }: Negotiated, listener: McpListener, options: ChannelOptions) {
    this.#heads = heads
    this.#hasSessions = era === 'legacy'
    this.#listener = listener
    this.maxInFlight = options.maxInFlight
    this.#listens = options.listen
    this.#postOptions = { inSession: false, resumes: this.#hasSessions, limitBytes: options.limitBytes }
    this.closed = this.#state.closed
  }

  begin(sockets: HttpSockets): void {
    this.#sockets = sockets
  }

  get usable(): boolean {
    return this.#state.usable && this.#sockets?.reachable !== false
  }

  establish(version: McpVersion, initialized: McpMessage): Promise<void> {
    this.#heads.add({ 'mcp-protocol-version': version })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#handshake = { post: new Post(undefined, this, this.#postOptions), resolve, reject }
    this.#post(this.#handshake.post, initialized)
    // An ended channel reports no further results of posts.
    if (this.#state.over) this.#rejectHandshake(undefined)
    return promise
  }

  send(message: McpMessage): number {
    if (message.id === undefined && this.#sockets?.crowded === true) return 0
    if (message.batch !== undefined) return this.#sendBatch(message, message.batch)
    const post = new Post(message.id, this, this.#postOptions)
    if (message.id !== undefined) this.#underWay.set(message.id, post)
    const bytes = this.#post(post, message)
    // A notification has no reply, and a server that never accepts it must not keep its socket forever.
    if (message.id === undefined) post.needsNothing()
    return bytes
  }

  #sendBatch(message: McpMessage, ids: readonly number[]): number {
    const post = new BatchPost(ids, this, this.#postOptions)
    for (const id of ids) this.#underWay.set(id, post)
    return this.#post(post, message)
  }

  giveUp(id: number): number {
    const left = this.#underWay.get(id)?.giveUp(id) ?? 0
    this.#underWay.delete(id)
    return left
  }

  async close(): Promise<void> {
    if (this.#state.usable) {
      this.#state.startClosing()
      realTime.clearTimeout(this.#relisten)
      await this.#farewell()
      await this.#sockets?.close()
      this.#state.end()
    }
    await this.closed
  }

  destroy(): void {
    this.lose(undefined)
  }

  /** Closes immediately. The dialogue fails the calls in flight with the class of the reason. */
  lose(reason: Error | undefined): void {
    if (this.#state.over) return
    // While the channel closes its session itself, a failed DELETE request is not a loss.
    if (reason !== undefined && !this.#state.closing) this.#state.lose(reason)
    this.#state.stop()
    this.#rejectHandshake(reason)
    for (const post of this.#underWay.values()) post.stop()
    realTime.clearTimeout(this.#relisten)
    void this.#sockets?.destroy().then(() => this.#state.end())
  }

  session(id: string): void {
    if (!this.#hasSessions || this.#session !== undefined) return
    this.#session = id
    this.#postOptions = { ...this.#postOptions, inSession: true }
    this.#heads.add({ 'mcp-session-id': id })
  }

  onMessage(text: string, bytes: number, id?: number): void {
    if (!this.#state.over) this.#listener.message(text, bytes, id)
  }

  soon(post: Posted): void {
    if (this.#finished.length === 0) realTime.queueMicrotask(this.#finish)
    this.#finished.push(post)
  }

  over(post: Posted, failure: ChannelFailure | undefined): void {
    if (this.#state.over) return
    // Set this before reporting the failure: the caller sends the next call immediately, and must not use a lost
    // session.
    if (failure?.errorClass === 'session-lost') this.#state.retire()
    if (post === this.#handshake?.post) this.#established(this.#handshake, failure)
    for (const id of post.ids) this.#underWay.delete(id)
    if (failure !== undefined) this.#failed(post.unanswered, failure)
    if (failure?.errorClass === 'session-lost') this.lose(new ChannelLost('session-lost', failure.message))
  }

  /** Reports the failure of all requests of a post. Its bytes count once. */
  #failed([first, ...others]: readonly number[], failure: ChannelFailure): void {
    if (first === undefined) return
    this.#listener.failed(first, failure)
    const { bytesSent, ...rest } = failure
    const noBytes = { bytesReceived: 0, ...(bytesSent !== undefined && { bytesSent: 0 }) }
    for (const id of others) this.#listener.failed(id, { ...rest, ...noBytes })
  }

  resume(post: AnswerSink & Asker, lastEventId: string): Ticket | undefined {
    if (this.#state.over) return undefined
    return this.#sockets?.exchange({ ...this.#heads.resuming(lastEventId).request, sink: post }, post)
  }

  #post(post: Post | BatchPost, message: McpMessage): number {
    const head = this.#heads.of(message)
    const request: SinkRequest = { ...head.request, body: message.text, sink: post }
    const { traceparent } = message
    const ticket = this.#sockets?.exchange(request, post, traceparent)
    const context = traceparent === undefined ? 0 : TRACE_FIELD_BYTES
    const bytes = head.bytesWith(Buffer.byteLength(message.text)) + context
    if (ticket !== undefined) post.sent(ticket, bytes)
    return bytes
  }

  /** Runs after the read that contained a reply, so that the end of its stream, if it arrived too, frees the socket. */
  readonly #finish = (): void => {
    const finished = this.#finished
    this.#finished = []
    for (const post of finished) post.finish()
  }

  #established({ resolve }: Handshake, failure: ChannelFailure | undefined): void {
    if (failure !== undefined) {
      this.#rejectHandshake(new ChannelLost(failure.errorClass, failure.message))
      return
    }
    this.#handshake = undefined
    if (this.#listens) this.#listen()
    resolve()
  }

  #rejectHandshake(reason: Error | undefined): void {
    const errorClass = reason instanceof ChannelLost ? reason.errorClass : 'connection'
    const message = `the server did not accept notifications/initialized: ${reason?.message ?? 'the connection was destroyed'}`
    this.#handshake?.reject(new ConnectError(errorClass, message))
    this.#handshake = undefined
  }

  /**
   * Opens the stream for messages that the server sends without a request. A server may not offer one (405). One that
   * does may end it at any time, as many do when it is idle: it is then opened again, until the server refuses it.
   */
  #listen(): void {
    let ticket: Ticket | undefined
    const open = (lastEventId?: string): void => {
      if (!this.#state.usable) return
      const head = lastEventId === undefined ? this.#heads.without('GET') : this.#heads.resuming(lastEventId)
      ticket = this.#sockets?.exchange({ ...head.request, sink: stream }, stream)
    }
    const onEvent = ({ data, bytes }: StreamEvent): void => {
      if (data !== '') this.onMessage(data, bytes)
    }
    const onEnd = (): void => {
      const { position } = stream
      // The rest of a stream that cannot be read must not be received.
      if (position === undefined) ticket?.giveUp()
      else if (this.#state.usable)
        this.#relisten = realTime.setTimeout(() => open(position.lastEventId), position.retryMs)
    }
    const stream = new ServerStream(this.#postOptions.limitBytes, onEvent, onEnd)
    open()
  }

  /** Deletes the session, if there is one. A server may not allow this (405), which is fine. */
  #farewell(): Promise<void> {
    const sockets = this.#sockets
    if (this.#session === undefined || sockets === undefined) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const late = realTime.setTimeout(resolve, FAREWELL_MS)
    sockets.exchange(this.#heads.without('DELETE').request, { ended: () => resolve() })
    return promise.finally(() => realTime.clearTimeout(late))
  }
}
