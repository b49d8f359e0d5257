import type { Random } from '../../model/pattern.ts'
import type { ConnectionKind } from '../../model/plan.ts'
import type { Connection, ErrorClass, ReconnectOptions } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'
import type { Clock } from '../clock.ts'

export interface PoolOptions<Request> {
  readonly kind: ConnectionKind
  readonly maxConnections: number
  readonly reconnect: ReconnectOptions
  /** How long connecting may take. */
  readonly connectTimeoutMs: Ms
  readonly clock: Clock
  readonly random: Random
  /** A connection carries one exchange at a time, however many it could. */
  readonly exclusive: boolean
  /**
   * How many pooled connections to open before the first request; absent: one. `connectMs` is the time that the first
   * connection took to open, `maxInFlight` the number of requests that it carries at once.
   */
  needed?(connectMs: Ms, maxInFlight: number): number
  connect(signal: AbortSignal): Promise<Connection<Request>>
  /**
   * Waits for what the target may send on a new connection before any request. Also called for a connection that only
   * tests whether the target can be reached. Its time is not part of connecting.
   */
  listen?(connection: Connection<Request>): Promise<void>
  /**
   * Makes a connection ready for its first request, once it stands: its time is not part of connecting, but it may take
   * as long. Gives the connection to use; a rejection counts as one of `connect`.
   */
  prepare?(connection: Connection<Request>, signal: AbortSignal): Promise<Connection<Request>>
}

export interface PoolCounts {
  /** Connections at most. */
  readonly size: number
  readonly opened: number
  readonly closed: number
  readonly reconnects: number
  readonly failed: number
  /** Those that failed with an error, by its class; attempts that were given up are in none. */
  readonly failedByClass: Readonly<Partial<Record<ErrorClass, number>>>
  readonly peakInUse: number
  /** For how long no connection was free and none could be opened. */
  readonly fullMs: Ms
}

export interface PoolEvents {
  /** A connection can take a request: the caller sends the one that waits longest, if there is one. */
  onFree(): void
  /** A connection could not be made. Where a request waited for it, the caller fails that one. */
  onConnectFailed(errorClass: ErrorClass, message: string): void
  onConnected(connectMs: Ms): void
  /** How many requests wait; connections are opened for them. */
  waiting(): number
  log(text: string): void
}
