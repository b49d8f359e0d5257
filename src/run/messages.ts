import type { HttpRequest } from '../model/requests.ts'
import type { ResolvedPlan } from '../model/plan.ts'
import type { ErrorClass } from '../model/protocol.ts'
import type { SliceDelta } from '../measure/recorder.ts'
import type { Ms, Ratio } from '../model/units.ts'
import type { Wake } from '../traffic/wake/wake.ts'

/** What one generator thread is to do. Plain data, unless the generator runs inline. */
export interface GeneratorJob {
  readonly plan: ResolvedPlan
  readonly url: string
  /** The address that was checked against `allowHosts`. */
  readonly address: string
  readonly thread: number
  readonly threads: number
  readonly wake: Wake['kind']
  /** Requests are made by a function elsewhere and handed over; then the plan here holds none. */
  readonly fed: boolean
  /** How many of them at a time. */
  readonly chunk: number
  readonly verbose: boolean
}

export type ToGenerator =
  /** Zero of the run's clock, on the machine's monotonic clock. */
  | { readonly type: 'start'; readonly startMs: Ms }
  | { readonly type: 'requests'; readonly first: number; readonly requests: readonly HttpRequest[] }
  | { readonly type: 'stop' }

export type FromGenerator =
  /** Connections stand; the run can start. */
  | { readonly type: 'ready' }
  | { readonly type: 'unreachable'; readonly errorClass: ErrorClass; readonly message: string }
  | { readonly type: 'ask'; readonly first: number; readonly count: number }
  | { readonly type: 'slices'; readonly slices: readonly SliceDelta[]; readonly state: GeneratorState }
  | {
      readonly type: 'ended'
      readonly slices: readonly SliceDelta[]
      readonly state: GeneratorState
      readonly atMs: Ms
    }
  | { readonly type: 'log'; readonly text: string }
  /** The generator is broken, or something of the user's that runs in it. */
  | { readonly type: 'fault'; readonly error: unknown }

/** Where a generator thread stands; counts are since the start. */
export interface GeneratorState {
  readonly protocolVersion: string | null
  readonly pool: {
    readonly size: number
    readonly opened: number
    readonly closed: number
    readonly reconnects: number
    readonly failed: number
    readonly peakInUse: number
    readonly fullMs: Ms
  }
  /** CPU of the thread and of what wakes it, since the start of the measured part. */
  readonly cpuMs: Ms
  readonly eventLoopUtilization: Ratio
  /** Share of its time that the thread was ready to run and waited for a core; null where the system does not tell. */
  readonly runDelayRatio: Ratio | null
}
