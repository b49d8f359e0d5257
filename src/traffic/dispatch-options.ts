import type { Overflow } from '../model/plan.ts'
import type { Delays } from '../model/delays.ts'
import type { DropReason } from '../model/figures.ts'
import type { JourneySample, Sample } from '../model/sample.ts'
import type { TraceIds } from '../model/trace.ts'
import type { Ms } from '../model/units.ts'
import type { ArrivalSource } from './arrival-source.ts'
import type { Clock } from './clock.ts'
import type { PoolOptions } from './connections/pool-options.ts'
import type { Wake } from './wake/wake.ts'

/** The events that the engine sends to the recorder. */
export interface DispatchEvents {
  arrived(sample: Sample): void
  settled(sample: Sample): void
  /** A journey is due. The requests of its steps are reported like any others. */
  journeyArrived(journey: Sample): void
  /** A journey has its outcome, reported as if the journey were one request. */
  journeySettled(journey: JourneySample): void
  undispatched(reason: DropReason, phase: number, count: number): void
  connected(connectMs: Ms): void
  /** Time between two messages of the response to a request that is in flight. */
  gap(sample: Sample, gapMs: Ms): void
  /** Every request has its outcome. */
  ended(): void
  /** The run cannot continue: the request accounting is inconsistent, or the schedule or a journey threw. */
  broken(error: unknown): void
  log(text: string): void
}

export interface DispatchOptions<Request> {
  readonly clock: Clock
  readonly source: ArrivalSource<Request>
  readonly pool: Omit<PoolOptions<Request>, 'clock' | 'connectTimeout' | 'exclusive'>
  readonly overflow: Overflow
  readonly requestTimeoutMs: Ms
  /** Maximum time to connect, and the key of the plan that sets it. Default: `requestTimeoutMs`. */
  readonly connectTimeout?: PoolOptions<Request>['connectTimeout'] | undefined
  /** Closed model: number of requests in progress at once; each starts when one ends. */
  readonly concurrency: number | undefined
  /** Closed model: minimum time between two starts, on average; 0 or absent for none. */
  readonly startGapMs?: Ms
  /** Closed model: no request starts after this time. Open model: no intended start is later. */
  readonly lastArrivalMs: Ms
  /** Creates trace contexts for requests; absent if nothing is traced. */
  readonly traceIds?: TraceIds
  /** Absent if delays of the machine are not measured. */
  readonly delays?: Delays
  /**
   * Whether checks may become rare while no request is in flight. Not if several dispatchers share `delays`: each would
   * have to know the checks of the others. Default: false.
   */
  readonly mayRest?: boolean
  /** A journey keeps the connection of its first step until it ends, and no other request uses it. */
  readonly holdConnections?: boolean
  /** The caller ends the pool, because it counts messages that arrive after the last response. */
  readonly staysOpen?: boolean
  makeWake(onWake: () => void): Wake
}
