import { ConnectError } from '../../../model/connect-error.ts'
import type { ConnectContext, Outcome } from '../../../model/protocol.ts'
import { abandoned } from '../../sockets/connect-error.ts'
import { ConnectionState } from '../../connection-state.ts'
import type { StreamEvent } from '../../framers/event-stream.ts'
import type { AnswerSink, SinkRequest } from '../../http/answer-sink.ts'
import { TRACE_FIELD_BYTES } from '../../trace-field.ts'
import { httpProtocol } from '../../http/index.ts'
import { ChannelLost } from '../channel.ts'
import type { ChannelFailure, McpChannel, McpListener, McpMessage, Negotiated } from '../channel.ts'
import { messageLimit, tooLong } from '../message-limit.ts'
import type { McpOptions } from '../options.ts'
import type { McpVersion } from '../versions.ts'
import { AnswerText } from './answer-text.ts'
import { endpointAt, endpointOf, PostHeads } from './heads.ts'
import { readRefusal } from './refusal.ts'
import { ServerStream } from './server-stream.ts'
import { HttpSockets } from './sockets.ts'
import type { Asker, Ticket } from './sockets.ts'

/** Every post repeats the endpoint. */
const MAX_ENDPOINT_LENGTH = 4_096

/**
 * Opens a channel over HTTP+SSE, the transport of 2024-11-05. The first event of a stream names the path to post
 * messages to. The server only accepts the posts (202) and sends every reply on the stream. The stream is the session:
 * both end together.
 */
export async function openEventChannel(
  target: URL,
  context: ConnectContext,
  spoken: Negotiated,
  options: McpOptions,
  listener: McpListener,
): Promise<McpChannel> {
  const kept: ConnectContext = { ...context, reuse: true }
  const endpoint = endpointOf(target)
  const first = await httpProtocol.connect(endpoint.base, kept)
  const { maxInFlight = 1 } = options
  const { promise: announced, resolve: announce, reject } = Promise.withResolvers<string>()
  const channel = new EventChannel(listener, maxInFlight, messageLimit(options, context), announce)
  const sockets = new HttpSockets(first, {
    // The stream uses one socket. A post ends when it is accepted, so only posts accepted late use more sockets.
    max: maxInFlight + 2,
    connect: (signal) => httpProtocol.connect(endpoint.base, { ...kept, signal }),
    onUnreachable: ({ errorClass, message }) => channel.lose(new ChannelLost(errorClass, message)),
  })
  const onAbort = (): void => channel.lose(abandoned(endpoint.base, context.signal))
  context.signal.addEventListener('abort', onAbort)
  channel.closed.then((reason) => reject(opened(reason)), reject)
  try {
    channel.listen(sockets, new PostHeads(endpoint, kept, spoken).without('GET').request)
    if (context.signal.aborted) onAbort()
    const named = URL.parse(await announced, new URL(endpoint.path, endpoint.base).href)
    if (named?.origin !== endpoint.base.origin) {
      const reason = new ConnectError(
        'protocol',
        `the server named an endpoint with another origin: ${named?.href ?? ''}`,
      )
      channel.lose(reason)
      throw reason
    }
    channel.begin(new PostHeads(endpointAt(named), kept, spoken))
    return channel
  } finally {
    context.signal.removeEventListener('abort', onAbort)
  }
}

/** Returns the error for a channel that could not be opened. */
function opened(reason: Error | undefined): ConnectError {
  if (reason instanceof ConnectError) return reason
  const errorClass = reason instanceof ChannelLost ? reason.errorClass : 'connection'
  return new ConnectError(errorClass, `no event stream: ${reason?.message ?? 'the connection was closed'}`)
}

class EventChannel implements McpChannel {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>

  readonly #state = new ConnectionState()
  readonly #listener: McpListener
  readonly #limitBytes: number
  #onEndpoint: ((path: string) => void) | undefined
  #sockets: HttpSockets | undefined
  #heads: PostHeads | undefined
  /** Posts not accepted yet, by the id of their request. */
  readonly #underWay = new Map<number, AcceptedPost>()
  /** Bytes received and not yet reported with a message. */
  #uncountedBytes = 0

  constructor(listener: McpListener, maxInFlight: number, limitBytes: number, onEndpoint: (path: string) => void) {
    this.#listener = listener
    this.maxInFlight = maxInFlight
    this.#limitBytes = limitBytes
    this.#onEndpoint = onEndpoint
    this.closed = this.#state.closed
  }

