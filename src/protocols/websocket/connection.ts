import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { Cancel, ConnectContext, Connection, ExchangeEvents, Outgoing } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { WebSocketRequest } from './request.ts'
import type { Ms } from '../../model/units.ts'
import { realTime } from '../../model/real-time.ts'
import { ConnectionState } from '../connection-state.ts'
import { IgnoredMessages } from '../ignored-messages.ts'
import { EXAMINED_BYTES } from '../kept-bytes.ts'
import { UnsolicitedMessages } from '../unsolicited-messages.ts'
import { closesInOrder, closeStatus, formatClose } from './close-codes.ts'
import { type Failure, WebSocketExchange } from './exchange.ts'
import { frameBytes } from './frame-size.ts'
import { type HandshakeOptions, openWebSocket } from './handshake.ts'
import { HeldMessages } from './held-messages.ts'
import { idIn } from './json-id.ts'
import { MessageReader } from './message-reader.ts'
import type { ArrivedMessage } from './message-reader.ts'
import { Outbox } from './outbox.ts'
import { Pings } from './pings.ts'
import { encode } from './request-encoding.ts'
import type { Encoded } from './request-encoding.ts'
import { RequestsById } from './requests-by-id.ts'

export interface ConnectionOptions extends HandshakeOptions {
  readonly maxInFlight: number
}

export function connectWebSocket(
  target: URL,
  context: ConnectContext,
  options: ConnectionOptions,
): Promise<Connection<WebSocketRequest>> {
  return openWebSocket(
    target,
    context,
    options,
    (webSocket, socket) => new WebSocketConnection(webSocket, socket, target.host, options.maxInFlight, context),
  )
}

/** Sends requests and receives their responses over an open WebSocket. */
class WebSocketConnection implements Connection<WebSocketRequest> {
  readonly maxInFlight: number
  readonly version: string
  readonly closed: Promise<Error | undefined>

  readonly #state = new ConnectionState()
  readonly #webSocket: WebSocket
  readonly #reader: MessageReader
  readonly #outbox: Outbox
  readonly #unsolicited: UnsolicitedMessages
  readonly #held = new HeldMessages()
  readonly #ignored = new IgnoredMessages()

  readonly #underWay = new Set<WebSocketExchange>()
  /** Exchanges that get the next messages, in this order, including cancelled ones: their replies may still arrive. */
  readonly #inOrder: WebSocketExchange[] = []
  readonly #byId = new RequestsById()
  readonly #pings = new Pings()

  /** Requests with ids were sent, so a message with an id does not answer a request without one. */
  #hasIds = false
  /** Whether a request has listened. From then on, the server may push messages while no request waits for them. */
  #hasListened = false
  /** A reply to a cancelled exchange may or may not arrive, so no further request may be sent. */
  #doubtful = false
  /** The error of the socket, which causes the end of the WebSocket. */
  #socketError: Error | undefined

  /** Number of reads of the socket so far. `#read` is the number of the current read, and 0 outside a read. */
  #reads = 0
  #read = 0

