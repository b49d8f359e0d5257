import type { Ms } from '../model/units.ts'
import type { Arrival, ArrivalSource, JourneyArrival } from './arrival-source.ts'

/** When requests, or journeys, start: by the schedule in the open model, when one has ended in the closed. */
export interface Starts {
  /** Nothing will start any more. */
  readonly exhausted: boolean
  begin(): void
  /** Starts everything that is due by now. */
  startDue(): void
  /** One that was started has ended. */
  ended(): void
  /** A payload that was 'later' has come. */
  payloadsCame(): void
  /** Starts nothing more. */
  stop(): void
}

export interface StartOptions<Request> {
  readonly source: ArrivalSource<Request>
  now(): Ms
  start(arrival: Arrival<Request> | JourneyArrival<Request>, intendedMs: Ms, dueMs: Ms): void
  /** The source threw. */
  broken(error: unknown): void
}
