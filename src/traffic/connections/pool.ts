import type { Connection } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'
import { within } from '../../model/within.ts'
import { Attempts } from './attempts.ts'
import { backoffMs } from './backoff.ts'
import { type ConnectFailure, connectFailure } from './failure.ts'
import { MORE_CONNECTIONS_MS } from './needed-connections.ts'
import { Occupancy } from './occupancy.ts'
import type { PoolCounts, PoolEvents, PoolOptions } from './pool-options.ts'
import { type Attempt, Slot } from './slot.ts'
import { ConnectionTally } from './tally.ts'

/**
 * Connections to one target. `long-lived` ones are all opened before the run and reopened when lost. `pooled` ones are
 * opened when requests wait, and kept. `short-lived` ones carry one request each.
 */
export class ConnectionPool<Request> {
  readonly #options: PoolOptions<Request>
  readonly #events: PoolEvents
  readonly #slots: Slot<Request>[]
  /** Slots with room; the most recently used is last. The pool reuses it first, so that idle connections stay idle. */
  readonly #free: Slot<Request>[] = []
  readonly #empty: Slot<Request>[]
  readonly #occupancy: Occupancy
  readonly #attempts: Attempts<Request>
  /** The current attempt only tests whether the target can be reached; its connection carries no request. */
  #probing = false
  /** Number of slots that wait before they retry. */
  #retrying = 0
  #stopped = false
  #version: string | undefined
  #firstConnectMs: Ms | undefined
  /** Number of requests that a connection carries at once, as far as known. */
  #bears = 1
  readonly #tally = new ConnectionTally()

  constructor(options: PoolOptions<Request>, events: PoolEvents) {
    this.#options = options
    this.#events = events
    this.#occupancy = new Occupancy(options.clock)
    this.#attempts = new Attempts(options.clock, options.connectTimeout.ms)
    this.#slots = Array.from({ length: options.maxConnections }, () => new Slot<Request>())
    this.#empty = [...this.#slots].reverse()
  }

  /** The protocol version that the first connection negotiated. */
  get version(): string | undefined {
    return this.#version
  }

