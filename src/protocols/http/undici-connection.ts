import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { Client, errors } from 'undici'
import type { Dispatcher } from 'undici'
import type {
  Cancel,
  ConnectContext,
  Connection,
  ErrorClass,
  ExchangeEvents,
  Outgoing,
  Transferred,
} from '../../model/protocol.ts'
import { isGenerated } from '../../model/body.ts'
import type { Traceparent } from '../../model/trace.ts'
import { TRACE_FIELD_BYTES, TRACEPARENT } from '../trace-field.ts'
import type { SinkRequest } from './answer-sink.ts'
import { AnswerTap } from './answer-tap.ts'
import { BodyCopies } from './body-copies.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { joinHeaders } from './header-map.ts'
import { encoderFor } from './request-encoding.ts'
import type { EncodedRequest, RequestEncoder } from './request-encoding.ts'
import { HEAD_LIMIT } from './response-head.ts'

/** The longest delay a timer takes; undici must not close what the engine wants to keep. */
const NEVER_MS = 2_147_483_647
const STREAMS = 100

/**
 * HTTP/1.1 or HTTP/2, as ALPN decides, by undici: for `https:`, and for whatever the short path does not speak. Bytes
 * are those of the HTTP/1.1 form of heads and bodies, also where HTTP/2 compresses them. A stream that the server resets
 * without an error has ended, for undici, wherever it was.
 */
export async function connectUndici(target: URL, context: ConnectContext): Promise<Connection<SinkRequest>> {
  const socket = await openSocket(target, context, { secure: target.protocol === 'https:', alpn: ['h2', 'http/1.1'] })
  return new UndiciConnection(socket, target, encoderFor(target, context), context)
}

interface UnderWay {
  readonly fail: (errorClass: ErrorClass, message: string) => void
}

class UndiciConnection implements Connection<SinkRequest> {
  readonly maxInFlight: number
  readonly version: string
  readonly closed: Promise<Error | undefined>

  readonly #socket: Socket
  readonly #client: Client
  readonly #encode: RequestEncoder
  readonly #reuse: boolean
  readonly #underWay = new Set<UnderWay>()
  #usable = true
  #reason: Error | undefined

