import type { Overflow } from '../model/plan.ts'
import type { DropReason } from '../model/result.ts'
import type { Sample } from '../model/sample.ts'
import type { Ms } from '../model/units.ts'
import type { ArrivalSource } from './arrival-source.ts'
import type { Clock } from './clock.ts'
import type { PoolOptions } from './connections/pool-options.ts'
import type { Wake } from './wake/wake.ts'

/** What happened, told to the recorder. */
export interface DispatchEvents {
  arrived(sample: Sample): void
  settled(sample: Sample): void
  neverDue(reason: DropReason, phase: number, count: number): void
  connected(connectMs: Ms): void
  gap(gapMs: Ms): void
  /** Every request has met its fate. */
  ended(): void
  /** The run cannot go on: the books do not balance, or the schedule threw. */
  broken(error: unknown): void
  log(text: string): void
}

export interface DispatchOptions<Request> {
  readonly clock: Clock
  readonly source: ArrivalSource<Request>
  readonly pool: Omit<PoolOptions<Request>, 'clock' | 'connectTimeoutMs'>
  readonly overflow: Overflow
  readonly requestTimeoutMs: Ms
  /** Closed model: this many requests under way at once; each starts when one ends. */
  readonly concurrency: number | undefined
  /** In the closed model no request starts after this; in the open model nothing is intended after it. */
  readonly lastArrivalMs: Ms
  makeWake(onWake: () => void): Wake
}
