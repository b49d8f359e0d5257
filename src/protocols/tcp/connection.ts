import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Cancel, ConnectContext, Connection, ExchangeEvents, Outgoing, Transferred } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { TcpRequest } from './request.ts'
import type { Count, Ms } from '../../model/units.ts'
import { realTime } from '../../model/real-time.ts'
import { ConnectionState } from '../connection-state.ts'
import { openFramedSocket } from '../sockets/open-framed-socket.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { UnsolicitedMessages } from '../unsolicited-messages.ts'
import type { EncodedFrame, FrameEncoder } from './frame-encoding.ts'
import { FrameReader } from './frame-reader.ts'
import { FrameWriter } from './frame-writer.ts'
import type { FrameFormat } from './framing.ts'
import { Pending } from './pending.ts'

/** Maximum time for the peer to close its side after the last exchange. */
const LINGER_MS = 1_000

/** Settings that all connections of a protocol share. */
export interface TcpSettings {
  readonly format: FrameFormat
  readonly encode: FrameEncoder
  readonly maxInFlight: number
}

/** Opens a connection, with TLS to a `tls:` target and without it to any other. */
export async function connectTcp(
  target: URL,
  context: ConnectContext,
  settings: TcpSettings,
): Promise<Connection<TcpRequest>> {
  if (target.protocol === 'tls:') {
    const socket = (await openSocket(target, context, { secure: true })) as TLSSocket
    const connection = new TcpConnection(socket, target, context, settings, socket.getProtocol() ?? 'TLS')
    socket.on('data', (bytes: Buffer) => connection.received(bytes, bytes.length))
    return connection
  }
  return openFramedSocket(target, context, (socket) => new TcpConnection(socket, target, context, settings, 'TCP'))
}

/**
 * A socket that carries frames. The server must answer requests in the order in which they were sent.
 *
 * The response to a cancelled exchange may still arrive and must not count as the response to the next one. So after a
 * cancellation, the connection skips those frames while other exchanges wait, starts no new exchange, and closes when
 * none is left.
 */
class TcpConnection implements Connection<TcpRequest> {
  readonly maxInFlight: number
  readonly version: string
  readonly closed: Promise<Error | undefined>

  readonly #state = new ConnectionState()
  readonly #socket: Socket
  readonly #settings: TcpSettings
  readonly #reuse: boolean
  readonly #unsolicited: UnsolicitedMessages
  readonly #reader: FrameReader
  readonly #writer: FrameWriter
  #lingering: NodeJS.Timeout | undefined

  /** Exchanges that wait for frames, in request order. */
  readonly #waiting: Pending[] = []
  /** Number of waiting exchanges that the current read can answer. The others were sent after the read began. */
  #askedBefore = 0
  /** Exchanges that complete when their frame has been sent. */
  readonly #leaving: Pending[] = []
  readonly #spare: Pending[] = []
  /** Number of exchanges in `#waiting` and `#leaving` that were not cancelled. */
  #live = 0

