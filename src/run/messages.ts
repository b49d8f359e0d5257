import type { MessagePort } from 'node:worker_threads'
import type { AnyRequest } from '../model/requests.ts'
import type { ResolvedPlan, StdioTarget } from '../model/plan.ts'
import type { UnsolicitedCounts } from './listening.ts'
import type { SliceDelta } from '../measure/recorder.ts'
import type { Pauses } from '../measure/thread-pauses.ts'
import type { KeptTraces, SampledTraces } from '../measure/tracing/tracer.ts'
import type { Traceparent } from '../model/trace.ts'
import type { Ms, Ratio } from '../model/units.ts'
import type { LoadedFeed } from '../traffic/feeds/index.ts'
import type { PoolCounts } from '../traffic/connections/pool-options.ts'
import type { Wake } from '../traffic/wake/wake.ts'
import type { TransportName } from './warm-up/transports.ts'

/** Where a lane's target is, and what was found out about it. */
export interface LaneJob {
  readonly url: string
  /** The address that was checked against `allowHosts`. */
  readonly address: string | undefined
  readonly stdio: StdioTarget | undefined
  readonly negotiated: unknown
}

/** What one generator thread is to do. Plain data, unless the generator runs inline. */
export interface GeneratorJob {
  readonly plan: ResolvedPlan
  /** One for each of the plan's lanes, in their order. */
  readonly lanes: readonly LaneJob[]
  /** The records of the plan's feeds. */
  readonly feeds: Readonly<Record<string, LoadedFeed>>
  readonly thread: number
  readonly threads: number
  readonly wake: Wake['kind']
  /** Requests are made by a function elsewhere and handed over; then the plan here holds none. */
  readonly fed: boolean
  /** How many of them at a time. */
  readonly chunk: number
  /** Context of the run; absent where nothing is traced. */
  readonly traceparent: Traceparent | undefined
  readonly verbose: boolean
}

export type ToGenerator =
  /** Zero of the run's clock, on the machine's monotonic clock. */
  | { readonly type: 'start'; readonly startMs: Ms }
  | { readonly type: 'requests'; readonly first: number; readonly requests: readonly AnyRequest[] }
  | { readonly type: 'stop' }

/** A message to a generator thread. The messages of one job go through the job's own `port`, in both directions. */
export type ToThread =
  | { readonly type: 'warm-up'; readonly transports: readonly TransportName[] }
  | {
      readonly type: 'job'
      readonly job: GeneratorJob
      readonly port: MessagePort
      /** Environment of the process when the job starts: the thread may be older than a variable. */
      readonly env: NodeJS.ProcessEnv
    }
  | { readonly type: 'exit' }

export type FromGenerator =
  /** Connections stand; the run can start. */
  | { readonly type: 'ready' }
  /** `lane`: position of the plan's lane that no connection could be made for. */
  | { readonly type: 'unreachable'; readonly lane: number; readonly message: string }
  | { readonly type: 'ask'; readonly first: number; readonly count: number }
  | { readonly type: 'slices'; readonly slices: readonly SliceDelta[]; readonly state: GeneratorState }
  /** Traces that were sampled from their start. */
  | { readonly type: 'sampled'; readonly sampled: SampledTraces }
  | {
      readonly type: 'ended'
      readonly slices: readonly SliceDelta[]
      readonly state: GeneratorState
      /** When the last request met its fate. */
      readonly atMs: Ms
      readonly traces: KeptTraces
    }
  /** After 'ended': no connection stands any more. */
  | { readonly type: 'closed' }
  /** A connection has started a process of the target. */
  | { readonly type: 'process'; readonly pid: number }
  | { readonly type: 'log'; readonly text: string }
  /** The generator is broken, or something of the user's that runs in it. */
  | { readonly type: 'fault'; readonly error: unknown }
  /** A module of the user's is not what it should be, or threw. An error's class does not cross a thread: its code does. */
  | { readonly type: 'own-fault'; readonly code: string; readonly message: string; readonly stack: string }

/** Where a generator thread stands; counts are since the start. */
export interface GeneratorState {
  /** Why the thread's warm-up failed; null when it is warm. */
  readonly coldBecause: string | null
  readonly protocolVersion: string | null
  /** The connections of every lane. */
  readonly pools: readonly PoolCounts[]
  /** CPU of the thread and of what wakes it, since the start of the measured part. */
  readonly cpuMs: Ms
  /** Since its first connection. */
  readonly unsolicited: UnsolicitedCounts
  readonly eventLoopUtilization: Ratio
  /** When the thread did not run, since the start of the measured part. */
  readonly pauses: Pauses
  /** Share of its time that the thread was ready to run and waited for a core; null where the system does not tell. */
  readonly runDelayRatio: Ratio | null
}
