import type { Ms } from '../model/units.ts'
import type { SampledBatch } from '../model/sample.ts'
import type { JourneySteps } from './journeys/journey-steps.ts'

/** The operations of a batch, and what is sent for each. */
export type ArrivedBatch = Omit<SampledBatch, 'ended'>

/** One scheduled request, or one batch that is a message. */
export interface Arrival<Request> {
  readonly requestId: number
  /** The intended start. */
  readonly atMs: Ms
  readonly operation: string
  readonly phase: number
  readonly payload: Request
  /** The operations of a batch that is one message; absent for a single request. */
  readonly batch?: ArrivedBatch | undefined
  /** Why code of the user could not make the payload. */
  readonly failure?: string
}

/** One scheduled journey: the intended start of its first step is its arrival. */
export interface JourneyArrival<Request> {
  /** The id of its first step. */
  readonly requestId: number
  readonly atMs: Ms
  readonly phase: number
  readonly journey: JourneySteps<Request>
}

/**
 * The arrivals of this generator thread in time order. `next` returns undefined after the last arrival, and 'later'
 * while another thread is still creating the payload of the next one.
 */
export interface ArrivalSource<Request> {
  /** Closed model: nothing starts earlier. Absent if the arrivals themselves have intended starts. */
  readonly firstStartMs?: Ms
  next(): Arrival<Request> | JourneyArrival<Request> | 'later' | undefined
  /** Returns the intended start of the arrival after the one that `next` returned last; Infinity if it is unknown. */
  followingMs(): Ms
  /**
   * Counts, by phase, the scheduled arrivals until `untilMs`, from the one that `next` returned last. The engine calls
   * this when the run abandons them; each arrival is counted once.
   */
  rest(untilMs: Ms): ReadonlyMap<number, number>
}
