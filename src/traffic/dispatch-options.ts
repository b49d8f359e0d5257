import type { Overflow } from '../model/plan.ts'
import type { DropReason } from '../model/result.ts'
import type { JourneySample, Sample } from '../model/sample.ts'
import type { TraceIds } from '../model/trace.ts'
import type { Ms } from '../model/units.ts'
import type { ArrivalSource } from './arrival-source.ts'
import type { Clock } from './clock.ts'
import type { PoolOptions } from './connections/pool-options.ts'
import type { Wake } from './wake/wake.ts'

/** What happened, told to the recorder. */
export interface DispatchEvents {
  arrived(sample: Sample): void
  settled(sample: Sample): void
  /** A journey came due; what it sends are requests like any other. */
  journeyArrived(journey: Sample): void
  /** A journey met its fate, told as if it were one request. */
  journeySettled(journey: JourneySample): void
  neverDue(reason: DropReason, phase: number, count: number): void
  connected(connectMs: Ms): void
  gap(gapMs: Ms): void
  /** Every request has met its fate. */
  ended(): void
  /** The run cannot go on: the books do not balance, or the schedule or a journey threw. */
  broken(error: unknown): void
  log(text: string): void
}

export interface DispatchOptions<Request> {
  readonly clock: Clock
  readonly source: ArrivalSource<Request>
  readonly pool: Omit<PoolOptions<Request>, 'clock' | 'connectTimeoutMs' | 'exclusive'>
  readonly overflow: Overflow
  readonly requestTimeoutMs: Ms
  /** Closed model: this many requests under way at once; each starts when one ends. */
  readonly concurrency: number | undefined
  /** In the closed model no request starts after this; in the open model nothing is intended after it. */
  readonly lastArrivalMs: Ms
  /** Contexts for what is sent; absent where nothing is traced. */
  readonly traceIds?: TraceIds
  /** A journey keeps the connection of its first step to its end, and shares it with nobody. */
  readonly holdConnections?: boolean
  /** The caller ends the pool: it listens for messages that arrive after the last response. */
  readonly staysOpen?: boolean
  makeWake(onWake: () => void): Wake
}
