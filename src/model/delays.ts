import type { Count, Ms } from './units.ts'

/**
 * Adds up how long the machine kept this thread or the target from running. The difference of two readings bounds what
 * a request between them may have lost. All times are on the run's clock.
 */
export interface Delays {
  /**
   * Records that a regular check of this thread runs now; the next one is due after `everyMs`, or, if that is infinite,
   * when a request is due.
   */
  checked(nowMs: Ms, everyMs: Ms): void
  /**
   * Returns the delay before a request that becomes due at `dueMs`: at most what had added up then. `lagMs` is the
   * lateness of the engine, from the intended start to `dueMs`; `inFlight` counts the other requests that are due and
   * not done.
   */
  before(dueMs: Ms, lagMs: Ms, inFlight: Count): Ms
  /** Returns the delay until now: at least what has added up. */
  until(nowMs: Ms): Ms
}