  constructor(socket: Socket, { host }: URL, context: ConnectContext, settings: TcpSettings, version: string) {
    this.#socket = socket
    this.#settings = settings
    this.#reuse = context.reuse
    this.#unsolicited = new UnsolicitedMessages(context)
    this.maxInFlight = settings.maxInFlight
    this.version = version
    this.#reader = new FrameReader(settings.format, this.#unsolicited, {
      owner: () => (this.#askedBefore > 0 ? this.#waiting[0] : undefined),
      onFrame: (owner, bytes) => this.#framed(owner, bytes),
      onViolation: (owner, message) =>
        owner === undefined ? this.#lose(new Error(message)) : this.#offends(owner, message),
    })
    this.#writer = new FrameWriter(socket, (message) => this.#cannotSend(message))
    this.closed = this.#state.closed
    socket.on('end', () => this.#ended())
    socket.on('error', (error) => this.#state.lose(error))
    socket.on('close', () => {
      realTime.clearTimeout(this.#lingering)
      this.#state.stop()
      // Without a reason, the owner of the connection called `destroy`.
      const why = this.#state.reason?.message ?? 'destroyed'
      this.#failAll((progress) => `the connection was lost ${progress}: ${why}`)
      this.#state.logEnd(context, host, this.#unsolicited.count)
      this.#state.end()
    })
  }

  get usable(): boolean {
    return this.#state.usable
  }

  listen(messages: number, maxMs: Ms, signal?: AbortSignal): Promise<number> {
    return this.#unsolicited.listen(messages, maxMs, signal)
  }

  exchange({ payload }: Outgoing<TcpRequest>, events: ExchangeEvents): Cancel {
    const frame = this.#settings.encode(payload)
    if (!this.#state.usable) return this.#refuse(events, frame, 'connection', 'the connection was already closed')
    if (frame.violation !== undefined) return this.#refuse(events, frame, 'protocol', frame.violation)
    const pending = this.#spare.pop() ?? new Pending(this.#giveUp)
    pending.begin(events, frame, this.#writer.accepted)
    this.#live++
    if (frame.replies > 0) this.#waiting.push(pending)
    else this.#leaving.push(pending)
    if (!frame.sends || this.#settings.format.untilClose) realTime.queueMicrotask(() => this.#replay(frame))
    else this.#reader.sends(frame)
    if (frame.sends) this.#writer.write(frame, frame.replies > 0 ? undefined : this.#left)
    if (this.#settings.format.untilClose) {
      this.#state.retire()
      this.#writer.end()
    }
    return pending.cancel
  }

  /** Writes all frames of a batch at once. */
  together(send: () => void): Count {
    this.#socket.cork()
    send()
    this.#socket.uncork()
    return 1
  }

  /** Frames the first `length` bytes, which are valid only during the call. */
  received(bytes: Buffer, length: number): void {
    const read = length === bytes.length ? bytes : bytes.subarray(0, length)
    let at = 0
    this.#askedBefore = this.#waiting.length
    while (at < length && !this.#state.over) at = this.#reader.push(read, at)
  }

  async close(): Promise<void> {
    this.#state.startClosing()
    if (this.#live === 0) this.#finish()
    await this.closed
  }

  destroy(): void {
    this.#state.stop()
    this.#writer.stop()
    this.#socket.destroy()
  }

  /** Handles a complete frame of a response. */
  #framed(pending: Pending, bytes: number): void {
    pending.owed--
    pending.kept?.endFrame()
    if (pending.replies > 1) pending.events?.onMessage(bytes)
    // The `onMessage` callback may have closed the connection.
    if (pending.owed > 0 || this.#state.over) return
    this.#waiting.shift()
    this.#askedBefore--
    this.#answered(pending)
  }

  #answered(pending: Pending): void {
    const { events, start, bytes } = pending
    pending.events = undefined
    this.#spare.push(pending)
    if (events === undefined) return
    this.#live--
    const outcome = pending.answered(this.#writer.hasWritten(start + bytes) ? bytes : this.#writer.leftOf(start, bytes))
    // After a response to a partly sent request, the unsent bytes of that request would precede the next one.
    if (!this.#writer.hasWritten(start + bytes)) this.#state.retire()
    this.#settle()
    events.onDone(outcome)
  }

  /** Closes the connection after an exchange if it cannot or must not carry another one. */
  #settle(): void {
    if (this.#live > 0) return
    if (this.#state.closing || !this.#reuse) this.#finish()
    else if (!this.#state.usable) this.destroy()
  }

  /** Completes an exchange without replies, when the kernel has accepted its frame. */
  readonly #left = (failed?: Error | null): void => {
    // The `close` handler reports the failure.
    if (failed !== undefined && failed !== null) return
    const pending = this.#leaving.shift()
    if (pending !== undefined) this.#answered(pending)
  }

  readonly #giveUp = (pending: Pending): Transferred => {
    const { start, bytes, bytesReceived } = pending
    const transferred = { bytesSent: this.#writer.leftOf(start, bytes), bytesReceived }
    pending.events = undefined
    pending.kept = undefined
    this.#state.retire()
    this.#live--
    if (this.#live === 0) this.destroy()
    return transferred
  }

  /** Fails an exchange before anything was sent. The connection stays usable. */
  #refuse(events: ExchangeEvents, frame: EncodedFrame, errorClass: ErrorClass, message: string): Cancel {
    const pending = new Pending(() => {
      pending.events = undefined
      return { bytesSent: 0, bytesReceived: 0 }
    })
    pending.begin(events, frame, 0)
    // Deferred, because the caller of `exchange` does not have its `Cancel` function yet.
    realTime.queueMicrotask(() => pending.events?.onDone(pending.failed(errorClass, message, 0)))
    return pending.cancel
  }

  /** Passes earlier bytes to a request that sends nothing, or that reads until the connection closes. */
  #replay(frame: EncodedFrame): void {
    if (this.#waiting.length === 0 || this.#state.over) return
    const held = this.#reader.listens(frame)
    if (held !== undefined) this.received(held, held.length)
  }

  /** Handles the end of the server's side of the stream. */
  #ended(): void {
    this.#state.retire()
    if (this.#settings.format.untilClose) this.#reader.end()
    if (this.#waiting.length === 0) return
    this.#state.lose(new Error('the server closed it'))
    this.#failAll((progress) => `the connection was closed ${progress}`)
    this.destroy()
  }

  /** Fails `pending` after a protocol violation. The `close` handler fails the exchanges behind it. */
  #offends(pending: Pending, message: string): void {
    for (const list of [this.#waiting, this.#leaving]) {
      const place = list.indexOf(pending)
      if (place >= 0) list.splice(place, 1)
    }
    this.#lose(new Error(message))
    this.#fail(pending, 'protocol', message)
  }

  /** Handles a generated frame that failed partway. */
  #cannotSend(message: string): void {
    const pending = [...this.#waiting, ...this.#leaving].find(
      ({ start, bytes }) => !this.#writer.hasWritten(start + bytes),
    )
    if (pending === undefined) this.#lose(new Error(message))
    else this.#offends(pending, message)
  }

  #failAll(message: (progress: string) => string): void {
    const [head] = this.#waiting
    const inside = this.#reader.answerBytes
    for (const pending of [...this.#waiting.splice(0), ...this.#leaving.splice(0)]) {
      this.#fail(pending, 'connection', message(progressOf(pending, pending === head ? inside : 0)))
    }
  }

  #fail(pending: Pending, errorClass: ErrorClass, message: string): void {
    const { events, start, bytes } = pending
    pending.events = undefined
    if (events === undefined) return
    this.#live--
    events.onDone(pending.failed(errorClass, message, this.#writer.leftOf(start, bytes)))
  }

  #finish(): void {
    this.#state.startClosing()
    if (this.#socket.destroyed) return
    this.#socket.end()
    // Waits for the peer to close its side, so that a reset does not discard bytes that the peer still reads.
    this.#lingering ??= realTime.setTimeout(() => this.#socket.destroy(), LINGER_MS).unref()
  }

  #lose(reason: Error): void {
    this.#state.lose(reason)
    this.destroy()
  }
}

/** Describes how much of the response has arrived. The text follows "the connection was closed". */
function progressOf({ replies, owed }: Pending, inside: number): string {
  if (replies === 0) return 'before the frame was sent'
  if (inside > 0) return `inside a frame, after ${inside} bytes`
  return owed < replies ? `after ${replies - owed} of ${replies} frames` : 'before any response'
}
