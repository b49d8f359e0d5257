import http2 from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { ConnectError } from '../../model/connect-error.ts'
import type { Cancel, ConnectContext, Connection, ExchangeEvents, Outgoing } from '../../model/protocol.ts'
import { realTime } from '../../model/real-time.ts'
import { ConnectionState } from '../connection-state.ts'
import { abandoned } from '../sockets/connect-error.ts'
import { TRACE_FIELD_BYTES, TRACEPARENT } from '../trace-field.ts'
import type { SinkRequest } from './answer-sink.ts'
import { encoderFor } from './request-encoding.ts'
import type { EncodedRequest, RequestEncoder } from './request-encoding.ts'
import { HEAD_LIMIT } from './response-head.ts'
import { HEADER_LIMIT, nameOfCode, StreamExchange } from './stream-exchange.ts'

/** Maximum number of concurrent streams. The server's SETTINGS may lower it, but not raise it. */
const STREAMS = 100

/** Maximum memory of a session, in MB. Each stream that sends a body takes 64 KiB of it. */
const SESSION_MB = 16

/**
 * Bytes that the server may send before the client has read them, on one stream and on all of them. The default of 64
 * KiB (RFC 9113, 6.9.2) would limit a stream to 64 KiB for each round trip, and 100 streams together to the same. Browsers
 * use windows like these.
 */
const STREAM_WINDOW_BYTES = 8 * 1024 * 1024
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024

/**
 * Speaks HTTP/2 over a socket. Resolves when the server's SETTINGS have arrived, because they limit the number of
 * streams. Byte counts use the HTTP/1.1 form of heads and bodies, although HTTP/2 compresses heads.
 */
export async function connectSession(
  socket: Socket,
  target: URL,
  context: ConnectContext,
): Promise<Connection<SinkRequest>> {
  const session = http2.connect(target.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: HEAD_LIMIT, initialWindowSize: STREAM_WINDOW_BYTES },
    maxSessionMemory: SESSION_MB,
    maxHeaderListPairs: HEADER_LIMIT,
    peerMaxConcurrentStreams: STREAMS,
  })
  const connection = new SessionConnection(session, socket, target, encoderFor(target, context), context)
  try {
    await settled(session, target, context.signal)
  } catch (error) {
    connection.destroy()
    throw error
  }
  return connection
}

/** Waits for the server's SETTINGS, which must be its first frame (RFC 9113, 3.4). */
function settled(session: ClientHttp2Session, target: URL, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = (): void => reject(abandoned(target, signal))
  const onError = (error: Error): void =>
    reject(new ConnectError('protocol', `HTTP/2 with ${target.host} failed: ${error.message}`, { cause: error }))
  const onClose = (): void =>
    reject(new ConnectError('connect', `${target.host} closed the connection before its HTTP/2 SETTINGS`))
  session
    .once('remoteSettings', () => resolve())
    .once('error', onError)
    .once('close', onClose)
  signal.addEventListener('abort', onAbort)
  return promise.finally(() => {
    session.off('error', onError).off('close', onClose)
    signal.removeEventListener('abort', onAbort)
  })
}

class SessionConnection implements Connection<SinkRequest> {
  readonly version = 'HTTP/2'
  readonly closed: Promise<Error | undefined>

  readonly #state = new ConnectionState()
  readonly #session: ClientHttp2Session
  readonly #socket: Socket
  readonly #encode: RequestEncoder
  readonly #scheme: string
  readonly #authority: string
  readonly #reuse: boolean
  readonly #exchanges = new Set<StreamExchange>()
  readonly #heads = new WeakMap<EncodedRequest, Readonly<Record<string, string>>>()
  #maxInFlight = STREAMS
  /** Streams with a higher id were not processed. Infinite before GOAWAY. */
  #lastStreamId = Number.POSITIVE_INFINITY

