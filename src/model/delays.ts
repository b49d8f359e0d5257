import type { Count, Ms } from './units.ts'

/** What the engine knows of a request when it becomes due. */
export interface DueRequest {
  readonly dueMs: Ms
  /** Lateness of the engine, from the intended start to `dueMs`. */
  readonly lagMs: Ms
  /** Other requests that are due and not done. */
  readonly inFlight: Count
}

/**
 * Adds up how long the machine kept this thread or the target from running. The difference of two readings bounds what
 * a request between them may have lost. All times are on the run's clock.
 */
export interface Delays {
  /** Records that a regular check of this thread, due every `everyMs`, runs now. */
  checked(nowMs: Ms, everyMs: Ms): void
  /** Returns the delay before a request: at most what had added up when it became due. */
  before(request: DueRequest): Ms
  /** Returns the delay until now: at least what has added up. */
  until(nowMs: Ms): Ms
}
