import type { Ms } from '../model/units.ts'
import type { Arrival, ArrivalSource, JourneyArrival } from './arrival-source.ts'

/**
 * Decides when requests, or journeys, start: on schedule in the open model, after another has ended in the closed
 * model.
 */
export interface Starts {
  /** True once nothing more will start. */
  readonly exhausted: boolean
  begin(): void
  /** Starts everything that is due. */
  startDue(): void
  /** Called when a started request or journey has ended. */
  ended(): void
  /** Called when a payload that was 'later' has arrived. */
  payloadsCame(): void
  /** Ends the schedule earlier than planned: nothing starts after `atMs`. */
  endAt(atMs: Ms): void
  /** Prevents any further start. */
  stop(): void
}

export interface StartOptions<Request> {
  readonly source: ArrivalSource<Request>
  now(): Ms
  start(arrival: Arrival<Request> | JourneyArrival<Request>, intendedMs: Ms, dueMs: Ms): void
  /** Called when the source threw. */
  broken(error: unknown): void
}
