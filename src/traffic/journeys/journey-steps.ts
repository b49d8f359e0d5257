import type { Answer } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'

/** One step of a journey. */
export interface Step<Request> {
  readonly operation: string
  readonly payload: Request
  /** Time from the end of the previous step, or from the arrival of the journey, to the intended start. */
  readonly thinkMs: Ms
}

/** The steps of one journey, each created once the previous one has its response. */
export interface JourneySteps<Request> {
  /**
   * Returns the next step; undefined after the last one. `answer` is the response to the previous step; undefined for
   * the first step, and if the protocol kept no response. A `LoadError` that it throws is the outcome of the next step;
   * any other error ends the run.
   */
  next(answer: Answer | undefined): Step<Request> | undefined
}
