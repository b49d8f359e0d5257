import type { Cancel, Connection, ExchangeEvents, Outcome, Outgoing } from '../model/protocol.ts'
import type { Ms } from '../model/units.ts'

/** The target's response to one request. */
export interface Answer {
  /** Undefined if the target never responds. */
  readonly afterMs: Ms | undefined
  readonly errorClass?: 'http-5xx' | 'connection'
  /** The target did not process the request. Only with an `errorClass`. */
  readonly unprocessed?: boolean
  /** Calls `onDone` a second time. */
  readonly twice?: boolean
  /** This response ends the connection: `close` gracefully, `lose` with every exchange on it. */
  readonly ends?: 'close' | 'lose'
}

/** Behaviour of a target on the test's virtual clock. Without these options it responds quickly and without errors. */
export interface Behaviour {
  /**
   * Returns the time until the connection is open, an error to refuse it, or undefined to let it hang. `attempt` starts
   * at 0.
   */
  connect?(attempt: number, atMs: Ms): Ms | Error | undefined
  answer?(request: { readonly requestId: number; readonly atMs: Ms; readonly connection: number }): Answer
  readonly maxInFlight?: number
  /** Connecting continues after the engine abandoned it. */
  readonly ignoresAbort?: boolean
}

/** An in-memory server with its connections; a test controls how they open, respond and fail. */
export class VirtualTarget {
  readonly #behaviour: Behaviour
  readonly #now: () => Ms
  readonly open: Set<VirtualConnection> = new Set()
  /** Time of each connection attempt. */
  readonly attemptsMs: Ms[] = []
  /** Ids of the requests sent on each connection. */
  readonly carried: number[][] = []
  peakOpen = 0
  inFlight = 0
  peakInFlight = 0

  constructor(behaviour: Behaviour, now: () => Ms) {
    this.#behaviour = behaviour
    this.#now = now
  }

  readonly connect = async (signal: AbortSignal): Promise<Connection<string>> => {
    const attempt = this.attemptsMs.length
    this.attemptsMs.push(this.#now())
    const outcome = this.#behaviour.connect ? this.#behaviour.connect(attempt, this.#now()) : 0
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (this.#behaviour.ignoresAbort !== true) signal.addEventListener('abort', () => reject(new Error('aborted')))
    if (outcome instanceof Error) setTimeout(() => reject(outcome), 1)
    else if (outcome === 0) resolve()
    else if (outcome !== undefined) setTimeout(resolve, outcome)
    await promise
    const connection = new VirtualConnection(this, this.carried.length, this.#behaviour, this.#now)
    this.carried.push([])
    this.open.add(connection)
    this.peakOpen = Math.max(this.peakOpen, this.open.size)
    return connection
  }

  /** Closes connections gracefully that have carried no request yet. */
  closeUnused(): void {
    for (const connection of this.open) if (connection.unused) void connection.close()
  }

  /** Loses every connection, as when the server dies. */
  die(): void {
    for (const connection of this.open) connection.lose()
  }
}

class VirtualConnection implements Connection<string> {
  readonly maxInFlight: number
  readonly version = 'virtual/1'
  readonly closed: Promise<Error | undefined>
  usable = true
  readonly #target: VirtualTarget
  readonly #number: number
  readonly #behaviour: Behaviour
  readonly #now: () => Ms
  readonly #close: (reason: Error | undefined) => void
  readonly #underWay = new Map<ExchangeEvents, NodeJS.Timeout | undefined>()

  constructor(target: VirtualTarget, number: number, behaviour: Behaviour, now: () => Ms) {
    this.#target = target
    this.#number = number
    this.#behaviour = behaviour
    this.#now = now
    this.maxInFlight = behaviour.maxInFlight ?? 1
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    this.closed = promise
    this.#close = resolve
  }

  exchange({ requestId }: Outgoing<string>, events: ExchangeEvents): Cancel {
    if (!this.usable) throw new Error('the engine sent on a connection that accepts no more requests')
    if (this.#underWay.size >= this.maxInFlight) throw new Error(`more than ${this.maxInFlight} in flight`)
    this.#target.carried[this.#number]?.push(requestId)
    this.#target.peakInFlight = Math.max(this.#target.peakInFlight, ++this.#target.inFlight)
    const given = { requestId, atMs: this.#now(), connection: this.#number }
    const answer = this.#behaviour.answer?.(given) ?? { afterMs: 1 }
    this.#underWay.set(events, undefined)
    if (answer.afterMs === 0) this.#answer(requestId, events, answer)
    else if (answer.afterMs !== undefined) {
      this.#underWay.set(
        events,
        setTimeout(() => this.#answer(requestId, events, answer), answer.afterMs),
      )
    }
    return () => {
      this.#cancel(events)
      return { bytesSent: 3, bytesReceived: 0 }
    }
  }

  get unused(): boolean {
    return this.#target.carried[this.#number]?.length === 0
  }

  async close(): Promise<void> {
    this.usable = false
    this.#endIfIdle(undefined)
    await this.closed
  }

  destroy(): void {
    this.#end(undefined)
  }

  lose(): void {
    this.usable = false
    const error = new Error('reset by peer')
    for (const events of this.#underWay.keys()) {
      this.#finish(events, {
        ok: false,
        bytesSent: 1,
        bytesReceived: 0,
        errorClass: 'connection',
        message: error.message,
      })
    }
    this.#end(error)
  }

  #answer(requestId: number, events: ExchangeEvents, { errorClass, unprocessed = false, twice, ends }: Answer): void {
    if (ends === 'lose') return this.lose()
    if (ends === 'close') this.usable = false
    const outcome: Outcome =
      errorClass === undefined
        ? { ok: true, bytesSent: 1, bytesReceived: 2, answer: { text: `answer to ${requestId}` } }
        : { ok: false, bytesSent: 1, bytesReceived: 2, errorClass, unprocessed, message: `it was ${errorClass}` }
    this.#finish(events, outcome)
    if (twice === true) events.onDone(outcome)
    if (!this.usable) this.#endIfIdle(undefined)
  }

  #finish(events: ExchangeEvents, outcome: Outcome): void {
    if (!this.#underWay.has(events)) return
    this.#forget(events)
    events.onDone(outcome)
  }

  /**
   * Cancelling closes a connection with one exchange at a time, as HTTP/1.1 does; one with several streams stays open.
   */
  #cancel(events: ExchangeEvents): void {
    if (!this.#underWay.has(events)) throw new Error('the engine cancelled a finished exchange')
    this.#forget(events)
    if (this.maxInFlight === 1) this.#end(undefined)
  }

  #forget(events: ExchangeEvents): void {
    clearTimeout(this.#underWay.get(events))
    this.#underWay.delete(events)
    this.#target.inFlight--
  }

  #endIfIdle(reason: Error | undefined): void {
    if (this.#underWay.size === 0) this.#end(reason)
  }

  #end(reason: Error | undefined): void {
    this.usable = false
    this.#target.open.delete(this)
    for (const timer of this.#underWay.values()) clearTimeout(timer)
    this.#close(reason)
  }
}
