import type { Socket } from 'node:net'
import type { Cancel, ConnectContext, Connection, ExchangeEvents, Outcome, Outgoing } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { Ms } from '../../model/units.ts'
import { isGenerated } from '../../model/body.ts'
import { realTime } from '../../model/real-time.ts'
import type { SinkRequest } from './answer-sink.ts'
import { AnswerTap } from './answer-tap.ts'
import { headersOfHead } from './header-map.ts'
import { TRACE_FIELD_BYTES, traceField } from '../trace-field.ts'
import { BodyPump, sendFailure } from '../sockets/body-pump.ts'
import { ConnectionState } from '../connection-state.ts'
import { openFramedSocket } from '../sockets/open-framed-socket.ts'
import { encoderFor } from './request-encoding.ts'
import type { EncodedRequest, RequestEncoder } from './request-encoding.ts'
import { IdleTime } from './idle-time.ts'
import { ResponseFramer } from './response-framer.ts'
import type { ResponseReader } from './response-framer.ts'

/** Maximum time for the peer to close its side after the last exchange. */
const LINGER_MS = 1_000

/** The connection closes this long before the server's `keep-alive: timeout`, or after half of a short one. */
const MARGIN_MS = 1_000
/** Maximum idle time; a longer `timeout` would exceed the maximum delay of a timer. */
const MAX_IDLE_MS = 86_400_000

/** Connects with HTTP/1.1 over plain TCP. Each request takes one write; responses are framed in place. */
export async function connectSocket(target: URL, context: ConnectContext): Promise<Connection<SinkRequest>> {
  const beganMs = realTime.now()
  return openFramedSocket(target, context, (socket) => {
    return new SocketConnection(socket, target, context, realTime.now() - beganMs)
  })
}

/** Speaks HTTP/1.1 over an open socket, such as one with TLS. `connectMs` is the time that it took to open. */
export function overSocket(
  socket: Socket,
  target: URL,
  context: ConnectContext,
  connectMs: Ms,
): Connection<SinkRequest> {
  const connection = new SocketConnection(socket, target, context, connectMs)
  socket.on('data', (bytes: Buffer) => connection.received(bytes, bytes.length))
  return connection
}

class SocketConnection implements Connection<SinkRequest>, ResponseReader {
  readonly maxInFlight = 1
  readonly version = 'HTTP/1.1'
  readonly closed: Promise<Error | undefined>

  readonly #state = new ConnectionState()
  readonly #socket: Socket
  readonly #encode: RequestEncoder
  readonly #reuse: boolean
  readonly #framer = new ResponseFramer(this)
  readonly #idle: IdleTime
  #lingering: NodeJS.Timeout | undefined
  /** Closes the connection before the server closes it because it is idle. */
  #idling: NodeJS.Timeout | undefined

  #events: ExchangeEvents | undefined
  #request: EncodedRequest | undefined
  /** Size of the current request, including its trace context. */
  #bytes = 0
  #tap: AnswerTap | undefined
  /** Sends generated bodies. Created for the first of them. */
  #pump: BodyPump | undefined
  #bytesReceived = 0

