import type { PlanRequest } from './plan.ts'
import type { Answer } from './protocol.ts'
import type { Ms } from './units.ts'

/** The answer to a step, as the next step sees it. A failed step has none: it ends the journey. */
export interface StepAnswer extends Answer {
  /** With `read: 'json'`. Nobody knows what a server sends, so it is for the journey to know. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as `JSON.parse` gives it, so that `login.json.token` can be written
  readonly json?: any
}

/** What a journey yields: a step to send, or a time to think. Made by `send` and `think` and by nothing else. */
export type JourneyYield =
  | { readonly kind: 'send'; readonly request: PlanRequest }
  | { readonly kind: 'think'; readonly fromMs: Ms; readonly toMs: Ms }

/** What a journey is given. */
export interface JourneyContext {
  /** Counts the journeys of the run, from 0, whatever the threads; in the warm-up, down from −1. */
  readonly number: number
  /**
   * `yield* send({ name: 'login', … })`: sends a step; its answer is what the request's `read` asks for. Over HTTP the
   * cookies of the journey go with it, and a `body` that is an object or a list goes as JSON.
   */
  send(request: PlanRequest): Generator<JourneyYield, StepAnswer, StepAnswer>
  /**
   * `yield* think(1_000, 3_000)`: waits, seeded and evenly between the two (the second is the first when absent). A
   * journey ends with its last step, so thinking after it takes no time.
   */
  think(fromMs: Ms, toMs?: Ms): Generator<JourneyYield, void, StepAnswer>
}

/**
 * The steps of one user, as a generator function. Over HTTP each step goes out on any connection; over everything else a
 * journey has a connection to itself from its first step to its last. A step that fails ends the journey; what its code
 * throws ends the run.
 */
export type JourneyFunction = (context: JourneyContext) => Generator<JourneyYield, void, StepAnswer>

/** Names a generator function as a journey, and gives its parameters their types. */
export function journey(steps: JourneyFunction): JourneyFunction {
  return steps
}