  listen(sockets: HttpSockets, request: SinkRequest): void {
    this.#sockets = sockets
    const onEnd = ({ errorClass, message }: ChannelFailure): void => this.lose(new ChannelLost(errorClass, message))
    const stream = new ServerStream(this.#limitBytes, (event) => this.#event(event), onEnd)
    sockets.exchange({ ...request, sink: stream }, stream)
  }

  begin(heads: PostHeads): void {
    this.#heads = heads
  }

  get usable(): boolean {
    return this.#state.usable && this.#sockets?.reachable !== false
  }

  establish(_: McpVersion, initialized: McpMessage): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#post(initialized, (refusal) => {
      if (refusal === undefined) resolve()
      else if (typeof refusal === 'object') {
        const message = `the server did not accept notifications/initialized: ${refusal.message}`
        reject(new ConnectError(refusal.errorClass, message))
      }
    })
    return promise
  }

  send(message: McpMessage): number {
    const { id } = message
    if (id === undefined && this.#sockets?.crowded === true) return 0
    const onEnd: OnPosted = (refusal, bytes) => {
      if (id !== undefined) this.#underWay.delete(id)
      if (this.#state.over) return
      if (refusal === undefined) {
        this.#uncountedBytes += bytes
        return
      }
      if (typeof refusal === 'string') return this.#listener.message(refusal, bytes, id)
      // Set this before reporting the failure: the caller sends the next call immediately, and must not use a lost
      // session.
      if (refusal.errorClass === 'session-lost') this.#state.retire()
      if (id !== undefined) this.#listener.failed(id, refusal)
      if (refusal.errorClass === 'session-lost') this.lose(new ChannelLost('session-lost', refusal.message))
    }
    const post = this.#post(message, onEnd)
    if (id === undefined) post?.needsNothing()
    else if (post !== undefined) this.#underWay.set(id, post)
    return post?.bytes ?? 0
  }

  /** Also ends the post, because a post that the server does not accept must not keep its socket forever. */
  giveUp(id: number): number {
    const left = this.#underWay.get(id)?.giveUp() ?? 0
    this.#underWay.delete(id)
    return left
  }

  /** Ends the stream, which ends the session. */
  async close(): Promise<void> {
    this.lose(undefined)
    await this.closed
  }

  destroy(): void {
    this.lose(undefined)
  }

  lose(reason: Error | undefined): void {
    if (this.#state.over) return
    if (reason !== undefined) this.#state.lose(reason)
    this.#state.stop()
    if (this.#sockets === undefined) this.#state.end()
    else void this.#sockets.destroy().then(() => this.#state.end())
  }

  #event({ type, data, bytes }: StreamEvent): void {
    this.#uncountedBytes += bytes
    if (this.#state.over || data === '') return
    if (type === 'endpoint') {
      if (data.length > MAX_ENDPOINT_LENGTH) return this.lose(new ChannelLost('protocol', 'the endpoint is too long'))
      this.#onEndpoint?.(data)
      this.#onEndpoint = undefined
    } else if (type === 'message') {
      const received = this.#uncountedBytes
      this.#uncountedBytes = 0
      this.#listener.message(data, received)
    }
  }

  #post(message: McpMessage, onEnd: OnPosted): AcceptedPost | undefined {
    const head = this.#heads?.of(message)
    if (head === undefined) return undefined
    const { id, text, traceparent } = message
    const context = traceparent === undefined ? 0 : TRACE_FIELD_BYTES
    const post = new AcceptedPost(id, head.bytesWith(Buffer.byteLength(text)) + context, this.#limitBytes, onEnd)
    post.ticket = this.#sockets?.exchange({ ...head.request, body: text, sink: post }, post, traceparent)
    return post
  }
}

/** `refusal`: undefined when accepted (the reply comes on the stream), a string for an error reply, else a failure. */
type OnPosted = (refusal: ChannelFailure | string | undefined, bytes: number) => void

/** One posted message that the server only accepts: its reply comes on the stream. */
class AcceptedPost implements AnswerSink, Asker {
  readonly #id: number | undefined
  /** Bytes of the whole request. */
  readonly bytes: number
  readonly #limitBytes: number
  readonly #onEnd: OnPosted
  ticket: Ticket | undefined
  #status = 0
  #body: AnswerText | undefined

  constructor(id: number | undefined, bytes: number, limitBytes: number, onEnd: OnPosted) {
    this.#id = id
    this.bytes = bytes
    this.#limitBytes = limitBytes
    this.#onEnd = onEnd
  }

  /** Allows another exchange to take its socket. */
  needsNothing(): void {
    if (this.ticket !== undefined) this.ticket.settled = true
  }

  /** Abandons the post. Returns how many of its bytes were not sent. */
  giveUp(): number {
    return this.bytes - (this.ticket?.giveUp() ?? 0)
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status
    if (status >= 300) this.#body = new AnswerText(headers['content-length'], this.#limitBytes)
  }

  data(bytes: Uint8Array): void {
    const body = this.#body
    if (body === undefined || body.violation !== undefined) return
    body.add(bytes)
    if (body.violation === undefined) return
    this.ticket?.giveUp()
    const failure = { errorClass: 'protocol', message: tooLong(body.violation) } as const
    this.#onEnd({ ...failure, bytesReceived: body.bytes, status: this.#status }, body.bytes)
  }

  ended({ ok, errorClass = 'connection', message = 'the post failed', bytesReceived, bytesSent }: Outcome): void {
    if (!ok) return this.#onEnd({ errorClass, message, bytesReceived, bytesSent }, bytesReceived)
    if (this.#status < 300) return this.#onEnd(undefined, bytesReceived)
    const body = this.#body?.read() ?? ''
    const refusal = { status: this.#status, body, bytesReceived, id: this.#id, inSession: true }
    this.#onEnd(readRefusal(refusal), bytesReceived)
  }
}
