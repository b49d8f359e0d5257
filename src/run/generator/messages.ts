import type { MessagePort } from 'node:worker_threads'
import type { ConnectMistake } from '../../model/connect-error.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { ResolvedPlan } from '../../plan/resolved-plan.ts'
import type { StdioTarget } from '../../model/target.ts'
import type { UnsolicitedCounts } from './lane/listening.ts'
import type { MadeRequests } from './lane/request-maker.ts'
import type { SliceDelta } from '../../measure/recorder.ts'
import type { Pauses } from '../../measure/thread-pauses.ts'
import type { KeptTraces, SampledTraces } from '../../measure/tracing/tracer.ts'
import type { Traceparent } from '../../model/trace.ts'
import type { Count, Ms, Ratio } from '../../model/units.ts'
import type { LoadedFeed } from '../../traffic/feeds/index.ts'
import type { PoolCounts } from '../../traffic/connections/pool-options.ts'
import type { Wake } from '../../traffic/wake/wake.ts'
import type { SetupOrder, SetupQuestion } from './setup-calls.ts'
import type { TransportName } from './warm-up/transports.ts'

/** Address of a lane's target, and what was negotiated with it. */
export interface LaneJob {
  readonly url: string
  /** The address that was checked against `allowHosts`. */
  readonly address: string | undefined
  readonly stdio: StdioTarget | undefined
  /** Path of the Unix socket, for a target on one. */
  readonly socketPath?: string | undefined
  readonly negotiated: unknown
}

/** The job of one generator. */
export interface GeneratorJob {
  readonly plan: CompiledPlan
  /** One for each of the plan's lanes, in their order. */
  readonly lanes: readonly LaneJob[]
  /** The records of the plan's feeds. */
  readonly feeds: Readonly<Record<string, LoadedFeed>>
  readonly thread: number
  readonly threads: number
  /** Number of descriptors that its connections may use in total; Infinity if no limit is known. */
  readonly descriptors: number
  readonly wake: Wake['kind']
  /** Whether a function in another thread makes the requests and posts them; if so, this plan contains no requests. */
  readonly fed: boolean
  /** Number of such requests per message. */
  readonly chunk: number
  /** Context of the run; undefined if nothing is traced. */
  readonly traceparent: Traceparent | undefined
  readonly verbose: boolean
  /** Values that no text may contain. */
  readonly secrets: readonly string[]
}

/** A job as it is passed to a thread: plain data, without the curve, which the thread builds. */
export interface ThreadJob extends Omit<GeneratorJob, 'plan'> {
  readonly plan: ResolvedPlan
}

export type ToGenerator =
  /** Start of the run's clock, on the machine's monotonic clock. */
  | { readonly type: 'start'; readonly startMs: Ms }
  | ({ readonly type: 'requests'; readonly first: number } & MadeRequests)
  | SetupOrder
  /** The processes of the target on this machine. */
  | { readonly type: 'target'; readonly pids: readonly number[] }
  /** The schedule ends at `atMs` on the run's clock, earlier than planned. */
  | { readonly type: 'end'; readonly atMs: Ms }
  | { readonly type: 'stop' }

/** A message to a generator thread. The messages of one job use the job's own `port`, in both directions. */
export type ToThread =
  | { readonly type: 'warm-up'; readonly transports: readonly TransportName[] }
  | {
      readonly type: 'job'
      readonly job: ThreadJob
      readonly port: MessagePort
      /** Environment of the process when the job starts, because a variable may be newer than the thread. */
      readonly env: NodeJS.ProcessEnv
    }
  | { readonly type: 'exit' }

/** Why no connection could be opened before the run. */
export interface Unreachable {
  /** Position of the plan's lane. */
  readonly lane: number
  readonly errorClass: ErrorClass
  readonly message: string
  readonly mistake?: ConnectMistake | undefined
}

export type FromGenerator =
  /** The connections are open; the run can start. */
  | { readonly type: 'ready' }
  | ({ readonly type: 'unreachable' } & Unreachable)
  | { readonly type: 'ask'; readonly first: number; readonly count: number }
  | SetupQuestion
  | { readonly type: 'slices'; readonly slices: readonly SliceDelta[]; readonly state: GeneratorState }
  /** Traces that were sampled from their start. */
  | { readonly type: 'sampled'; readonly sampled: SampledTraces }
  | {
      readonly type: 'ended'
      readonly slices: readonly SliceDelta[]
      readonly state: GeneratorState
      /** When the last request ended. */
      readonly atMs: Ms
      readonly traces: KeptTraces
    }
  /** Sent after 'ended', when no connection is open any more. */
  | { readonly type: 'closed' }
  /** A connection has started a process of the target. */
  | { readonly type: 'process'; readonly pid: number }
  | { readonly type: 'log'; readonly text: string }
  /** Sent regularly by a generator thread: its event loop runs. */
  | { readonly type: 'alive' }
  /** The generator crashed. */
  | { readonly type: 'crash'; readonly error: unknown }
  /**
   * A module of the user is invalid or threw before the run sent anything. The class of an error does not cross a
   * thread, but its code does.
   */
  | { readonly type: 'user-error'; readonly code: string; readonly message: string; readonly stack: string }
  /** Code of the user failed during the run. 'ended' follows, with an outcome for every request of the thread. */
  | { readonly type: 'user-failure'; readonly message: string }

/** State of a generator thread; counts are since the start. */
export interface GeneratorState {
  /** Why the thread's warm-up failed; null when it is warm. */
  readonly coldBecause: string | null
  readonly protocolVersion: string | null
  /** The connections of every lane. */
  readonly pools: readonly PoolCounts[]
  /** CPU time of the thread and of the thread that wakes it, since the start of the measured part. */
  readonly cpuMs: Ms
  /** Messages of measured batches, if batches are messages. */
  readonly messages: Count
  /** Requests that the warm-up has sent, by operation. */
  readonly warmUp: Readonly<Record<string, Count>>
  /** Since its first connection. */
  readonly unsolicited: UnsolicitedCounts
  /** Lines on the standard output of servers over pipes that are not messages. */
  readonly strayLines: Count
  readonly eventLoopUtilization: Ratio
  /** Pauses of the thread since the start of the measured part. */
  readonly pauses: Pauses
  /**
   * Share of its time that the thread was ready to run and waited for a core; null if the system does not report it.
   */
  readonly runDelayRatio: Ratio | null
}
