import type { ErrorClass } from '../model/error-class.ts'
import type { ConnectFailure } from './connections/failure.ts'
import { LoadUserCodeError } from '../model/errors.ts'
import type { DropReason } from '../model/figures.ts'
import type { Ms } from '../model/units.ts'
import type { Arrival, ArrivalSource, JourneyArrival } from './arrival-source.ts'
import { ClosedStarts } from './closed-starts.ts'
import { ConservationCheck } from './conservation-check.ts'
import { CheckTimer } from './check-timer.ts'
import { ConnectionPool } from './connections/pool.ts'
import type { Slot } from './connections/slot.ts'
import type { DispatchEvents, DispatchOptions } from './dispatch-options.ts'
import { Exchange, type ExchangeOwner } from './exchange.ts'
import { type Planned } from './journeys/active-journey.ts'
import { Fifo } from './fifo.ts'
import { Journeys } from './journeys/journeys.ts'
import { OpenStarts } from './open-starts.ts'
import type { StartOptions, Starts } from './starts.ts'
import type { Wake } from './wake/wake.ts'

/**
 * Maximum number of times that a request is sent again. A burst of requests on one connection may exceed the rest of
 * what the server serves on it, and so may the part that is sent again; a server that refuses everything must not
 * receive the same request forever.
 */
const MAX_RESENDS = 20
/** Arrivals of a stopped run that were due for longer than this count as late. */
const LATE_MS = 100
/** Time until a client of the closed model starts again after a request that could not be made. */
const FAILURE_PAUSE_MS = 10

/**
 * Executes the schedule: sends due requests, queues or drops those without a free connection, times out those without a
 * response, and gives every scheduled request exactly one outcome.
 *
 * The dispatcher starts each request at its intended time, because a stalled server must not slow down the schedule
 * that measures it. Every wake and every response sends all due requests, so the schedule does not drift, and any delay
 * is recorded as lag.
 */
export class Dispatcher<Request> implements ExchangeOwner<Request> {
  readonly pool: ConnectionPool<Request>
  readonly wake: Wake
  readonly #options: DispatchOptions<Request>
  readonly #events: DispatchEvents
  readonly #conservation = new ConservationCheck()
  readonly #waiting = new Fifo<Exchange<Request>>()
  readonly #sent = new Fifo<Exchange<Request>>()
  readonly #journeys: Journeys<Request>
  readonly #starts: Starts
  readonly #checks: CheckTimer
  /** No intended start that counts is later. */
  #lastArrivalMs: Ms
  #started = false
  #over = false
  #sending = false