  constructor(socket: Socket, target: URL, context: ConnectContext, connectMs: Ms) {
    this.#socket = socket
    this.#encode = encoderFor(target, context)
    this.#idle = new IdleTime(connectMs)
    this.#reuse = context.reuse
    this.closed = this.#state.closed
    socket.on('end', () => this.#ended())
    socket.on('error', (error) => this.#state.lose(error))
    socket.on('close', () => {
      realTime.clearTimeout(this.#lingering)
      realTime.clearTimeout(this.#idling)
      const bytesSent = this.#bytesSent()
      this.destroy()
      // Without a reason, the owner of the connection called `destroy`.
      const why = this.#state.reason?.message ?? 'destroyed'
      this.#failed('connection', `the connection was lost ${this.#progress()}: ${why}`, bytesSent)
      this.#state.logEnd(context, target.host)
      this.#state.end()
    })
  }

  get usable(): boolean {
    return this.#state.usable
  }

  exchange({ payload, traceparent }: Outgoing<SinkRequest>, events: ExchangeEvents): Cancel {
    const request = this.#encode(payload)
    const around = traceparent === undefined ? undefined : request.aroundContext
    const wire =
      around === undefined || traceparent === undefined ? request.wire : around[0] + traceField(traceparent) + around[1]
    this.#events = events
    this.#request = request
    this.#bytes = around === undefined ? request.bytes : request.bytes + TRACE_FIELD_BYTES
    this.#bytesReceived = 0
    if (!this.#state.usable) {
      realTime.queueMicrotask(() => this.#failed('connection', 'the connection was already closed', 0, true))
      return this.#cancel
    }
    this.#tap = request.tapped ? new AnswerTap(request, events, false) : undefined
    this.#framer.begin(request.method === 'HEAD')
    this.#idle.sends()
    if (request.rest === undefined) {
      this.#socket.write(wire, 'latin1')
    } else {
      this.#socket.cork()
      this.#socket.write(wire, 'latin1')
      if (isGenerated(request.rest)) this.#pumping().begin(request.rest)
      // Passed by reference, so that a large body is not copied while it waits for the peer.
      else this.#socket.write(request.rest)
      this.#socket.uncork()
    }
    return this.#cancel
  }

  /** Handles a read of `length` bytes at the beginning of `bytes`. */
  received(bytes: Uint8Array, length: number): void {
    const framer = this.#framer
    if (this.#events === undefined) {
      if (framer.skipLineBreaks(bytes, 0, length) === length) return
      return this.#lose(new Error('the server sent bytes while no request was in flight'))
    }
    this.#bytesReceived += length
    const end = framer.push(bytes, 0, length)
    if (framer.violation !== undefined) return this.#fail('protocol', framer.violation)
    if (!framer.done) return
    const surplus = end === length ? 0 : length - framer.skipLineBreaks(bytes, end, length)
    if (surplus > 0) this.#fail('protocol', `the server sent ${surplus} bytes after the end of its response`)
    else this.#answered()
  }

  wants(status: number): boolean {
    if (this.#tap === undefined && this.#request?.rule.accepts(status) === false && this.#events !== undefined) {
      // The report shows what an error response says.
      this.#tap = new AnswerTap(this.#request, this.#events, false)
    }
    return this.#tap !== undefined
  }

  head(status: number, head: string): void {
    this.#tap?.head(status, headersOfHead(head))
  }

  data(bytes: Uint8Array): void {
    this.#tap?.data(bytes)
  }

  chunkEnd(): void {
    this.#tap?.chunkEnd()
  }

  async close(): Promise<void> {
    this.#state.startClosing()
    if (this.#events === undefined) this.#finish()
    await this.closed
  }

  destroy(): void {
    this.#state.stop()
    this.#pump?.stop()
    this.#socket.destroy()
  }

  readonly #cancel: Cancel = () => {
    const transferred = { bytesSent: this.#bytesSent(), bytesReceived: this.#bytesReceived }
    this.#events = undefined
    // The tap itself may cancel while the same read contains more of the response.
    this.#tap = undefined
    this.destroy()
    return transferred
  }

  /** Returns how many bytes of the current request the kernel has accepted. */
  #bytesSent(): number {
    return Math.max(0, this.#bytes - (this.#pump?.unmade ?? 0) - this.#socket.writableLength)
  }

  #answered(): void {
    const { status, keepAlive } = this.#framer
    const request = this.#request
    const events = this.#events
    const tap = this.#tap
    this.#events = undefined
    this.#tap = undefined
    if (request === undefined || events === undefined) return
    const bytesSent = request.rest === undefined ? this.#bytes : this.#bytesSent()
    // After a response to a partly sent request, the unsent bytes of that request would precede the next one.
    if (bytesSent < this.#bytes) this.destroy()
    else if (!keepAlive) this.#linger()
    else if (this.#state.closing || !this.#reuse) this.#finish()
    else this.#keep()
    events.onDone(request.rule.outcome(status, bytesSent, this.#bytesReceived, tap))
  }

  /** Handles the end of the peer's side of the stream. */
  #ended(): void {
    this.#state.retire()
    if (this.#events === undefined) return
    this.#framer.end()
    if (this.#framer.done) this.#answered()
    else {
      const bytesSent = this.#bytesSent()
      const message = `the connection was closed ${this.#progress()}`
      // A server that has received the request may also reset the connection; one that was about to close it does not.
      const crossed = this.#bytesReceived === 0 && this.#idle.crossed(this.#request?.method ?? '')
      this.#lose(new Error(message))
      this.#failed('connection', message, bytesSent, crossed)
    }
  }

  /** Keeps the connection for the next exchange, as long as the server does. */
  #keep(): void {
    this.#idle.answered()
    const { keepAliveSeconds } = this.#framer
    if (keepAliveSeconds === undefined || this.#idling !== undefined) return
    const limitMs = 1_000 * keepAliveSeconds
    this.#closeWhenIdleFor(Math.min(limitMs - Math.min(MARGIN_MS, limitMs / 2), MAX_IDLE_MS))
  }

  /** One timer per connection, which the exchanges do not restart. */
  #closeWhenIdleFor(limitMs: Ms, waitMs: Ms = limitMs): void {
    this.#idling = realTime
      .setTimeout(() => {
        const restMs = limitMs - this.#idle.sinceMs
        if (this.#events !== undefined || restMs > 0) this.#closeWhenIdleFor(limitMs, restMs > 0 ? restMs : limitMs)
        else this.#finish()
      }, waitMs)
      .unref()
  }

  #pumping(): BodyPump {
    return (this.#pump ??= new BodyPump(
      (chunk, flushed) => this.#socket.write(chunk, flushed),
      (reason) => this.#fail('connection', sendFailure(reason)),
    ))
  }

  #finish(): void {
    this.#socket.end()
    this.#linger()
  }

  /** Lets the peer close first, because the side that closes first keeps its port in TIME_WAIT for a minute. */
  #linger(): void {
    this.#state.retire()
    this.#lingering ??= realTime.setTimeout(() => this.#socket.destroy(), LINGER_MS).unref()
  }

  /** Fails the current exchange, if there is one, and destroys the connection. */
  #fail(errorClass: ErrorClass, message: string): void {
    if (this.#events === undefined) return
    const bytesSent = this.#bytesSent()
    this.#lose(new Error(message))
    this.#failed(errorClass, message, bytesSent)
  }

  #progress(): string {
    return this.#framer.progress + (this.#bytesReceived === 0 ? this.#idle.note : '')
  }

  #failed(errorClass: ErrorClass, message: string, bytesSent: number, unprocessed = false): void {
    const events = this.#events
    this.#events = undefined
    this.#tap = undefined
    if (events === undefined) return
    const outcome: Outcome = { ok: false, bytesSent, bytesReceived: this.#bytesReceived, errorClass, message }
    events.onDone(unprocessed ? { ...outcome, unprocessed } : outcome)
  }

  #lose(reason: Error): void {
    this.#state.lose(reason)
    this.destroy()
  }
}
