import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { Client, errors } from 'undici'
import type { Dispatcher } from 'undici'
import type { Cancel, ConnectContext, Connection, ExchangeEvents, Outgoing, Transferred } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { isGenerated } from '../../model/body.ts'
import type { Traceparent } from '../../model/trace.ts'
import { ConnectionState } from '../connection-state.ts'
import { TRACE_FIELD_BYTES, TRACEPARENT } from '../trace-field.ts'
import type { SinkRequest } from './answer-sink.ts'
import { AnswerTap } from './answer-tap.ts'
import { BodyCopies } from './body-copies.ts'
import { joinHeaders, pairsOf } from './header-map.ts'
import type { ReceivedHeaders } from './header-map.ts'
import { encoderFor } from './request-encoding.ts'
import type { EncodedRequest, RequestEncoder } from './request-encoding.ts'
import { HEAD_LIMIT } from './response-head.ts'

/** Maximum delay of a timer. undici must not close connections that the engine keeps. */
const NEVER_MS = 2_147_483_647

/** Speaks HTTP/1.1 over a socket with undici. Byte counts omit the `connection` header that undici adds. */
export function connectUndici(socket: Socket, target: URL, context: ConnectContext): Connection<SinkRequest> {
  return new UndiciConnection(socket, target, encoderFor(target, context), context)
}

interface UnderWay {
  readonly fail: (errorClass: ErrorClass, message: string) => void
}

class UndiciConnection implements Connection<SinkRequest> {
  readonly maxInFlight = 1
  readonly version = 'HTTP/1.1'
  readonly closed: Promise<Error | undefined>

  readonly #state = new ConnectionState()
  readonly #socket: Socket
  readonly #client: Client
  readonly #encode: RequestEncoder
  readonly #reuse: boolean
  readonly #underWay = new Set<UnderWay>()

  constructor(socket: Socket, target: URL, encode: RequestEncoder, context: ConnectContext) {
    this.#socket = socket
    this.#encode = encode
    this.#reuse = context.reuse
    this.#client = new Client(target.origin, {
      allowH2: false,
      connect: onceWith(socket),
      pipelining: 1,
      maxHeaderSize: HEAD_LIMIT,
      // The engine handles all time-outs.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: NEVER_MS,
      keepAliveMaxTimeout: NEVER_MS,
    })
    this.closed = this.#state.closed
    socket.on('end', () => this.#state.retire())
    socket.on('error', (error) => {
      if (endsInOrder(error)) this.#state.retire()
      else this.#state.lose(error)
    })
    socket.on('close', () => {
      this.#state.retire()
      // undici handles `close` after this listener and reports to each exchange why it failed.
      setImmediate(() => {
        for (const exchange of this.#underWay) exchange.fail('connection', 'the connection was closed')
        void this.#client.destroy()
        this.#state.logEnd(context, target.host)
        this.#state.end()
      })
    })
  }

  get usable(): boolean {
    return this.#state.usable && !this.#socket.destroyed
  }

  exchange({ payload, traceparent }: Outgoing<SinkRequest>, events: ExchangeEvents): Cancel {
    const request = this.#encode(payload)
    const context = request.aroundContext === undefined ? undefined : traceparent
    const bytes = request.bytes + (context === undefined ? 0 : TRACE_FIELD_BYTES)
    const tap = request.tapped ? new AnswerTap(request, events, false) : undefined
    const copies =
      typeof request.body !== 'string' && isGenerated(request.body) ? new BodyCopies(request.body) : undefined
    let controller: Dispatcher.DispatchController | undefined
    let status = 0
    let bytesReceived = 0
    let settled = false

    const transferred = (): Transferred => ({
      bytesSent:
        controller === undefined ? 0 : Math.max(0, bytes - (copies?.unmade ?? 0) - this.#socket.writableLength),
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
        // undici does not report where a chunk ends. Small chunks arrive one by one.
        if (!settled) tap.chunkEnd()
      },
      onResponseEnd: () => {
        // Deferred. By then undici has checked whether the same read contains bytes after the response, and has closed
        // a connection that cannot be reused.
        queueMicrotask(() => {
          const surplus = this.#socket.errored
          if (surplus !== null && !endsInOrder(surplus) && classOf(surplus, false) === 'protocol') {
            underWay.fail('protocol', surplus.message)
          } else if (settle()) {
            const { bytesSent } = transferred()
            // Otherwise undici would reuse the connection and send the next request after the unsent rest of this one.
            if (bytesSent < bytes) this.destroy()
            else if (!this.#reuse) void this.close()
            events.onDone(request.rule.outcome(status, bytesSent, bytesReceived, tap))
          }
        })
      },
      onResponseError: (_, error) => {
        if (settled) return
        this.#lose(error)
        const errorClass = classOf(error, this.#socket.readableEnded)
        // Deferred, because a closed connection fails before the caller has the `Cancel` function.
        queueMicrotask(() => underWay.fail(errorClass, error.message))
      },
    })

    return () => {
      const soFar = transferred()
      if (!settle()) return soFar
      controller?.abort(new Error('cancelled'))
      this.destroy()
      return soFar
    }
  }

  async close(): Promise<void> {
    this.#state.startClosing()
    await this.#client.close()
    this.destroy()
    await this.closed
  }

  destroy(): void {
    this.#state.stop()
    this.#socket.destroy()
  }

  #lose(reason: Error): void {
    this.#state.lose(reason)
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
    // undici accepts any async iterable, but its types allow only streams.
    return { ...options, body: copies as unknown as Readable }
  }
}

/** Gives undici the existing socket. undici must never open another one, because the engine counts connections. */
function onceWith(socket: Socket): NonNullable<Client.Options['connect']> {
  let taken = false
  return (_, callback) => {
    const error = taken || socket.destroyed ? new Error('the connection was closed') : undefined
    taken = true
    // Deferred, because undici would not process its queue after a synchronous callback.
    queueMicrotask(() => (error === undefined ? callback(null, socket) : callback(error, null)))
  }
}

/** Whether an error means a graceful end. undici reports an error for every end. */
function endsInOrder(error: Error): boolean {
  return (
    error instanceof errors.InformationalError ||
    error instanceof errors.ClientDestroyedError ||
    (error instanceof errors.SocketError && error.message === 'other side closed')
  )
}

function classOf(error: Error, ended: boolean): ErrorClass {
  if (error instanceof errors.HTTPParserError || error instanceof errors.ResponseContentLengthMismatchError) {
    // At the end of the stream, a parser error means that the response is incomplete.
    return ended ? 'connection' : 'protocol'
  }
  if (error instanceof errors.HeadersOverflowError) return 'protocol'
  if (error instanceof errors.SocketError)
    return /^bad (?:response|upgrade)$/.test(error.message) ? 'protocol' : 'connection'
  return 'connection'
}

function fieldBytes(raw: Dispatcher.DispatchController['rawHeaders'], fields: ReceivedHeaders): number {
  let bytes = 0
  // Alternating names and values, each followed by two bytes: ": " or CR LF.
  if (Array.isArray(raw)) for (const part of raw) bytes += part.length + 2
  else for (const [name, value] of pairsOf(fields)) bytes += name.length + value.length + 4
  return bytes
}
