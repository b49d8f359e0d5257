import type { Ms } from '../../model/units.ts'
import { realTime } from '../../model/real-time.ts'

/** A connection that was idle for less than this was not closed because it was idle. */
const IDLE_MS: Ms = 250
/** Delay of the server and of this process, in addition to the round trip. */
const DELAY_MS: Ms = 20

/** Methods that a client may send again by itself, because doing so has no other effect (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/**
 * How long a connection was idle before its current request. Servers close idle connections. A request that is on its
 * way at that moment never reaches the server, although the connection accepted it (RFC 9112, 9.5).
 */
export class IdleTime {
  /** Time to connect, at least one round trip. */
  readonly #connectMs: Ms
  #answeredMs: Ms = Number.NaN
  #sentMs: Ms = Number.NaN
  /** NaN for the first request of a connection. */
  #idleMs: Ms = Number.NaN

  constructor(connectMs: Ms) {
    this.#connectMs = connectMs
  }

  /** Records that a request is sent. */
  sends(): void {
    this.#sentMs = realTime.now()
    this.#idleMs = this.#sentMs - this.#answeredMs
  }

  /** Records that a response is complete. */
  answered(): void {
    this.#answeredMs = realTime.now()
  }

  /** Time since the last response. */
  get sinceMs(): Ms {
    return realTime.now() - this.#answeredMs
  }

  /** Describes the idle time in the message about a lost connection. */
  get note(): string {
    return this.#idleMs >= IDLE_MS ? `, after it had been idle for ${(this.#idleMs / 1_000).toFixed(1)} s` : ''
  }

  /**
   * Whether a server that now ends its side of the connection, without a response, probably did so before the request
   * arrived: the connection had been idle, and its end arrives within the time of one round trip after the request.
   */
  crossed(method: string): boolean {
    const sinceSentMs = realTime.now() - this.#sentMs
    return IDEMPOTENT.has(method) && this.#idleMs >= IDLE_MS && sinceSentMs <= this.#connectMs + DELAY_MS
  }
}