  constructor(options: DispatchOptions<Request>, events: DispatchEvents) {
    this.#options = options
    this.#events = events
    this.#lastArrivalMs = options.lastArrivalMs
    const { clock, requestTimeoutMs, connectTimeout = { ms: requestTimeoutMs }, holdConnections = false } = options
    this.#checks = new CheckTimer({ clock, delays: options.delays, check: () => this.#check() })
    this.wake = options.makeWake(() => this.dispatchDue())
    this.pool = new ConnectionPool(
      { ...options.pool, clock, connectTimeout, exclusive: holdConnections },
      {
        onFree: () => this.#sendWaiting(),
        onConnectFailed: (failure) => this.#failWaiting(failure),
        onConnected: (connectMs) => events.connected(connectMs),
        waiting: () => this.#waiting.size,
        log: (text) => events.log(text),
      },
    )
    this.#journeys = new Journeys(
      { clock, holdConnections, events },
      {
        admit: (step, intendedMs, dueMs) => this.#admit(step, intendedMs, dueMs),
        dropUnseen: (step, intendedMs, dueMs) => this.#drop(this.#arrive(step, intendedMs, dueMs), 'generator', dueMs),
        release: (slot) => this.#release(slot),
        broken: (error) => this.#break(error),
      },
    )
    this.#starts = startsOf(options, this.wake, {
      start: (arrival, intendedMs, dueMs) => this.#dispatch(arrival, intendedMs, dueMs),
      broken: (error) => this.#break(error),
    })
  }

  now(): Ms {
    return this.#options.clock.now()
  }

  /** Opens the connections that are required before the first request; rejects if the target cannot be reached. */
  open(): Promise<void> {
    return this.pool.open()
  }

  /** Starts executing the schedule. */
  start(): void {
    this.#started = true
    this.#checks.start()
    this.#starts.begin()
    this.dispatchDue()
  }

  /** Continues after a payload that was 'later' has arrived. */
  payloadsCame(): void {
    if (!this.#started) return
    this.#starts.payloadsCame()
    this.dispatchDue()
  }

  /** Sends every request that is due. */
  dispatchDue(): void {
    if (!this.#started || this.#over) return
    this.#starts.startDue()
    this.#endIfDone()
  }

  /** Ends the schedule at `atMs`, earlier than planned. Requests that have started by then get their outcome as usual. */
  endAt(atMs: Ms): void {
    this.#lastArrivalMs = Math.min(atMs, this.#lastArrivalMs)
    this.#starts.endAt(atMs)
    this.dispatchDue()
  }

  /** Ends the run now: drops unsent requests and cancels those in flight. */
  stop(): void {
    this.#endNow('cancelled', 'the run was stopped')
  }

  /** Ends the run now because code of the user failed in this thread; `message` says how. */
  fail(message: string): void {
    this.#endNow('user-error', message)
  }

  #endNow(inFlight: ErrorClass, message: string): void {
    if (this.#over) return
    this.#abandon('stopped', inFlight, message)
    // A stopped run does not wait for connections to close gracefully.
    this.pool.destroy()
  }

  gap(exchange: Exchange<Request>, gapMs: Ms): void {
    this.#events.gap(exchange, gapMs)
  }

  finished(exchange: Exchange<Request>): void {
    this.#sent.remove(exchange)
    this.#settle(exchange)
    this.#leave(exchange)
    this.dispatchDue()
    this.#endIfDone()
  }

  resend(exchange: Exchange<Request>): boolean {
    const { slot } = exchange
    if (this.#over || slot === undefined || exchange.resends >= MAX_RESENDS || exchange.journey?.holds === true) {
      return false
    }
    exchange.resends++
    this.pool.countResent()
    this.#sent.remove(exchange)
    exchange.slot = undefined
    exchange.cancel = undefined
    exchange.sentMs = Number.NaN
    // First, because the other requests in the queue became due later.
    this.#waiting.unshift(exchange)
    this.#release(slot)
    return true
  }

  #dispatch(arrival: Arrival<Request> | JourneyArrival<Request>, intendedMs: Ms, dueMs: Ms): void {
    if ('journey' in arrival) this.#journeys.begin(arrival, intendedMs, dueMs)
    else this.#admit(arrival, intendedMs, dueMs)
  }

  #arrive(planned: Planned<Request>, intendedMs: Ms, dueMs: Ms): Exchange<Request> {
    const exchange = new Exchange(this, planned, intendedMs, dueMs)
    const inFlight = this.#sent.size + this.#waiting.size
    const { delays } = this.#options
    if (delays !== undefined) exchange.delaysBeforeMs = delays.before(dueMs, dueMs - intendedMs, inFlight)
    this.#checks.endRest()
    this.#conservation.arrived(intendedMs, dueMs)
    this.#events.arrived(exchange)
    return exchange
  }

  #admit(planned: Planned<Request>, intendedMs: Ms, dueMs: Ms): void {
    const exchange = this.#arrive(planned, intendedMs, dueMs)
    if (planned.failure !== undefined) return this.#failUnmade(exchange, planned.failure)
    if (dueMs - intendedMs > this.#options.requestTimeoutMs) return this.#drop(exchange, 'generator', dueMs)
    if (exchange.journey?.holds === true) return this.#sendHeld(exchange, exchange.journey.takeHeld())
    const slot = this.#waiting.size === 0 ? this.pool.take() : undefined
    if (slot !== undefined) return this.#send(exchange, slot)
    // In the closed model a request without a connection always waits: a client whose request was dropped would never
    // send another.
    const drops = this.#options.overflow === 'drop' && this.#options.concurrency === undefined
    if (drops && this.#waiting.size >= this.pool.prospects) return this.#drop(exchange, 'overflow', dueMs)
    this.#waiting.push(exchange)
    this.pool.ensure()
  }

  /** Fails a request that code of the user could not make. */
  #failUnmade(exchange: Exchange<Request>, failure: string): void {
    exchange.slot = exchange.journey?.takeHeld()
    exchange.fail('user-error', failure, this.now())
    this.#settle(exchange)
    if (exchange.slot !== undefined) this.#release(exchange.slot)
    if (this.#over) return
    if (this.#options.concurrency === undefined) return this.#goOnAfter(exchange)
    // Code that always throws would otherwise keep the thread busy.
    this.#options.clock.after(FAILURE_PAUSE_MS, () => {
      if (this.#over) return
      this.#goOnAfter(exchange)
      this.#endIfDone()
    })
  }

  /** Sends on the connection that the journey holds, and on no other. */
  #sendHeld(exchange: Exchange<Request>, slot: Slot<Request> | undefined): void {
    if (slot?.connection?.usable === true) return this.#send(exchange, slot)
    exchange.slot = slot
    exchange.fail('connection', 'the connection that the journey held was lost', this.now())
    this.#settle(exchange)
    this.#leave(exchange)
  }

  #send(exchange: Exchange<Request>, slot: Slot<Request>): void {
    exchange.slot = slot
    this.#sent.push(exchange)
    if (this.#options.traceIds !== undefined && exchange.resends === 0) exchange.giveContext(this.#options.traceIds)
    exchange.sentMs = this.now()
    exchange.cancel = slot.connection?.exchange(exchange, exchange)
  }

  #release(slot: Slot<Request>): void {
    // A short-lived connection would close. The last one listens instead: a message that arrives now answers no
    // request.
    if (this.#options.staysOpen === true && this.#isDone) return
    this.pool.release(slot)
    if (!this.#over) this.#sendWaiting()
  }

  #sendWaiting(): void {
    // A protocol may respond before `exchange` returns. The loop below then continues, which avoids recursion.
    if (this.#sending) return
    this.#sending = true
    while (this.#waiting.size > 0) {
      const slot = this.pool.take()
      if (slot === undefined) {
        this.pool.ensure()
        break
      }
      const exchange = this.#waiting.shift()
      if (exchange !== undefined) this.#send(exchange, slot)
    }
    this.#sending = false
  }

  /** Fails the request that waited longest after a connection attempt failed: the attempt was made for that request. */
  #failWaiting({ errorClass, message, excerpt }: ConnectFailure): void {
    const exchange = this.#waiting.shift()
    if (exchange === undefined) return
    exchange.fail(errorClass, message, this.now(), excerpt)
    this.#settle(exchange)
    this.#goOnAfter(exchange)
    this.#endIfDone()
  }

  #drop(exchange: Exchange<Request>, reason: DropReason, atMs: Ms): void {
    exchange.drop(reason, atMs)
    this.#settle(exchange)
    this.#goOnAfter(exchange)
  }

  #settle(exchange: Exchange<Request>): void {
    this.#conservation.finished(exchange.intendedMs, exchange.doneMs)
    const { delays } = this.#options
    if (delays !== undefined) exchange.delayMs = delays.until(exchange.doneMs) - exchange.delaysBeforeMs
    this.#events.settled(exchange)
    if (exchange.journey !== undefined) this.#journeys.settled(exchange, exchange.journey)
  }

  /** Releases the connection of a finished exchange and lets other requests continue. */
  #leave(exchange: Exchange<Request>): void {
    if (exchange.slot !== undefined) this.#release(exchange.slot)
    if (!this.#over) this.#goOnAfter(exchange)
  }

  /**
   * Starts what waited for this exchange to finish: the next step of its journey, or the next request of its client.
   */
  #goOnAfter({ journey }: Exchange<Request>): void {
    if (journey !== undefined) this.#journeys.startReady()
    if (journey?.over !== false) this.#starts.ended()
  }

  /** Ends what is late, and returns the time until something else is. */
  #check(): Ms | undefined {
    this.#endLate(this.now())
    if (this.#over) return undefined
    const nowMs = this.now()
    if (this.#canRest(nowMs)) return Number.POSITIVE_INFINITY
    const sinceMs = Math.min(
      this.#sent.head?.sentMs ?? Number.POSITIVE_INFINITY,
      this.#waiting.head?.intendedMs ?? Number.POSITIVE_INFINITY,
      Math.max(this.#lastArrivalMs, this.#journeys.latestMs),
    )
    return sinceMs + this.#options.requestTimeoutMs - nowMs
  }

  /** Whether nothing can be late until the next arrival. */
  #canRest(nowMs: Ms): boolean {
    const { concurrency, mayRest = false } = this.#options
    if (!mayRest || concurrency !== undefined || nowMs >= this.#lastArrivalMs) return false
    return this.#sent.size + this.#waiting.size + this.#journeys.size === 0 && !this.pool.isConnecting
  }

  /** Ends what has timed out, and sends what is due. */
  #endLate(nowMs: Ms): void {
    const { requestTimeoutMs } = this.#options
    const late = (sinceMs: Ms): boolean => nowMs - sinceMs >= requestTimeoutMs
    for (let head = this.#sent.head; head !== undefined && late(head.sentMs); head = this.#sent.head) {
      this.#giveUp(head, 'timeout', `no answer within ${requestTimeoutMs / 1_000} s`, nowMs)
    }
    for (let head = this.#waiting.head; head !== undefined && late(head.intendedMs); head = this.#waiting.head) {
      // If the pool was connecting for this request, the target failed to respond in time.
      if (this.pool.giveUpOldestConnecting()) {
        this.#failWaiting({ errorClass: 'timeout', message: `no connection within ${requestTimeoutMs / 1_000} s` })
      } else {
        this.#waiting.remove(head)
        this.#drop(head, 'pool-wait', nowMs)
      }
    }
    this.pool.expire(nowMs)
    this.dispatchDue()
    // A journey that still executes steps, or thinks before the next one, is not late.
    if (late(Math.max(this.#lastArrivalMs, this.#journeys.latestMs))) {
      const last = this.#journeys.latestMs > this.#lastArrivalMs ? 'step' : 'arrival'
      this.#abandon('pool-wait', 'timeout', `unfinished ${requestTimeoutMs / 1_000} s after the last ${last}`)
    }
    this.#endIfDone()
  }

  /** Ends a sent exchange that has no response. */
  #giveUp(exchange: Exchange<Request>, errorClass: ErrorClass, message: string, nowMs: Ms): void {
    exchange.fail(errorClass, message, nowMs)
    this.#sent.remove(exchange)
    exchange.count(exchange.cancel?.())
    this.#settle(exchange)
    this.#leave(exchange)
  }

  /** Gives every unfinished request an outcome and ends the run. */
  #abandon(unsent: DropReason, inFlight: ErrorClass, message: string): void {
    if (this.#over) return
    this.#over = true
    this.#starts.stop()
    const nowMs = this.now()
    for (let head = this.#waiting.shift(); head !== undefined; head = this.#waiting.shift())
      this.#drop(head, unsent, nowMs)
    for (let head = this.#sent.head; head !== undefined; head = this.#sent.head)
      this.#giveUp(head, inFlight, message, nowMs)
    this.#journeys.cutOff(nowMs, inFlight === 'user-error' ? message : undefined)
    dropUndispatched(this.#options.source, nowMs, this.#lastArrivalMs, unsent === 'stopped', this.#events)
    this.#finish()
  }

  /** Whether no request is left, neither scheduled nor waiting nor in flight. */
  get #isDone(): boolean {
    return this.#starts.exhausted && this.#waiting.size === 0 && this.#sent.size === 0 && this.#journeys.size === 0
  }

  #endIfDone(): void {
    if (this.#over || !this.#isDone) return
    this.#over = true
    this.#finish()
  }

  #break(error: unknown): void {
    if (this.#over) return
    // The receiver calls `fail`, which gives every request an outcome.
    if (error instanceof LoadUserCodeError) return this.#events.broken(error)
    this.#halt()
    this.pool.destroy()
    this.#events.broken(error)
  }

  #halt(): void {
    this.#over = true
    this.#starts.stop()
    this.#journeys.halt()
    this.#checks.stop()
    this.wake.stop()
  }

  #finish(): void {
    this.#halt()
    const error = this.#conservation.close() ?? this.#journeys.close()
    if (error !== undefined) this.#events.broken(error)
    if (this.#options.staysOpen !== true) void this.pool.end()
    this.#events.ended()
  }
}

/** Returns the closed model if `concurrency` is set, otherwise the open model. */
function startsOf<Request>(
  { clock, source, concurrency, startGapMs = 0, lastArrivalMs }: DispatchOptions<Request>,
  wake: Wake,
  engine: Pick<StartOptions<Request>, 'start' | 'broken'>,
): Starts {
  const options = { ...engine, source, now: () => clock.now() }
  if (concurrency === undefined) return new OpenStarts(options, wake)
  return new ClosedStarts({ ...options, concurrency, lastArrivalMs, startGapMs }, wake)
}

/**
 * Counts as dropped the arrivals that were due when a run ended but that the dispatcher never detected. The reason is
 * `generator`, because the generator was too late. In a `stopped` run, arrivals that became due less than `LATE_MS`
 * before the stop have the reason `stopped`, which blames neither side. Arrivals after `lastMs` do not count.
 */
function dropUndispatched(
  source: ArrivalSource<unknown>,
  nowMs: Ms,
  lastMs: Ms,
  stopped: boolean,
  events: Pick<DispatchEvents, 'undispatched'>,
): void {
  const lateMs = stopped ? LATE_MS : 0
  for (const [phase, count] of source.rest(Math.min(nowMs - lateMs, lastMs)))
    events.undispatched('generator', phase, count)
  for (const [phase, count] of source.rest(Math.min(nowMs, lastMs))) events.undispatched('stopped', phase, count)
}
