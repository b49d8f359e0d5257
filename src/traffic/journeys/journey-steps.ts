import type { Answer } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'

/** One step of a journey. */
export interface Step<Request> {
  readonly operation: string
  readonly payload: Request
  /** From the end of the step before it, or from the arrival of the journey, to its intended start. */
  readonly thinkMs: Ms
}

/** The steps of one journey, each made when the one before has its answer. */
export interface JourneySteps<Request> {
  /**
   * The next step, undefined after the last one. `answer` is that of the step before; undefined at the first, and where
   * the protocol kept none. What it throws ends the run.
   */
  next(answer: Answer | undefined): Step<Request> | undefined
}
