import { ConnectError } from '../../../model/connect-error.ts'
import type { Cancel, Connection, ExchangeEvents, Outcome } from '../../../model/protocol.ts'
import type { HttpRequest } from '../../../model/requests.ts'
import type { Traceparent } from '../../../model/trace.ts'
import type { SinkRequest } from '../../http/answer-sink.ts'

/** How long connecting may take. A call that waits for it is given up by whoever asks, but a next one needs another try. */
const CONNECT_MS = 10_000

type HttpConnection = Connection<HttpRequest>

/** Who is told how an HTTP exchange ended; what came meanwhile went to the request's sink. */
export interface Asker {
  ended(outcome: Outcome): void
}

interface SocketsOptions {
  /** Sockets at most, as long as none of them is held by a stream whose reply has come. */
  readonly most: number
  /** Makes another one. */
  readonly connect: (signal: AbortSignal) => Promise<HttpConnection>
  /** No further socket could be made: what waited for one has failed. */
  readonly onUnreachable: (error: ConnectError) => void
}

interface Slot {
  readonly connection: HttpConnection
  readonly tickets: Set<Ticket>
}

/**
 * The sockets of one session. An exchange takes one that is free, or waits while another is made; HTTP/2 carries all of
 * them on the first. That a server closes an idle one means nothing to the session.
 */
export class HttpSockets {
  readonly #options: SocketsOptions
  readonly #slots: Slot[] = []
  readonly #waiting: Ticket[] = []
  readonly #abort = new AbortController()
  #connecting = 0
  #reachable = true

  constructor(first: HttpConnection, options: SocketsOptions) {
    this.#options = options
    this.#add(first)
  }

  /** False once no further socket could be made, from before anybody hears of it. */
  get reachable(): boolean {
    return this.#reachable
  }

  /** Sends at once where a socket is free. `asker` hears of the end, though never from inside this call. */
  exchange(request: SinkRequest, asker: Asker, traceparent?: Traceparent): Ticket {
    const ticket = new Ticket(request, asker, this, traceparent)
    const slot = this.#free()
    if (slot !== undefined) this.#start(slot, ticket)
    else {
      this.#waiting.push(ticket)
      if (this.#abort.signal.aborted) queueMicrotask(() => this.#failWaiting(CLOSED))
      else this.#makeRoom()
    }
    return ticket
  }

  /** Ends idle sockets in order, the others now. */
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

  /** Ends all of them now; resolves when every exchange has had its end. */
  async destroy(): Promise<void> {
    this.#abort.abort()
    for (const { connection } of this.#slots) connection.destroy()
    this.#failWaiting(CLOSED)
    await Promise.all(this.#slots.map(({ connection }) => connection.closed))
  }

  /** A ticket needs its socket no more; whoever waits may have it. */
  over(ticket: Ticket): void {
    if (ticket.slot === undefined) {
      const index = this.#waiting.indexOf(ticket)
      if (index >= 0) this.#waiting.splice(index, 1)
      return
    }
    ticket.slot.tickets.delete(ticket)
    if (this.#waiting.length > 0) this.#serve()
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

  /** Another socket for who waits, if there may be one more, or if one is held by what nobody needs any more. */
  #makeRoom(): void {
    if (this.#connecting >= this.#waiting.length) return
    if (this.#open() + this.#connecting >= this.#options.most) {
      // Its end makes room, for which those who wait are served once more.
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
        // Whoever hears of it sends the next call at once, and not here.
        this.#reachable = false
        this.#failWaiting({ ok: false, bytesSent: 0, bytesReceived: 0, ...wordsOf(reason) })
        this.#options.onUnreachable(reason)
      },
    )
  }

  /** Sockets that can carry more, now or later. */
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
   * Nothing that is asked for is still to come, though the response has not ended (or, of a notification, not begun): the
   * socket may be had if another is needed.
   */
  settled = false

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
   * Nobody waits any more: HTTP/1.1 gives up the socket, HTTP/2 the stream. The asker is told nothing. Returns how many
   * bytes had left.
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
    // The socket first: what the asker does next may need it.
    this.#cancel = undefined
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
