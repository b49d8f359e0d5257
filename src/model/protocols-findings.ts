import type { TrialReason } from './trial-reason.ts'
import type { UnknownValue } from './unknown-value.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'
import type { Leaning, VerdictValue } from './verdict.ts'

/** Low and high end of a 95% interval; null where the run was too short for a bound. */
export type Bounds = readonly [low: number | null, high: number | null]

/** 95% intervals of the figures of a protocol. Each is null if it could not be estimated. */
export interface ProtocolIntervals {
  readonly throughputRps: Bounds | null
  readonly maxRps: Bounds | null
  readonly p50Ms: Bounds | null
  readonly p95Ms: Bounds | null
  readonly p99Ms: Bounds | null
  /** Share of the requests lost while connections were cut. */
  readonly lostShare: Bounds | null
  readonly reconnectMs: Bounds | null
}

/** One protocol compared with the others, all doing the same work. */
export interface RankedProtocol {
  readonly protocol: string
  /**
   * Place in the ranking, from 1. Protocols whose difference is not shown have the same rank. Absent in older results.
   */
  readonly rank?: Count
  /** Whether it held the service level at the common rate. */
  readonly verdict: VerdictValue
  /** Of an inconclusive verdict only. */
  readonly leaning?: Leaning
  /** Why the verdict is not a pass. Absent in older results. */
  readonly reasons?: readonly TrialReason[]
  /** Successes per second with `clients` requests always in flight: the median of the rounds. */
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
  /** Absent in older results. */
  readonly intervals?: ProtocolIntervals
  /** Reason for its place in the ranking. */
  readonly why: string
  /** Each value that the report shows as "–", with the reason. Absent in older results. */
  readonly unknown?: readonly UnknownValue[]
}

/** A difference between two protocols that the rounds prove. */
export interface ProtocolDifference {
  readonly better: string
  readonly worse: string
  /** What differs: the highest rate, a percentile of the response times, requests lost to cuts, time to reconnect. */
  readonly by: 'rate' | 'p50' | 'p95' | 'p99' | 'lost' | 'reconnect'
  /** The kind of work, such as `medium read`; absent for all work together. */
  readonly work?: string
  /**
   * Median of the rounds for the better and for the worse protocol, or the sum of lost requests; null if there is none.
   */
  readonly values: readonly [better: number | null, worse: number | null]
}

/** Response times of one kind of work over one protocol, measured while all protocols took turns. */
export interface WorkLatency {
  readonly protocol: string
  /** Size and operation, such as `medium read`, or the name of the request. */
  readonly work: string
  readonly requests: Count
  readonly p50Ms: Ms | null
  readonly p95Ms: Ms | null
  readonly p99Ms: Ms | null
}

/** The value of each use case. */
export interface ByUse<Value> {
  readonly lowLatency: Value
  readonly throughput: Value
  readonly reliability: Value
  readonly streaming: Value
  readonly rpc: Value
}

/** Conclusions of the protocols suite; the first of `ranking` is the best. */
export interface ProtocolsFindings {
  readonly slo: { readonly p99Ms: Ms; readonly errorRate: Ratio }
  readonly rate: Rps
  /** Number of requests in flight, and of connections, at the start. */
  readonly clients: Count
  /** In order of rank. */
  readonly ranking: readonly RankedProtocol[]
  /** The protocol that was shown to be better than every other candidate; null where none was. */
  readonly bestFor: ByUse<string | null>
  /** Where `bestFor` is null: the candidates that no other one was shown to beat. Absent in older results. */
  readonly ties?: ByUse<readonly string[]>
  /** Every difference that the rounds prove. Absent in older results. */
  readonly differences?: readonly ProtocolDifference[]
  /** Number of rounds of the full load and of the cuts. Absent in older results. */
  readonly rounds?: Count
  /** The phases were too short for the rounds that prove a difference. Absent if they were long enough. */
  readonly tooShort?: { readonly requiredRounds: Count; readonly requiredMs: Ms }
  /** Response times by kind of work. Absent in older results. */
  readonly works?: readonly WorkLatency[]
  readonly skipped: readonly { readonly protocol: string; readonly why: string }[]
}
