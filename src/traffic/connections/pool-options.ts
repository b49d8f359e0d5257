import type { Random } from '../../model/pattern.ts'
import type { ConnectionKind } from '../../model/plan.ts'
import type { Connection, ReconnectOptions } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { ConnectFailure } from './failure.ts'
import type { Ms } from '../../model/units.ts'
import type { Clock } from '../clock.ts'

export interface PoolOptions<Request> {
  readonly kind: ConnectionKind
  readonly maxConnections: number
  readonly reconnect: ReconnectOptions
  /** Maximum time to connect; `key` of the plan for messages, if it has its own. */
  readonly connectTimeout: { readonly ms: Ms; readonly key?: string }
  readonly clock: Clock
  readonly random: Random
  /** A connection carries one exchange at a time, even if it could carry more. */
  readonly exclusive: boolean
  /**
   * Returns how many pooled connections to open before the first request; default: one. `connectMs` is the time that
   * the first connection took to open, `maxInFlight` the number of requests that it carries at once.
   */
  needed?(connectMs: Ms, maxInFlight: number): number
  connect(signal: AbortSignal): Promise<Connection<Request>>
  /**
   * Waits for messages that the target may send on a new connection before any request. Also called for a connection
   * that only tests whether the target can be reached. The wait does not count as connect time.
   */
  listen?(connection: Connection<Request>, signal: AbortSignal): Promise<void>
  /**
   * Prepares an open connection for its first request, and returns the connection to use. The preparation does not
   * count as connect time, but has the same timeout. A rejection is handled like a rejection of `connect`.
   */
  prepare?(connection: Connection<Request>, signal: AbortSignal): Promise<Connection<Request>>
}

export interface PoolCounts {
  /** Maximum number of connections. */
  readonly size: number
  readonly opened: number
  readonly closed: number
  readonly reconnects: number
  /** Number of times that a request was sent again. */
  readonly resent: number
  readonly failed: number
  /** Attempts that failed with an error, by error class; abandoned attempts are in no class. */
  readonly failedByClass: Readonly<Partial<Record<ErrorClass, number>>>
  readonly peakInUse: number
  /** Time during which no connection was free and none could be opened. */
  readonly fullMs: Ms
}

export interface PoolEvents {
  /** A connection can take a request: the caller sends the request that waits longest, if any. */
  onFree(): void
  /** A connection attempt failed. If a request waited for it, the caller fails that request. */
  onConnectFailed(failure: ConnectFailure): void
  onConnected(connectMs: Ms): void
  /** Returns the number of waiting requests; the pool opens connections for them. */
  waiting(): number
  log(text: string): void
}
