import type { Ms } from '../model/units.ts'
import type { JourneySteps } from './journeys/journey-steps.ts'

/** One request as the schedule has it. */
export interface Arrival<Request> {
  readonly requestId: number
  /** The intended start. */
  readonly atMs: Ms
  readonly operation: string
  readonly phase: number
  readonly payload: Request
}

/** One journey as the schedule has it: its first step is intended at its arrival. */
export interface JourneyArrival<Request> {
  /** Of its first step. */
  readonly requestId: number
  readonly atMs: Ms
  readonly phase: number
  readonly journey: JourneySteps<Request>
}

/**
 * The arrivals of this generator thread, in order of time: undefined after the last one, 'later' when the next one is
 * not known yet (its payload is still being made in another thread).
 */
export interface ArrivalSource<Request> {
  next(): Arrival<Request> | JourneyArrival<Request> | 'later' | undefined
  /** Scheduled arrivals, by phase, from the one last returned on; called when the run gives up on them, and each is told once. */
  rest(untilMs: Ms): ReadonlyMap<number, number>
}
