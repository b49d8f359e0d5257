import { ConnectError } from '../../../model/connect-error.ts'
import type { Cancel, Connection, ExchangeEvents, Outcome } from '../../../model/protocol.ts'
import type { HttpRequest } from '../../http/request.ts'
import type { Traceparent } from '../../../model/trace.ts'
import { realTime } from '../../../model/real-time.ts'
import type { SinkRequest } from '../../http/answer-sink.ts'

/** Maximum time to connect. The caller cancels a call that waits for longer, but later calls need another attempt. */
const CONNECT_MS = 10_000

/** Minimum number of waiting exchanges for which `crowded` is true. */
const CROWD = 100

/** Maximum number of times that an exchange is sent again, like the engine's: a server may refuse everything. */
const MAX_RESENDS = 20

type HttpConnection = Connection<HttpRequest>

/** Receives the end of an HTTP exchange. The sink of the request receives the response. */
export interface Asker {
  ended(outcome: Outcome): void
}

interface SocketsOptions {
  /** Maximum number of sockets. At the limit, a stream whose reply has arrived loses its socket. */
  readonly max: number
  /** Opens another socket. */
  readonly connect: (signal: AbortSignal) => Promise<HttpConnection>
  /** Called when no further socket could be opened and the waiting exchanges have failed. */
  readonly onUnreachable: (error: ConnectError) => void
}

interface Slot {
  readonly connection: HttpConnection
  readonly tickets: Set<Ticket>
}

/**
 * The sockets of one session. An exchange takes a free socket or waits while another one opens; with HTTP/2 all
 * exchanges use the first socket. The session continues when the server closes an idle socket, or ends an HTTP/2 socket
 * with exchanges that it did not process (RFC 9113, 8.7): those use the next socket.
 */
export class HttpSockets {
  readonly #options: SocketsOptions
  readonly #slots: Slot[] = []
  readonly #waiting: Ticket[] = []
  readonly #abort = new AbortController()
  /** Exchanges that one socket carries at a time: 1 with HTTP/1.1. */
  readonly #perSocket: number
  #connecting = 0
  #reachable = true

  constructor(first: HttpConnection, options: SocketsOptions) {
    this.#options = options
    this.#perSocket = first.maxInFlight
    this.#add(first)
  }

  /** False once a further socket could not be opened; set before any exchange fails because of it. */
  get reachable(): boolean {
    return this.#reachable
  }

  /** Whether so many exchanges wait for a socket that the channel must discard messages that need no reply. */
  get crowded(): boolean {
    return this.#waiting.length >= CROWD
  }

