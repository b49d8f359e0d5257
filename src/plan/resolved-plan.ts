import type { BatchFunction } from '../model/batch.ts'
import type { Blocks } from '../model/blocks.ts'
import type { ChosenFormat } from '../model/body.ts'
import type { Feed } from '../model/feed.ts'
import type { JourneyFunction } from '../model/journey.ts'
import type { ComparisonMode } from '../model/comparison.ts'
import type { CustomProtocol } from '../model/custom-protocol.ts'
import type { ArrivalPattern, ArrivalProcessName, PatternSpec } from '../model/pattern.ts'
import type { ConnectionKind, MessageSize, OnInconclusive, Overflow, WorkloadName } from '../model/plan.ts'
import type { RequestSource, WrittenRequest } from './load-plan.ts'
import type { ProtocolSpec, ReconnectOptions } from '../model/protocol.ts'
import type { SetupFunction } from '../model/setup.ts'
import type { Sla } from '../model/sla.ts'
import type { Against, MonitorTarget, Target, TlsOptions } from '../model/target.ts'
import type { Tracing } from '../model/trace.ts'
import type { Count, Ms, Ratio, Rps } from '../model/units.ts'

/** A comparison side by side. */
export interface ResolvedComparison {
  readonly against: Against
  readonly tolerance: Ratio
  /** True if the plan gives the tolerance. */
  readonly isToleranceGiven: boolean
  /** True: both sides are the target of the plan, instead of `against` (`LOAD_AA=1`). */
  readonly isSelf: boolean
  /** Length of a block: whole slices. */
  readonly blockMs: Ms
  readonly mode: ComparisonMode
  readonly maxPairs: Count
}

/** Limits of `abortOn`, parsed. */
export interface ResolvedAbort {
  readonly sla: Sla
  readonly afterMs: Ms
}

/** Where a protocol comes from. An `object` cannot be passed to a generator thread. */
export type ResolvedProtocol =
  | { readonly from: 'shipped'; readonly spec: ProtocolSpec }
  | { readonly from: 'module'; readonly href: string }
  | { readonly from: 'object'; readonly protocol: CustomProtocol }

/**
 * Code of the user: a module for the generator threads, or a function, which makes the generator run in the test's
 * thread.
 */
export type ResolvedCode<Function> =
  | { readonly from: 'module'; readonly href: string }
  | { readonly from: 'function'; readonly run: Function }

/** A setup: code of the user, or in a generator thread a function that stays in the test's thread. */
export type ResolvedSetup = ResolvedCode<SetupFunction> | { readonly from: 'caller' }

/** A feed whose records are read when the run starts. */
export interface ResolvedFeed {
  readonly source: { readonly file: string } | { readonly records: readonly Readonly<Record<string, unknown>>[] }
  readonly pick: NonNullable<Feed['pick']>
  readonly secret: NonNullable<Feed['secret']>
}

/**
 * What is sent where. A plan has one lane; a `mix` has one for each of its entries, each with its own connections. The
 * arrivals of the schedule are distributed over the lanes by weight.
 */
export interface ResolvedLane {
  /** Prefix of the names of its operations; empty in a plan without `mix`. */
  readonly name: string
  readonly weight: number
  readonly target: Target
  readonly protocol: ResolvedProtocol
  /** Absent where the workload defines what is sent. */
  readonly request: RequestSource<WrittenRequest> | undefined
  readonly workload: WorkloadName
  readonly messageSize: MessageSize | undefined
  readonly messageFormat: ChosenFormat | undefined
  readonly maxConnections: number
}

/** A run that sends each operation once. */
export interface SentOnce {
  /** Number of operations of each lane. The arrivals send those of all lanes in turn. */
  readonly operations: readonly number[]
}

/** Times of the measured part at which a run ends if every limit is decided. */
export interface ResolvedLooks {
  readonly minMs: Ms
  /** Ascending; the last is the longest duration. In a comparison, its looks replace them. */
  readonly atMs: readonly Ms[]
}

/**
 * A validated plan with every default filled in. Unless it runs `inline`, it is plain data that is passed to the
 * generator threads unchanged.
 */
export interface ResolvedPlan {
  readonly name: string
  readonly lanes: readonly [ResolvedLane, ...ResolvedLane[]]
  /** Absent in the closed model. */
  readonly pattern: PatternSpec | ArrivalPattern | undefined
  /** Of a plan with a shortest and a longest duration, the longest. */
  readonly durationMs: Ms
  /** When the run may end before `durationMs`. */
  readonly looks: ResolvedLooks | undefined
  /** What its target is compared with, if the plan has a comparison. */
  readonly comparison: ResolvedComparison | undefined
  /** Times in which the run sends its load, if it shares the time with another run. */
  readonly blocks: Blocks | undefined
  readonly concurrency: number | undefined
  readonly maxRps: Rps | undefined
  readonly arrivals: ArrivalProcessName
  readonly warmUpMs: Ms
  readonly batchSize: number
  readonly batch: ResolvedCode<BatchFunction> | undefined
  readonly journey: ResolvedCode<JourneyFunction> | undefined
  readonly setup: ResolvedSetup | undefined
  readonly feeds: Readonly<Record<string, ResolvedFeed>>
  readonly connection: ConnectionKind
  readonly overflow: Overflow
  readonly reconnect: ReconnectOptions
  readonly requestTimeoutMs: Ms
  readonly sla: Sla
  readonly abortOn: ResolvedAbort | undefined
  readonly confidence: Ratio
  readonly onInconclusive: OnInconclusive
  readonly judge: boolean
  /** Set by `LOAD_ONCE`: each operation is sent once. */
  readonly once: SentOnce | undefined
  readonly tracing: Tracing
  /** At most eight hexadecimal digits, as `LOAD_SEED` accepts them. */
  readonly seed: string
  readonly threads: number | 'auto'
  readonly tls: TlsOptions
  readonly headers: Readonly<Record<string, string>>
  readonly monitor: MonitorTarget | 'auto' | 'off'
  readonly allowHosts: readonly string[]
}
