import type { ProtocolName } from './plan.ts'
import type { UnknownValue } from './unknown-value.ts'
import type { Ms, Ratio, Rps } from './units.ts'
import type { VerdictValue } from './verdict.ts'

/** One protocol beside the others, all doing the same work. */
export interface RankedProtocol {
  readonly protocol: ProtocolName
  /** Whether it held the service level at the common rate. */
  readonly verdict: VerdictValue
  /** Successes per second with `clients` requests under way, always. */
  readonly throughputRps: Rps
  /** As many as it took to slow the target, or as there may be. */
  readonly clients: number
  /** The highest of the tried rates that held the service level; null: none did. */
  readonly maxRps: Rps | null
  /** This tool ran out before the target: `maxRps` is a lower bound. */
  readonly maxIsBound: boolean
  readonly p50Ms: Ms | null
  readonly p95Ms: Ms | null
  readonly p99Ms: Ms | null
  /** While connections were being cut. */
  readonly successRate: Ratio
  /** From a cut to the next success, at worst; null where nothing was cut or nothing came back. */
  readonly reconnectMs: Ms | null
  /** Requests that the cuts cost. */
  readonly lost: number
  /** CPU of the target for one request; null where it was not seen. */
  readonly cpuUsPerRequest: number | null
  /** Why it stands where it stands. */
  readonly why: string
  /** Each value that the report shows as "-", with the reason. Absent in older results. */
  readonly unknown?: readonly UnknownValue[]
}

/** What the protocols suite concluded; the first of `ranking` is the best. */
export interface ProtocolsFindings {
  readonly slo: { readonly p99Ms: Ms; readonly errorRate: Ratio }
  readonly rate: Rps
  /** Requests under way, and connections, to begin with. */
  readonly clients: number
  readonly ranking: readonly RankedProtocol[]
  /** A null where no protocol stands out. */
  readonly bestFor: {
    readonly lowLatency: ProtocolName | null
    readonly throughput: ProtocolName | null
    readonly reliability: ProtocolName | null
    readonly streaming: ProtocolName | null
    readonly rpc: ProtocolName | null
  }
  readonly skipped: readonly { readonly protocol: ProtocolName; readonly why: string }[]
}