  constructor(
    session: ClientHttp2Session,
    socket: Socket,
    target: URL,
    encode: RequestEncoder,
    context: ConnectContext,
  ) {
    this.#session = session
    this.#socket = socket
    this.#encode = encode
    this.#scheme = target.protocol.slice(0, -1)
    this.#authority = target.host
    this.#reuse = context.reuse
    this.closed = this.#state.closed
    // SETTINGS cannot change the window of the connection, and Node can only once it has connected.
    session.once('remoteSettings', () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES))
    session.on('remoteSettings', ({ maxConcurrentStreams = STREAMS }) => {
      // The pool does not expect the number to grow again.
      this.#maxInFlight = Math.max(1, Math.min(this.#maxInFlight, maxConcurrentStreams))
    })
    session.on('goaway', (code, lastStreamId) => {
      this.#lastStreamId = Math.min(this.#lastStreamId, lastStreamId)
      if (code === http2.constants.NGHTTP2_NO_ERROR) this.#state.retire()
      else this.#state.lose(new Error(`the server ended the connection: GOAWAY ${nameOfCode(code)}`))
      this.#endIfUnused()
    })
    // After a graceful GOAWAY, the server may close the connection in any way.
    session.on('error', (error) => {
      if (this.#lastStreamId === Number.POSITIVE_INFINITY || this.#exchanges.size > 0) this.#state.lose(error)
      else this.#state.retire()
    })
    socket.on('end', () => this.#state.retire())
    socket.on('close', () => {
      this.#state.retire()
      // The streams of the session end after this listener and report why.
      realTime.setImmediate(() => {
        const why = this.#state.reason?.message ?? (this.#state.over ? 'destroyed' : 'the server closed it')
        for (const exchange of this.#exchanges) exchange.fail('connection', `the connection was lost: ${why}`)
        session.destroy()
        this.#state.logEnd(context, target.host)
        this.#state.end()
      })
    })
  }

  get maxInFlight(): number {
    return this.#maxInFlight
  }

  get usable(): boolean {
    return this.#state.usable && !this.#session.closed && !this.#session.destroyed
  }

  exchange({ payload, traceparent }: Outgoing<SinkRequest>, events: ExchangeEvents): Cancel {
    const request = this.#encode(payload)
    const context = request.aroundContext === undefined ? undefined : traceparent
    const bytes = request.bytes + (context === undefined ? 0 : TRACE_FIELD_BYTES)
    const exchange = new StreamExchange(request, bytes, events, {
      isUnprocessed: (streamId) => streamId === undefined || streamId > this.#lastStreamId,
      lostReason: () => this.#state.reason?.message,
      onOver: (failed) => this.#over(exchange, failed),
    })
    this.#exchanges.add(exchange)
    const head = this.#headOf(request)
    exchange.begin(this.#session, context === undefined ? head : { ...head, [TRACEPARENT]: context })
    return exchange.cancel
  }

  async close(): Promise<void> {
    this.#state.startClosing()
    this.#endIfUnused()
    await this.closed
  }

  destroy(): void {
    this.#state.stop()
    this.#session.destroy()
    this.#socket.destroy()
  }

  #over(exchange: StreamExchange, failed: Error | undefined): void {
    this.#exchanges.delete(exchange)
    // Several streams may fail together with their connection. The first one names the reason.
    if (failed !== undefined && this.#session.destroyed) this.#state.lose(failed)
    if (!this.#reuse) this.#state.startClosing()
    this.#endIfUnused()
  }

  /** Ends a connection that carries no exchange and can carry no further one. */
  #endIfUnused(): void {
    if (this.#exchanges.size > 0 || this.#state.usable) return
    this.#session.destroy()
    this.#socket.destroy()
  }

  #headOf(request: EncodedRequest): Readonly<Record<string, string>> {
    let head = this.#heads.get(request)
    if (head !== undefined) return head
    const fields: Record<string, string> = Object.create(null)
    fields[':method'] = request.method
    fields[':path'] = request.path
    fields[':scheme'] = this.#scheme
    fields[':authority'] = this.#authority
    for (let i = 0; i < request.headers.length; i += 2) {
      const name = (request.headers[i] ?? '').toLowerCase()
      const value = request.headers[i + 1] ?? ''
      if (name === 'host') fields[':authority'] = value
      else fields[name] = value
    }
    if (request.contentLength !== undefined) fields['content-length'] = `${request.contentLength}`
    head = Object.freeze(fields)
    this.#heads.set(request, head)
    return head
  }
}
