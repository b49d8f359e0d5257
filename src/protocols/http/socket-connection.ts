import type { Socket } from 'node:net'
import type { Cancel, ConnectContext, Connection, ExchangeEvents, Outcome, Outgoing } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { isGenerated } from '../../model/body.ts'
import type { SinkRequest } from './answer-sink.ts'
import { AnswerTap } from './answer-tap.ts'
import { sendFailure } from './body-copies.ts'
import { headersOfHead } from './header-map.ts'
import { TRACE_FIELD_BYTES, traceField } from '../trace-field.ts'
import { BodyPump } from '../sockets/body-pump.ts'
import { ConnectionState } from '../connection-state.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { encoderFor } from './request-encoding.ts'
import type { EncodedRequest, RequestEncoder } from './request-encoding.ts'
import { ResponseFramer } from './response-framer.ts'
import type { ResponseReader } from './response-framer.ts'

/** Maximum time for the peer to close its side after the last exchange. */
const LINGER_MS = 1_000

/**
 * Read buffer of all sockets of a thread. A connection frames each read before the next one begins and keeps no bytes,
 * so ten thousand connections need only one buffer.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** Connects with HTTP/1.1 over plain TCP. Each request takes one write; responses are framed in place. */
export async function connectSocket(target: URL, context: ConnectContext): Promise<Connection<SinkRequest>> {
  let receive = (_length: number): void => {}
  const callback = (length: number): boolean => {
    receive(length)
    return true
  }
  const socket = await openSocket(target, context, { secure: false, onread: { buffer: READ_BUFFER, callback } })
  const connection = new SocketConnection(socket, target.host, encoderFor(target, context), context)
  receive = (length) => connection.received(length)
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
  readonly #framer = new ResponseFramer()
  #lingering: NodeJS.Timeout | undefined

  #events: ExchangeEvents | undefined
  #request: EncodedRequest | undefined
  /** Size of the current request, including its trace context. */
  #bytes = 0
  #tap: AnswerTap | undefined
  /** Sends generated bodies. Created for the first of them. */
  #pump: BodyPump | undefined
  #bytesReceived = 0

  constructor(socket: Socket, target: string, encode: RequestEncoder, context: ConnectContext) {
    this.#socket = socket
    this.#encode = encode
    this.#reuse = context.reuse
    this.closed = this.#state.closed
    socket.on('end', () => this.#ended())
    socket.on('error', (error) => this.#state.lose(error))
    socket.on('close', () => {
      clearTimeout(this.#lingering)
      const bytesSent = this.#bytesSent()
      this.destroy()
      // Without a reason, the owner of the connection called `destroy`.
      const why = this.#state.reason?.message ?? 'destroyed'
      this.#failed('connection', `the connection was lost ${this.#framer.progress}: ${why}`, bytesSent)
      this.#state.logEnd(context, target)
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
      queueMicrotask(() => this.#fail('connection', 'the connection was already closed'))
      return this.#cancel
    }
    this.#tap = request.tapped ? new AnswerTap(request, events, false) : undefined
    this.#framer.begin(request.method === 'HEAD', this.#tap && this)
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

  /** Handles a read of `length` bytes into `READ_BUFFER`. */
  received(length: number): void {
    if (this.#events === undefined) {
      this.#lose(new Error('the server sent bytes while no request was in flight'))
      return
    }
    this.#bytesReceived += length
    const framer = this.#framer
    const end = framer.push(READ_BUFFER, 0, length)
    if (framer.violation !== undefined) this.#fail('protocol', framer.violation)
    else if (framer.done && end < length) {
      this.#fail('protocol', `the server sent ${length - end} bytes after the end of its response`)
    } else if (framer.done) this.#answered()
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
    events.onDone(request.rule.outcome(status, bytesSent, this.#bytesReceived, tap))
  }

  /** Handles the end of the peer's side of the stream. */
  #ended(): void {
    this.#state.retire()
    if (this.#events === undefined) return
    this.#framer.end()
    if (this.#framer.done) this.#answered()
    else this.#fail('connection', `the connection was closed ${this.#framer.progress}`)
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
    this.#lingering ??= setTimeout(() => this.#socket.destroy(), LINGER_MS).unref()
  }

  /** Fails the current exchange, if there is one, and destroys the connection. */
  #fail(errorClass: ErrorClass, message: string): void {
    if (this.#events === undefined) return
    const bytesSent = this.#bytesSent()
    this.#lose(new Error(message))
    this.#failed(errorClass, message, bytesSent)
  }

  #failed(errorClass: ErrorClass, message: string, bytesSent: number): void {
    const events = this.#events
    this.#events = undefined
    this.#tap = undefined
    if (events === undefined) return
    const outcome: Outcome = { ok: false, bytesSent, bytesReceived: this.#bytesReceived, errorClass, message }
    events.onDone(outcome)
  }

  #lose(reason: Error): void {
    this.#state.lose(reason)
    this.destroy()
  }
}
