import type { TrialReason } from './trial-reason.ts'
import type { UnknownValue } from './unknown-value.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'
import type { Leaning, VerdictValue } from './verdict.ts'

/** One protocol compared with the others, all doing the same work. */
export interface RankedProtocol {
  readonly protocol: string
  /** Whether it held the service level at the common rate. */
  readonly verdict: VerdictValue
  /** Of an inconclusive verdict only. */
  readonly leaning?: Leaning
  /** Why the verdict is not a pass. Absent in older results. */
  readonly reasons?: readonly TrialReason[]
  /** Successes per second with `clients` requests always in flight. */
  readonly throughputRps: Rps
  /** Number of clients that slowed the target, or the maximum allowed. */
  readonly clients: Count
  /** Highest tried rate that held the service level; null when none did. */
  readonly maxRps: Rps | null
  /** The generator reached its limit before the target: `maxRps` is a lower bound. */
  readonly maxIsBound: boolean
  readonly p50Ms: Ms | null
  readonly p95Ms: Ms | null
  readonly p99Ms: Ms | null
  /** Share of successes while connections were being cut. */
  readonly successRate: Ratio
  /** Longest time from a cut to the next success; null when nothing was cut or nothing reconnected. */
  readonly reconnectMs: Ms | null
  /** Requests lost to the cuts. */
  readonly lost: Count
  /** CPU time of the target per request; null when it was not monitored. */
  readonly cpuUsPerRequest: number | null
  /** Reason for its place in the ranking. */
  readonly why: string
  /** Each value that the report shows as "-", with the reason. Absent in older results. */
  readonly unknown?: readonly UnknownValue[]
}

/** Conclusions of the protocols suite; the first of `ranking` is the best. */
export interface ProtocolsFindings {
  readonly slo: { readonly p99Ms: Ms; readonly errorRate: Ratio }
  readonly rate: Rps
  /** Number of requests in flight, and of connections, at the start. */
  readonly clients: Count
  readonly ranking: readonly RankedProtocol[]
  /** Null where no protocol is clearly better. */
  readonly bestFor: {
    readonly lowLatency: string | null
    readonly throughput: string | null
    readonly reliability: string | null
    readonly streaming: string | null
    readonly rpc: string | null
  }
  readonly skipped: readonly { readonly protocol: string; readonly why: string }[]
}