  constructor(webSocket: WebSocket, socket: Socket, host: string, maxInFlight: number, context: ConnectContext) {
    this.#webSocket = webSocket
    this.#unsolicited = new UnsolicitedMessages(context)
    this.maxInFlight = maxInFlight
    this.version = webSocket.protocol === '' ? 'WebSocket' : `WebSocket (${webSocket.protocol})`
    this.#outbox = new Outbox(webSocket, (message) => this.#fail('protocol', message))
    this.closed = this.#state.closed

    this.#reader = new MessageReader(webSocket, socket, {
      maxKeptBytes: () => this.#maxKeptBytes(),
      onMessage: (message) => this.#received(message),
      onPong: (payload) => this.#ponged(payload),
      onViolation: (message) => this.#fail('protocol', message),
    })
    // The reader reads between these two listeners and reports every message of a read before the read ends.
    socket.prependListener('data', () => (this.#read = ++this.#reads))
    socket.on('data', () => (this.#read = 0))
    // `ws` does not pass this error on.
    socket.on('error', (error) => (this.#socketError ??= error))
    webSocket.on('error', (error) => this.#broke(error))
    webSocket.on('close', (code, said) => {
      this.#ended(code, said.toString('utf8'))
      this.#state.logEnd(context, host, this.#unsolicited.count)
      this.#state.end()
    })
  }

  get usable(): boolean {
    return this.#state.usable && this.#webSocket.readyState === WebSocket.OPEN
  }

  listen(messages: number, maxMs: Ms, signal?: AbortSignal): Promise<number> {
    return this.#unsolicited.listen(messages, maxMs, signal)
  }

  exchange({ requestId, payload }: Outgoing<WebSocketRequest>, events: ExchangeEvents): Cancel {
    const encoded = encode(payload)
    if (this.#ignored.learn(encoded.ignored)) {
      this.#unsolicited.identify(this.#held.remove((message) => this.#ignored.matches(message)))
    }
    const exchange = new WebSocketExchange(encoded.by, payload, events, this.#read, this.#succeed)
    this.#underWay.add(exchange)
    if (this.usable) this.#begin(exchange, encoded, requestId)
    else realTime.queueMicrotask(() => this.#refuse(exchange, 'connection', 'the connection was already closed'))
    return () => {
      const unfinished = exchange === this.#listener() ? this.#reader.unfinished : 0
      const transferred = exchange.transferred(this.#outbox.bytesOf(exchange), unfinished)
      this.#giveUp(exchange)
      return transferred
    }
  }

  async close(): Promise<void> {
    this.#state.startClosing()
    this.#settled()
    await this.closed
  }

  destroy(): void {
    this.#state.stop()
    this.#reader.stop()
    this.#webSocket.terminate()
  }

  #begin(exchange: WebSocketExchange, encoded: Encoded, requestId: number): void {
    switch (encoded.by) {
      case 'order':
        this.#held.clear()
        if (!exchange.unanswered) {
          this.#unsolicited.matchByOrder()
          this.#inOrder.push(exchange)
        }
        return this.#outbox.post(exchange, encoded.message)
      case 'id': {
        this.#hasIds = true
        this.#held.clear()
        const id = encoded.template.idFor(requestId)
        exchange.tag = id
        if (!exchange.unanswered) this.#byId.add(id, exchange)
        return this.#outbox.post(exchange, encoded.template.messageWith(id))
      }
      case 'pong':
        return this.#outbox.ping(exchange, this.#pings.add(exchange))
      case 'listening':
        this.#inOrder.push(exchange)
        if (this.#hasListened) return
        this.#hasListened = true
        return realTime.queueMicrotask(() => this.#deliverHeld())
      case 'nothing':
        return realTime.queueMicrotask(() => this.#refuse(exchange, 'protocol', encoded.violation))
    }
  }

  /**
   * Returns how much to keep of the message that is arriving: nothing if it answers a request that does not examine it.
   * A request that begins before the message is complete may examine it.
   */
  #maxKeptBytes(): number {
    const head = this.#inOrder[0]
    const isExamined = this.#hasIds || this.#ignored.any || head === undefined || head.examines
    return isExamined || !this.#canBeFor(head) ? EXAMINED_BYTES : 0
  }

  #received(message: ArrivedMessage): void {
    const { content, whole } = message
    if (this.#ignored.any && this.#ignored.matches(content)) return this.#unsolicited.add(true)
    if (this.#hasIds) {
      const id = idIn(content, whole)
      const asked = id === undefined ? undefined : this.#byId.get(id)
      if (id !== undefined && asked !== undefined) {
        if (!asked.add(message)) return
        this.#byId.remove(id)
        return this.#succeed(asked)
      }
      // A message with an id is never the response to a request without an id.
      if (id !== undefined) return this.#byId.isLate(id) ? undefined : this.#unsolicited.add(true)
    }
    const head = this.#inOrder[0]
    if (head !== undefined && this.#canBeFor(head)) this.#handleInOrder(head, message)
    else if (this.#hasIds || this.#hasListened) this.#unsolicited.add(false)
    // Most likely the server rejects the message that is still being sent, and may not read the rest of it.
    else if (head?.progress === 'leaving') {
      this.#fail('protocol', 'the server sent a message before it received the whole request')
    } else {
      this.#held.hold(message)
      this.#unsolicited.add(false)
    }
  }

  /** A reply cannot have been read before its request was sent. */
  #canBeFor({ by, progress, bornIn }: WebSocketExchange): boolean {
    return by === 'listening' || (progress === 'sent' && (bornIn === 0 || bornIn !== this.#read))
  }

  #handleInOrder(head: WebSocketExchange, message: ArrivedMessage): void {
    if (!head.add(message)) return
    this.#inOrder.shift()
    this.#succeed(head)
  }

  #deliverHeld(): void {
    for (let head = this.#inOrder[0]; head?.by === 'listening'; head = this.#inOrder[0]) {
      const content = this.#held.next()
      if (content === undefined) return
      this.#unsolicited.subtract(1, 1)
      this.#handleInOrder(head, heldMessage(content))
    }
    this.#held.clear()
  }

  #ponged(payload: Buffer): void {
    const answered = this.#pings.takeAnswered(payload.toString('latin1'))
    answered.at(-1)?.acknowledged(payload.length)
    for (const exchange of answered) this.#succeed(exchange)
  }

  readonly #succeed = (exchange: WebSocketExchange): void => {
    this.#underWay.delete(exchange)
    this.#settled()
    exchange.succeed(this.#outbox.bytesOf(exchange))
  }

  #giveUp(exchange: WebSocketExchange): void {
    this.#underWay.delete(exchange)
    exchange.over = true
    if (exchange.by === 'id') this.#byId.abandon(exchange)
    if (exchange.by === 'pong') this.#pings.remove(exchange)
    const place = this.#inOrder.indexOf(exchange)
    if (exchange.progress === 'waiting') {
      // No byte of it has been sent, so no reply will arrive.
      this.#outbox.withdraw(exchange)
      if (place >= 0) this.#inOrder.splice(place, 1)
    } else if (exchange.progress === 'leaving') {
      // A partly sent message cannot be withdrawn, and no other message can follow it.
      this.destroy()
    } else if (place >= 0 || exchange.unanswered) {
      this.#doubtful = true
      this.#state.retire()
    }
    this.#settled()
  }

  /** Ends the connection when it should end and no exchange is in flight. */
  #settled(): void {
    if (this.#underWay.size > 0) return
    if (this.#doubtful) this.destroy()
    else if (this.#state.closing) this.#webSocket.close(1000)
  }

  #broke(error: NodeJS.ErrnoException): void {
    this.#fail(error.code?.startsWith('WS_ERR_') === true ? 'protocol' : 'connection', error.message)
  }

  /** Ends the connection and fails every exchange in flight. */
  #fail(errorClass: ErrorClass, message: string): void {
    this.#state.lose(new Error(message))
    this.#reader.stop()
    this.#webSocket.terminate()
    this.#failAll(errorClass, message)
  }

  /** Fails the exchanges in flight, and records why the connection was lost if it did not close cleanly. */
  #ended(code: number, said: string): void {
    const { closing, over: destroyed } = this.#state
    const idle = this.#underWay.size === 0
    const inOrder = destroyed || (idle && (closing || closesInOrder(code)))
    const lost = this.#socketError && `the connection was lost: ${this.#socketError.message}`
    const message = destroyed ? 'the connection was destroyed' : (lost ?? formatClose(code, said))
    this.#failAll('connection', message, destroyed ? undefined : closeStatus(code))
    if (!inOrder) this.#state.lose(new Error(message, { cause: this.#socketError }))
  }

  /** `status`: code of the close frame that ended the connection. */
  #failAll(errorClass: ErrorClass, message: string, status?: number): void {
    this.#outbox.stop()
    const listener = this.#listener()
    const failure = { errorClass, message, ...(status !== undefined && { status }) }
    for (const exchange of this.#underWay) {
      this.#failOne(exchange, failure, exchange === listener ? this.#reader.unfinished : 0)
    }
  }

  /** Fails an exchange before any byte of it was sent. The connection stays as it was. */
  #refuse(exchange: WebSocketExchange, errorClass: ErrorClass, message: string): void {
    this.#failOne(exchange, { errorClass, message }, 0)
    this.#settled()
  }

  #failOne(exchange: WebSocketExchange, failure: Failure, unfinished: number): void {
    this.#underWay.delete(exchange)
    exchange.fail(failure, this.#outbox.bytesOf(exchange), unfinished)
  }

  /** Returns the exchange that an incomplete message most likely answers. */
  #listener(): WebSocketExchange | undefined {
    const [first] = this.#inOrder.length > 0 ? this.#inOrder : this.#underWay
    return first
  }
}

function heldMessage(content: Buffer): ArrivedMessage {
  const payloadBytes = content.length
  return { content, whole: true, binary: false, payloadBytes, bytes: frameBytes(payloadBytes) }
}