  counts(): PoolCounts {
    return {
      size: this.size,
      opened: this.#tally.opened,
      closed: this.#tally.closed,
      reconnects: this.#tally.reconnects,
      resent: this.#tally.resent,
      failed: this.#tally.failed + this.#attempts.givenUp,
      failedByClass: { ...this.#tally.failedByClass },
      peakInUse: this.#occupancy.peakInUse,
      fullMs: this.#occupancy.fullMs,
    }
  }

  /** Counts a request that is sent again. */
  countResent(): void {
    this.#tally.resent++
  }

  /** Adjusts to a clock whose origin moved: its times are now `byMs` later. */
  shiftClock(byMs: Ms): void {
    this.#attempts.shiftClock(byMs)
  }

  /** Resets the statistics at the start of the measured part; the connections stay open. */
  startMeasuring(): void {
    this.#occupancy.startMeasuring()
  }

  /**
   * Opens the connections for the first requests: every long-lived one, as many pooled ones as the traffic needs, or
   * else one to test whether the target can be reached. Rejects with the reason if none could be opened.
   */
  async open(): Promise<void> {
    const { kind, needed } = this.#options
    this.#probing = kind === 'short-lived'
    await this.#openUpTo(kind === 'long-lived' ? this.#slots.length : 1)
    if (this.#probing) this.#discardIdle()
    this.#probing = false
    if (kind !== 'pooled' || needed === undefined) return
    // The target accepts connections. If a further one takes long, a request waits for it, but the start of the run
    // does not.
    const rest = { wanted: true }
    await within(MORE_CONNECTIONS_MS, this.#openUpTo(needed(this.#firstConnectMs ?? 0, this.#bears), rest))
    rest.wanted = false
  }

  /** Rejects with the reason if no connection is open afterwards. Stops once `rest.wanted` is false. */
  async #openUpTo(count: number, rest: { readonly wanted: boolean } = { wanted: true }): Promise<void> {
    // Opens 64 at a time: hundreds of simultaneous handshakes would overflow the target's accept queue.
    for (let opened = this.#tally.opened; opened < count && rest.wanted && !this.#stopped; opened += 64) {
      const slots = this.#empty.splice(-Math.min(64, count - opened))
      const reasons = await Promise.all(slots.map((slot) => this.#connect(slot)))
      if (this.#tally.opened === 0) throw reasons[0]
    }
  }

  /** Takes a slot that can carry a request now; the caller must send on it immediately. */
  take(): Slot<Request> | undefined {
    for (;;) {
      const slot = this.#options.kind === 'long-lived' ? this.#free.shift() : this.#free.pop()
      if (slot === undefined) return undefined
      const { connection } = slot
      if (connection === undefined || !connection.usable || slot.inUse >= this.#roomOn(connection)) continue
      slot.inUse++
      slot.carried = true
      if (slot.inUse === 1) this.#occupancy.busy(1)
      if (slot.inUse < this.#roomOn(connection) && this.#options.kind !== 'short-lived') this.#free.push(slot)
      this.#watchRoom()
      return slot
    }
  }

  /** Releases a taken slot after its exchange has ended. */
  release(slot: Slot<Request>): void {
    slot.inUse--
    if (slot.inUse === 0) this.#occupancy.busy(-1)
    const { connection } = slot
    if (connection === undefined || !connection.usable) return
    if (this.#options.kind === 'short-lived') void connection.close()
    else if (slot.inUse === this.#roomOn(connection) - 1) this.#free.push(slot)
    this.#watchRoom()
  }

  get size(): number {
    return this.#slots.length
  }

  /** Whether an attempt to connect is in progress, which `expire` must end if it takes too long. */
  get isConnecting(): boolean {
    return this.#attempts.size > 0
  }

  /** Number of requests that connections in progress, or still possible, could carry. */
  get prospects(): number {
    return (this.#attempts.size + (this.#options.kind === 'long-lived' ? 0 : this.#empty.length)) * this.#bears
  }

  /** Opens connections for the waiting requests, up to the maximum. */
  ensure(): void {
    if (this.#stopped || this.#options.kind === 'long-lived') return
    // A slot that waits to retry will serve one of these requests; otherwise one request would try every slot at once.
    while ((this.#attempts.size + this.#retrying) * this.#bears < this.#events.waiting()) {
      const slot = this.#empty.pop()
      if (slot === undefined) break
      void this.#connect(slot)
    }
    this.#watchRoom()
  }

  /** Abandons the oldest attempt; returns false if no attempt has taken long. */
  giveUpOldestConnecting(): boolean {
    return this.#attempts.giveUpOldest()
  }

  /** Abandons attempts that exceeded the timeout. The engine's single timer calls this, so attempts need no timers. */
  expire(nowMs: Ms): void {
    const { ms, key } = this.#options.connectTimeout
    const message = `no connection within ${ms / 1_000} s${key === undefined ? '' : ` (${key})`}`
    for (let late = this.#attempts.giveUpLate(nowMs); late > 0; late--)
      this.#attemptFailed({ errorClass: 'timeout', message })
  }

  destroy(): void {
    this.#stop()
    for (const { connection } of this.#slots) connection?.destroy()
  }

  /**
   * Closes every connection gracefully: sessions are deleted, and processes exit by themselves. Resolves when all have
   * ended.
   */
  async end(): Promise<void> {
    this.#stop()
    const open = this.#slots.map(({ connection }) => connection).filter((connection) => connection !== undefined)
    await Promise.allSettled(open.map((connection) => connection.close()))
  }

  #stop(): void {
    this.#stopped = true
    for (const { cancelRetry, connecting } of this.#slots) {
      cancelRetry?.()
      connecting?.abort.abort()
    }
  }

  /** Resolves with the reason if the attempt failed, otherwise with undefined. */
  async #connect(slot: Slot<Request>): Promise<unknown> {
    const { clock } = this.#options
    const attempt = this.#attempts.begin(slot)
    let connection: Connection<Request> | undefined
    let connectMs: Ms
    try {
      connection = await this.#options.connect(attempt.abort.signal)
      connectMs = clock.now() - attempt.sinceMs
      if (!this.#stopped && !attempt.gaveUp) connection = await this.#prepare(connection, slot, attempt)
      if (this.#stopped || attempt.gaveUp) throw new Error('abandoned')
    } catch (error) {
      connection?.destroy()
      this.#attempts.end(slot)
      if (this.#stopped) return error
      slot.failures++
      this.#retryLater(slot)
      if (!attempt.gaveUp) {
        const failure = connectFailure(error)
        this.#tally.fail(failure.errorClass)
        this.#attemptFailed(failure)
      }
      this.ensure()
      return error
    }
    // Outside the `try`: an error thrown while sending a waiting request is not a failed attempt.
    this.#connected(slot, connection, connectMs)
    return undefined
  }

  async #prepare(connection: Connection<Request>, slot: Slot<Request>, attempt: Attempt): Promise<Connection<Request>> {
    if (this.#options.listen !== undefined) {
      this.#attempts.renew(slot, attempt)
      await this.#options.listen(connection, attempt.abort.signal)
    }
    // A test of whether the target can be reached sends nothing.
    if (this.#options.prepare === undefined || this.#probing || this.#stopped || attempt.gaveUp) return connection
    this.#attempts.renew(slot, attempt)
    return this.#options.prepare(connection, attempt.abort.signal)
  }

  #attemptFailed(failure: ConnectFailure): void {
    this.#events.log(`connecting failed (${failure.errorClass}): ${failure.message}`)
    // If other connections are open, one of them can still carry the waiting request.
    if (this.#options.kind === 'short-lived' || this.#tally.opened === this.#tally.closed) {
      this.#events.onConnectFailed(failure)
    }
  }

  #connected(slot: Slot<Request>, connection: Connection<Request>, connectMs: Ms): void {
    this.#attempts.end(slot)
    this.#tally.open()
    slot.carried = false
    slot.connection = connection
    this.#version ??= connection.version
    this.#firstConnectMs ??= connectMs
    if (this.#options.kind !== 'short-lived') this.#bears = this.#roomOn(connection)
    void connection.closed.then((reason) => this.#closedBy(slot, connection, reason))
    this.#free.push(slot)
    this.#watchRoom()
    if (!this.#probing) this.#events.onConnected(connectMs)
    this.#events.onFree()
  }

  #closedBy(slot: Slot<Request>, connection: Connection<Request>, reason: Error | undefined): void {
    if (slot.connection !== connection) return
    this.#tally.close(this.#options.kind !== 'short-lived')
    slot.connection = undefined
    slot.onLost?.()
    slot.onLost = undefined
    const place = this.#free.indexOf(slot)
    if (place >= 0) this.#free.splice(place, 1)
    if (this.#stopped) return
    if (slot.carried) slot.failures = 0
    if (this.#options.kind === 'short-lived' || (reason === undefined && slot.carried)) this.#vacate(slot)
    else {
      // The loss counts as the first failure, so the wait doubles already after the first failed attempt.
      slot.failures++
      this.#retryLater(slot)
    }
  }

  /** Makes the slot available again immediately. */
  #vacate(slot: Slot<Request>): void {
    if (this.#options.kind === 'long-lived') void this.#connect(slot)
    else {
      this.#empty.push(slot)
      this.ensure()
    }
    this.#watchRoom()
  }

  #retryLater(slot: Slot<Request>): void {
    // A short-lived connection belongs to a new client, which does not wait because another client failed.
    if (this.#options.kind === 'short-lived') {
      this.#empty.push(slot)
      this.#watchRoom()
      return
    }
    const waitMs = backoffMs(slot.failures, this.#options.reconnect, this.#options.random)
    if (waitMs === Number.POSITIVE_INFINITY) return
    this.#retrying++
    slot.cancelRetry = this.#options.clock.after(waitMs, () => {
      this.#retrying--
      this.#vacate(slot)
    })
  }

  /** Returns how many exchanges the connection may carry at once. */
  #roomOn(connection: Connection<Request>): number {
    return this.#options.exclusive ? 1 : connection.maxInFlight
  }

  /** The pool is full while every slot is taken, so that a request that arrives now must wait for another one. */
  #watchRoom(): void {
    this.#occupancy.full(this.#free.length === 0 && this.#empty.length === 0)
  }

  #discardIdle(): void {
    for (const slot of this.#free.splice(0)) {
      void slot.connection?.close()
      slot.connection = undefined
      this.#tally.opened--
      this.#empty.push(slot)
    }
  }
}
