import type { ErrorClass } from '../model/protocol.ts'
import type { DropReason } from '../model/result.ts'
import type { Ms } from '../model/units.ts'
import type { Arrival } from './arrival-source.ts'
import { Bookkeeping } from './bookkeeping.ts'
import type { CallOff } from './clock.ts'
import { ConnectionPool } from './connections/pool.ts'
import type { Slot } from './connections/slot.ts'
import type { DispatchEvents, DispatchOptions } from './dispatch-options.ts'
import { Exchange, type ExchangeOwner } from './exchange.ts'
import { Fifo } from './fifo.ts'
import type { Wake } from './wake/wake.ts'

/** How often time-outs are looked at. */
const TICK_MS = 10

/**
 * Walks the schedule: sends what is due, queues or drops what finds no connection, times out what gets no answer, and
 * gives every scheduled request exactly one fate.
 *
 * Timed from the intended start: a stalled server must not slow the schedule that judges it. Every wake sends all that is
 * due, and so does every answer, so nothing drifts and nothing is caught up in silence.
 */
export class Dispatcher<Request> implements ExchangeOwner<Request> {
  readonly #options: DispatchOptions<Request>
  readonly #events: DispatchEvents
  readonly #pool: ConnectionPool<Request>
  readonly #wake: Wake
  readonly #books = new Bookkeeping()
  readonly #waiting = new Fifo<Exchange<Request>>()
  readonly #sent = new Fifo<Exchange<Request>>()
  #next: Arrival<Request> | 'later' | undefined
  #started = false
  #exhausted = false
  #over = false
  #stopTicking: CallOff | undefined
  #dispatching = false
  #sending = false
  /** Closed model: requests to start, one after the other, because a protocol may answer before it returns. */
  #owed = 0
  /** Closed model: requests that could not start because their payload is still being made. */
  #starved = 0

