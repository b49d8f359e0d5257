import type { Delays } from '../model/delays.ts'
import type { ConnectionKind, Overflow } from '../model/plan.ts'
import type { ReconnectOptions } from '../model/protocol.ts'
import type { DropReason } from '../model/figures.ts'
import type { Sample } from '../model/sample.ts'
import type { Ms } from '../model/units.ts'
import type { PoolOptions } from './connections/pool-options.ts'
import type { ConnectionPool } from './connections/pool.ts'
import type { Dispatcher } from './dispatch.ts'
import type { Step } from './journeys/journey-steps.ts'
import type { Behaviour, VirtualTarget } from './virtual-target.fixture.ts'
import type { RequestPicker } from './workloads/picker.ts'

export interface Scenario {
  /** Intended start times; absent in the closed model. */
  readonly arrivalTimes?: readonly Ms[]
  readonly lastArrivalMs: Ms
  /** Time at which an event ends the schedule early. */
  readonly endsAtMs?: Ms
  readonly concurrency?: number
  readonly startGapMs?: Ms
  readonly delays?: Delays
  readonly kind?: ConnectionKind
  readonly maxConnections?: number
  readonly overflow?: Overflow
  readonly requestTimeoutMs?: Ms
  readonly reconnect?: Partial<ReconnectOptions>
  readonly target?: Behaviour
  /** Runs on each connection before its first request. */
  readonly prepare?: PoolOptions<string>['prepare']
  readonly picker?: RequestPicker<string>
  /**
   * Returns the steps of the journey with this number; journeys then replace requests. A step that is a function is
   * created when the journey reaches it.
   */
  readonly journey?: (number: number) => readonly (VirtualStep | (() => never))[]
  /** True if an error breaks the run. */
  readonly breaks?: boolean
  /** A journey keeps its connection. */
  readonly holdConnections?: boolean
  /** A warm-up with its own arrivals, whose times count from its start. */
  readonly warmUp?: { readonly arrivalTimes: readonly Ms[]; readonly durationMs: Ms }
  /** Time by which the run is started before its warm-up, or else its measured part, begins. */
  readonly leadMs?: Ms
  /** Other events, with their times. */
  readonly events?: readonly (readonly [Ms, (run: VirtualRun) => void])[]
}

export type VirtualStep = Partial<Step<string>>

/** One run of the real engine on a virtual clock against a virtual target. */
export interface VirtualRun {
  readonly dispatcher: Dispatcher<string>
  readonly target: VirtualTarget
  readonly pool: ConnectionPool<string>
  /** Outcomes of requests, in order of time. */
  readonly samples: Sample[]
  /** Outcomes of journeys, in order of time. */
  readonly journeys: Sample[]
  readonly begunJourneyIds: number[]
  /** The responses that each journey received, by journey number. */
  readonly answers: Map<number, (string | undefined)[]>
  /** The errors that broke the run. */
  readonly errors: unknown[]
  readonly arrivedIds: number[]
  readonly undispatched: { reason: DropReason; count: number }[]
  readonly connectMs: Ms[]
  endedAtMs: Ms | undefined
  ends: number
  /** Moves the clock forward by `ms` at once, as if the thread had not been scheduled. */
  jump(ms: Ms): void
}