  /** Sends immediately when a socket is free. Calls `asker` at the end, never from inside this call. */
  exchange(request: SinkRequest, asker: Asker, traceparent?: Traceparent): Ticket {
    const ticket = new Ticket(request, asker, this, traceparent)
    const slot = this.#free()
    if (slot !== undefined) this.#start(slot, ticket)
    else {
      this.#waiting.push(ticket)
      if (this.#abort.signal.aborted) realTime.queueMicrotask(() => this.#failWaiting(CLOSED))
      else this.#makeRoom()
    }
    return ticket
  }

  /** Closes idle sockets cleanly and destroys the others. */
  async close(): Promise<void> {
    this.#abort.abort()
    await Promise.all(
      this.#slots.map(({ connection, tickets }) => {
        if (tickets.size === 0) return connection.close()
        connection.destroy()
        return connection.closed
      }),
    )
  }

  /** Destroys all sockets. Resolves when every exchange has ended. */
  async destroy(): Promise<void> {
    this.#abort.abort()
    for (const { connection } of this.#slots) connection.destroy()
    this.#failWaiting(CLOSED)
    await Promise.all(this.#slots.map(({ connection }) => connection.closed))
  }

  /** Releases the socket of a ticket for the exchanges that wait. */
  over(ticket: Ticket): void {
    if (ticket.slot === undefined) {
      const index = this.#waiting.indexOf(ticket)
      if (index >= 0) this.#waiting.splice(index, 1)
      return
    }
    ticket.slot.tickets.delete(ticket)
    if (this.#waiting.length > 0) this.#serve()
  }

  /** Sends an exchange again. Returns false if it must fail instead. */
  resend(ticket: Ticket): boolean {
    if (this.#abort.signal.aborted || ticket.resends >= MAX_RESENDS) return false
    ticket.resends++
    ticket.slot?.tickets.delete(ticket)
    ticket.slot = undefined
    // First, because the other exchanges that wait began later.
    this.#waiting.unshift(ticket)
    this.#serve()
    return true
  }

  #free(): Slot | undefined {
    for (const slot of this.#slots) {
      if (slot.connection.usable && slot.tickets.size < slot.connection.maxInFlight) return slot
    }
    return undefined
  }

  #start(slot: Slot, ticket: Ticket): void {
    slot.tickets.add(ticket)
    ticket.start(slot)
  }

  #serve(): void {
    for (let slot = this.#free(); slot !== undefined; slot = this.#free()) {
      const ticket = this.#waiting.shift()
      if (ticket === undefined) return
      this.#start(slot, ticket)
    }
    if (!this.#abort.signal.aborted) this.#makeRoom()
  }

  /** Opens a socket for a waiting exchange, or, at the limit, takes one from a settled exchange. */
  #makeRoom(): void {
    if (this.#connecting * this.#perSocket >= this.#waiting.length) return
    if (this.#open() + this.#connecting >= this.#options.max) {
      // When it ends, its socket becomes free, and the waiting exchanges are served again.
      this.#held()?.giveUp()
      return
    }
    this.#connecting++
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(CONNECT_MS)])
    this.#options.connect(signal).then(
      (connection) => {
        this.#connecting--
        this.#add(connection)
        this.#serve()
      },
      (error: unknown) => {
        this.#connecting--
        if (this.#abort.signal.aborted) return
        const reason = error instanceof ConnectError ? error : new ConnectError('connect', String(error))
        // Set this before reporting the failure: the caller sends the next call immediately, and must not use this
        // session.
        this.#reachable = false
        this.#failWaiting({ ok: false, bytesSent: 0, bytesReceived: 0, ...wordsOf(reason) })
        this.#options.onUnreachable(reason)
      },
    )
  }

  /** Returns the number of sockets that can carry more exchanges, now or later. */
  #open(): number {
    return this.#slots.reduce((count, { connection }) => (connection.usable ? count + 1 : count), 0)
  }

  #held(): Ticket | undefined {
    for (const { tickets } of this.#slots) for (const ticket of tickets) if (ticket.settled) return ticket
    return undefined
  }

  #add(connection: HttpConnection): void {
    const slot: Slot = { connection, tickets: new Set() }
    this.#slots.push(slot)
    if (this.#abort.signal.aborted) connection.destroy()
    void connection.closed.then(() => {
      this.#slots.splice(this.#slots.indexOf(slot), 1)
      if (this.#waiting.length > 0) this.#serve()
    })
  }

  #failWaiting(outcome: Outcome): void {
    for (const ticket of this.#waiting.splice(0)) ticket.fail(outcome)
  }
}

/** One HTTP exchange, from waiting for a socket to the end of the response. */
export class Ticket implements ExchangeEvents {
  readonly #request: SinkRequest
  readonly #asker: Asker
  readonly #sockets: HttpSockets
  readonly #traceparent: Traceparent | undefined
  #cancel: Cancel | undefined
  /** Undefined until a socket is free. */
  slot: Slot | undefined
  /**
   * The exchange needs nothing more, although the response has not ended (for a notification: not begun). Another
   * exchange may take its socket.
   */
  settled = false
  /** Number of times that the exchange was sent again. */
  resends = 0

  constructor(request: SinkRequest, asker: Asker, sockets: HttpSockets, traceparent: Traceparent | undefined) {
    this.#request = request
    this.#asker = asker
    this.#sockets = sockets
    this.#traceparent = traceparent
  }

  start(slot: Slot): void {
    this.slot = slot
    const outgoing = { requestId: 0, operation: '', payload: this.#request, traceparent: this.#traceparent }
    this.#cancel = slot.connection.exchange(outgoing, this)
  }

  /**
   * Abandons the exchange: HTTP/1.1 closes the socket, HTTP/2 the stream. Does not call the asker. Returns how many
   * bytes were sent.
   */
  giveUp(): number {
    const bytesSent = this.#cancel?.().bytesSent ?? 0
    this.#sockets.over(this)
    return bytesSent
  }

  fail(outcome: Outcome): void {
    this.#asker.ended(outcome)
  }

  onMessage(): void {}

  onDone(outcome: Outcome): void {
    this.#cancel = undefined
    if (outcome.unprocessed === true && outcome.bytesReceived === 0 && this.#sockets.resend(this)) return
    // Release the socket first: the asker may need it immediately.
    this.#sockets.over(this)
    this.#asker.ended(outcome)
  }
}

const CLOSED: Outcome = {
  ok: false,
  bytesSent: 0,
  bytesReceived: 0,
  errorClass: 'connection',
  message: 'the connection was already closed',
}

function wordsOf({ errorClass, message }: ConnectError): Pick<Outcome, 'errorClass' | 'message'> {
  return { errorClass, message }
}