  constructor(options: DispatchOptions<Request>, events: DispatchEvents) {
    this.#options = options
    this.#events = events
    this.#wake = options.makeWake(() => this.dispatchDue())
    this.#pool = new ConnectionPool(
      { ...options.pool, clock: options.clock, connectTimeoutMs: options.requestTimeoutMs },
      {
        onFree: () => this.#sendWaiting(),
        onConnectFailed: (errorClass, message) => this.#failWaiting(errorClass, message),
        onConnected: (connectMs) => events.connected(connectMs),
        waiting: () => this.#waiting.size,
        log: (text) => events.log(text),
      },
    )
  }

  get pool(): ConnectionPool<Request> {
    return this.#pool
  }

  get wake(): Wake {
    return this.#wake
  }

  now(): Ms {
    return this.#options.clock.now()
  }

  /** Opens the connections that must stand before the first request; rejects when the target cannot be reached. */
  open(): Promise<void> {
    return this.#pool.open()
  }

  /** Begins to walk the schedule. */
  start(): void {
    this.#started = true
    this.#stopTicking = this.#options.clock.every(TICK_MS, () => this.#tick())
    const { concurrency, source } = this.#options
    if (concurrency === undefined) this.#next = source.next()
    for (let i = 0; i < (concurrency ?? 0); i++) this.#startNextClosed()
    this.dispatchDue()
  }

  /** A payload that was 'later' has come. */
  payloadsCame(): void {
    if (!this.#started) return
    const starved = this.#starved
    this.#starved = 0
    for (let i = 0; i < starved; i++) this.#startNextClosed()
    this.dispatchDue()
  }

  /** Sends everything that is due by now. */
  dispatchDue(): void {
    if (!this.#started || this.#over || this.#dispatching || this.#options.concurrency !== undefined) return
    this.#dispatching = true
    try {
      this.#sendDue()
    } catch (error) {
      // A pattern of the user's own may throw: inside a timer nobody would catch it, and the run would never end.
      this.#halt()
      return this.#events.broken(error)
    }
    this.#dispatching = false
    if (this.#next === undefined) this.#exhausted = true
    else if (this.#next !== 'later') this.#wake.arm(this.#next.atMs)
    this.#endIfDone()
  }

  #sendDue(): void {
    if (this.#next === 'later') this.#next = this.#options.source.next()
    let nowMs = this.now()
    while (this.#next !== undefined && this.#next !== 'later' && this.#next.atMs <= nowMs) {
      const arrival = this.#next
      this.#next = this.#options.source.next()
      this.#dispatch(arrival, arrival.atMs, nowMs)
      // Sending took time: what has come due meanwhile goes out in this turn too.
      nowMs = this.now()
    }
  }

  /** Ends the run now: what is unsent is dropped, what is in flight is cancelled. */
  stop(): void {
    if (this.#over) return
    this.#exhausted = true
    this.#abandon('stopped', 'cancelled', 'the run was stopped')
  }

  gap(gapMs: Ms): void {
    this.#events.gap(gapMs)
  }

  finished(exchange: Exchange<Request>): void {
    this.#sent.remove(exchange)
    this.#settle(exchange)
    if (exchange.slot !== undefined) this.#pool.release(exchange.slot)
    this.#sendWaiting()
    if (this.#options.concurrency === undefined) this.dispatchDue()
    else this.#startNextClosed()
    this.#endIfDone()
  }

  #dispatch(arrival: Arrival<Request>, intendedMs: Ms, dueMs: Ms): void {
    const { requestId, operation, phase, payload } = arrival
    const exchange = new Exchange(this, requestId, operation, phase, payload, intendedMs, dueMs)
    this.#books.arrived(intendedMs, dueMs)
    this.#events.arrived(exchange)
    if (dueMs - intendedMs > this.#options.requestTimeoutMs) return this.#drop(exchange, 'generator', dueMs)
    const slot = this.#waiting.size === 0 ? this.#pool.take() : undefined
    if (slot !== undefined) return this.#send(exchange, slot)
    const { overflow, concurrency } = this.#options
    // In the closed model whoever finds no connection waits: a client who was turned away would never come again.
    if (overflow === 'drop' && concurrency === undefined && this.#waiting.size >= this.#pool.prospects) {
      return this.#drop(exchange, 'overflow', dueMs)
    }
    this.#waiting.push(exchange)
    this.#pool.ensure()
  }

  #send(exchange: Exchange<Request>, slot: Slot<Request>): void {
    exchange.slot = slot
    this.#sent.push(exchange)
    exchange.sentMs = this.now()
    exchange.cancel = slot.connection?.exchange(exchange, exchange)
  }

  #sendWaiting(): void {
    // A protocol may answer before it returns: then the loop below goes on, instead of a new one on top of it.
    if (this.#sending) return
    this.#sending = true
    while (this.#waiting.size > 0) {
      const slot = this.#pool.take()
      if (slot === undefined) {
        this.#pool.ensure()
        break
      }
      const exchange = this.#waiting.shift()
      if (exchange !== undefined) this.#send(exchange, slot)
    }
    this.#sending = false
  }

  /** A connection could not be made: the request that waited longest is the one it was made for. */
  #failWaiting(errorClass: ErrorClass, message: string): void {
    const exchange = this.#waiting.shift()
    if (exchange === undefined) return
    exchange.fail(errorClass, message, this.now())
    this.#settle(exchange)
    if (this.#options.concurrency !== undefined) this.#startNextClosed()
    this.#endIfDone()
  }

  #drop(exchange: Exchange<Request>, reason: DropReason, atMs: Ms): void {
    exchange.drop(reason, atMs)
    this.#settle(exchange)
  }

  #settle(exchange: Exchange<Request>): void {
    this.#books.finished(exchange.intendedMs, exchange.doneMs)
    this.#events.settled(exchange)
  }

  #startNextClosed(): void {
    if (this.#owed++ > 0) return
    for (; this.#owed > 0; this.#owed--) this.#startClosed()
  }

  #startClosed(): void {
    if (this.#over || this.#exhausted) return
    const nowMs = this.now()
    const arrival = nowMs < this.#options.lastArrivalMs ? this.#options.source.next() : undefined
    if (arrival === 'later') this.#starved++
    if (arrival === undefined) this.#exhausted = true
    if (arrival === undefined || arrival === 'later') return
    this.#dispatch(arrival, nowMs, nowMs)
  }

  #tick(): void {
    const nowMs = this.now()
    const { requestTimeoutMs } = this.#options
    for (
      let head = this.#sent.head;
      head !== undefined && nowMs - head.sentMs >= requestTimeoutMs;
      head = this.#sent.head
    ) {
      this.#giveUp(head, 'timeout', `no answer within ${requestTimeoutMs / 1_000} s`, nowMs)
    }
    for (
      let head = this.#waiting.head;
      head !== undefined && nowMs - head.intendedMs >= requestTimeoutMs;
      head = this.#waiting.head
    ) {
      // A connection was being made for it: then it is the target that did not answer in time.
      if (this.#pool.giveUpOldestConnecting()) {
        this.#failWaiting('timeout', `no connection within ${requestTimeoutMs / 1_000} s`)
      } else {
        this.#waiting.remove(head)
        this.#drop(head, 'pool-wait', nowMs)
        if (this.#options.concurrency !== undefined) this.#startNextClosed()
      }
    }
    this.#pool.expire(nowMs)
    if (this.#options.concurrency === undefined) this.dispatchDue()
    else if (nowMs >= this.#options.lastArrivalMs) this.#exhausted = true
    if (nowMs - this.#options.lastArrivalMs >= requestTimeoutMs) {
      this.#abandon('pool-wait', 'timeout', `unfinished ${requestTimeoutMs / 1_000} s after the last arrival`)
    }
    this.#endIfDone()
  }

  /** Ends a sent exchange that has no answer. */
  #giveUp(exchange: Exchange<Request>, errorClass: ErrorClass, message: string, nowMs: Ms): void {
    exchange.fail(errorClass, message, nowMs)
    this.#sent.remove(exchange)
    exchange.count(exchange.cancel?.())
    this.#settle(exchange)
    if (exchange.slot !== undefined) this.#pool.release(exchange.slot)
    if (this.#over) return
    this.#sendWaiting()
    if (this.#options.concurrency !== undefined) this.#startNextClosed()
  }

  /** Gives every request that still has none its fate, and ends. */
  #abandon(unsent: DropReason, inFlight: ErrorClass, message: string): void {
    if (this.#over) return
    this.#over = true
    const nowMs = this.now()
    for (let head = this.#waiting.shift(); head !== undefined; head = this.#waiting.shift())
      this.#drop(head, unsent, nowMs)
    for (let head = this.#sent.head; head !== undefined; head = this.#sent.head)
      this.#giveUp(head, inFlight, message, nowMs)
    // What is past its intended start, but was never seen to be due, was scheduled all the same: the tool came too late.
    for (const [phase, count] of this.#options.source.rest(nowMs)) this.#events.neverDue('generator', phase, count)
    this.#finish()
  }

  #endIfDone(): void {
    if (this.#over || !this.#exhausted || this.#waiting.size > 0 || this.#sent.size > 0) return
    this.#over = true
    this.#finish()
  }

  #halt(): void {
    this.#over = true
    this.#stopTicking?.()
    this.#wake.stop()
    this.#pool.destroy()
  }

  #finish(): void {
    this.#halt()
    const fault = this.#books.close()
    if (fault !== undefined) this.#events.broken(fault)
    this.#events.ended()
  }
}