  constructor(socket: Socket, target: URL, encode: RequestEncoder, context: ConnectContext) {
    this.#socket = socket
    this.#encode = encode
    this.#reuse = context.reuse
    const multiplexed = socket instanceof TLSSocket && socket.alpnProtocol === 'h2'
    this.version = multiplexed ? 'HTTP/2' : 'HTTP/1.1'
    this.maxInFlight = multiplexed ? STREAMS : 1
    this.#client = new Client(target.origin, {
      allowH2: multiplexed,
      ...(multiplexed ? { h2Options: { maxConcurrentStreams: STREAMS } } : {}),
      connect: onceWith(socket),
      pipelining: 1,
      maxHeaderSize: HEAD_LIMIT,
      // The engine owns all time-outs.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: NEVER_MS,
      keepAliveMaxTimeout: NEVER_MS,
    })
    // Also when HTTP/2 says goodbye (GOAWAY), which the socket survives for a while.
    this.#client.on('disconnect', () => (this.#usable = false))
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    this.closed = promise
    socket.on('end', () => (this.#usable = false))
    socket.on('error', (error) => {
      this.#usable = false
      if (!endsInOrder(error)) this.#reason ??= error
    })
    socket.on('close', () => {
      this.#usable = false
      // undici learns of it after us, and tells each exchange why it failed.
      setImmediate(() => {
        for (const exchange of this.#underWay) exchange.fail('connection', 'the connection was closed')
        void this.#client.destroy()
        const reason = this.#reason
        context.log(
          `connection to ${target.host} closed ${reason === undefined ? 'cleanly' : `because ${reason.message}`}`,
        )
        resolve(reason)
      })
    })
  }

  get usable(): boolean {
    return this.#usable && !this.#socket.destroyed
  }

  exchange({ payload, traceparent }: Outgoing<SinkRequest>, events: ExchangeEvents): Cancel {
    const request = this.#encode(payload)
    const context = request.aroundContext === undefined ? undefined : traceparent
    const bytes = request.bytes + (context === undefined ? 0 : TRACE_FIELD_BYTES)
    const tap = request.tapped ? new AnswerTap(request, events, this.maxInFlight > 1) : undefined
    const copies =
      typeof request.body !== 'string' && isGenerated(request.body) ? new BodyCopies(request.body) : undefined
    let controller: Dispatcher.DispatchController | undefined
    let status = 0
    let bytesReceived = 0
    let settled = false

    const transferred = (): Transferred => ({
      bytesSent: controller === undefined ? 0 : Math.max(0, bytes - (copies?.unmade ?? 0) - this.#unsent()),
      bytesReceived,
    })
    const underWay: UnderWay = {
      fail: (errorClass, message) => {
        if (!settle()) return
        events.onDone({ ok: false, ...transferred(), errorClass, message })
      },
    }
    const settle = (): boolean => {
      if (settled) return false
      settled = true
      copies?.stop()
      this.#underWay.delete(underWay)
      return true
    }
    this.#underWay.add(underWay)

    this.#client.dispatch(this.#optionsOf(request, copies, context), {
      onRequestStart(started) {
        controller = started
        if (settled) started.abort(new Error('cancelled'))
      },
      onResponseStart(started, code, fields, reason = '') {
        status = code
        bytesReceived += `HTTP/1.1 ${code} ${reason}\r\n\r\n`.length + fieldBytes(started.rawHeaders, fields)
        if (tap !== undefined && !settled && code >= 200) tap.head(code, joinHeaders(pairsOf(fields)))
      },
      onResponseData(_, chunk) {
        bytesReceived += chunk.length
        if (tap === undefined || settled) return
        tap.data(chunk)
        // undici does not say where a chunk ends; small ones come one by one.
        if (!settled) tap.chunkEnd()
      },
      onResponseEnd: () => {
        // A moment later: by then undici has seen whether the same read holds bytes that nobody had asked for, and has
        // closed a connection that cannot be used again.
        queueMicrotask(() => {
          const surplus = this.#socket.errored
          if (surplus !== null && !endsInOrder(surplus) && classOf(surplus, false) === 'protocol') {
            underWay.fail('protocol', surplus.message)
          } else if (settle()) {
            const { bytesSent } = transferred()
            // undici would reuse it, and put the next request behind the unsent rest of this one.
            if (this.maxInFlight === 1 && bytesSent < bytes) this.destroy()
            else if (!this.#reuse) void this.close()
            events.onDone(request.rule.outcome(status, bytesSent, bytesReceived, tap))
          }
        })
      },
      onResponseError: (_, error) => {
        if (settled) return
        if (this.maxInFlight === 1) this.#lose(error)
        const errorClass = classOf(error, this.#socket.readableEnded)
        // A connection that is gone says so at once, before the caller holds what cancels.
        queueMicrotask(() => underWay.fail(errorClass, error.message))
      },
    })

    return () => {
      const soFar = transferred()
      if (!settle()) return soFar
      // HTTP/2 resets the one stream; HTTP/1.1 has to give up the connection.
      controller?.abort(new Error('cancelled'))
      if (this.maxInFlight === 1) this.destroy()
      return soFar
    }
  }

  async close(): Promise<void> {
    this.#usable = false
    await this.#client.close()
    this.destroy()
    await this.closed
  }

  destroy(): void {
    this.#usable = false
    this.#socket.destroy()
  }

  /** Over HTTP/2 the bytes that wait may be another stream's. */
  #unsent(): number {
    return this.maxInFlight === 1 ? this.#socket.writableLength : 0
  }

  #lose(reason: Error): void {
    this.#reason ??= reason
    this.destroy()
  }

  #optionsOf(
    request: EncodedRequest,
    copies: BodyCopies | undefined,
    context: Traceparent | undefined,
  ): Dispatcher.DispatchOptions {
    const { method, path, body } = request
    const headers = context === undefined ? [...request.headers] : [...request.headers, TRACEPARENT, context]
    const options = { method, path, headers, reset: !this.#reuse }
    if (typeof body === 'string' || !isGenerated(body)) return { ...options, body: body.length === 0 ? null : body }
    headers.push('content-length', `${body.length}`)
    // The types know of streams only, where undici takes whatever can be iterated.
    return { ...options, body: copies as unknown as Readable }
  }
}

/** Hands undici the connection that is already there. It must never make another: the engine counts connections. */
function onceWith(socket: Socket): NonNullable<Client.Options['connect']> {
  let taken = false
  return (_, callback) => {
    const error = taken || socket.destroyed ? new Error('the connection was closed') : undefined
    taken = true
    // Not at once: undici would not look at its queue again.
    queueMicrotask(() => (error === undefined ? callback(null, socket) : callback(error, null)))
  }
}

/** undici gives a reason for every end, also for the ones that were agreed upon. */
function endsInOrder(error: Error): boolean {
  return (
    error instanceof errors.InformationalError ||
    error instanceof errors.ClientDestroyedError ||
    (error instanceof errors.SocketError && error.message === 'other side closed')
  )
}

function classOf(error: Error, ended: boolean): ErrorClass {
  if (error instanceof errors.HTTPParserError || error instanceof errors.ResponseContentLengthMismatchError) {
    // Whatever is wrong at the end of the stream is that it has ended.
    return ended ? 'connection' : 'protocol'
  }
  if (error instanceof errors.HeadersOverflowError) return 'protocol'
  if (error instanceof errors.SocketError)
    return /^bad (?:response|upgrade)$/.test(error.message) ? 'protocol' : 'connection'
  return 'code' in error && error.code === 'ERR_HTTP2_ERROR' ? 'protocol' : 'connection'
}

function fieldBytes(raw: Dispatcher.DispatchController['rawHeaders'], fields: IncomingHttpHeaders): number {
  let bytes = 0
  // Names and values in turn, with ": " and CR LF between and after them: two bytes each.
  if (Array.isArray(raw)) for (const part of raw) bytes += part.length + 2
  else for (const [name, value] of pairsOf(fields)) bytes += name.length + value.length + 4
  return bytes
}

function* pairsOf(fields: IncomingHttpHeaders): Generator<readonly [name: string, value: string]> {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name.startsWith(':')) continue
    for (const one of Array.isArray(value) ? value : [value]) yield [name, one]
  }
}
