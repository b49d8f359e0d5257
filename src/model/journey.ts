import type { AnyRequest } from './requests.ts'
import type { Answer } from './protocol.ts'
import type { Ms } from './units.ts'

/** The response to a step, as the next step sees it. A failed step has none: it ends the journey. */
export interface StepAnswer extends Answer {
  /** The parsed body, with `read: 'json'`. Typed `any`, because only the journey knows what its server sends. */
  // oxlint-disable-next-line typescript/no-explicit-any -- like `JSON.parse`, so that `login.json.token` can be written
  readonly json?: any
}

/** What a journey yields: a request to send, or a think time. Only `send` and `think` create these. */
export type JourneyYield =
  | { readonly kind: 'send'; readonly request: AnyRequest }
  | { readonly kind: 'think'; readonly fromMs: Ms; readonly toMs: Ms }

/** Passed to a journey when it starts. */
export interface JourneyContext<Request = AnyRequest> {
  /** Index of the journey within the run, from 0, across all threads; in the warm-up it counts down from −1. */
  readonly number: number
  /**
   * `yield* send({ name: 'login', … })` sends a step and returns its response, as far as the request's `read` asks for
   * it. Over HTTP, the journey's cookies are sent along, and a `body` that is an object or an array is sent as JSON.
   */
  send(request: Request): Generator<JourneyYield, StepAnswer, StepAnswer>
  /**
   * `yield* think(1_000, 3_000)` waits for a seeded, uniformly random time between the two values (exactly the first
   * when the second is absent). A journey ends with its last step, so thinking after it takes no time.
   */
  think(fromMs: Ms, toMs?: Ms): Generator<JourneyYield, void, StepAnswer>
}

/**
 * The steps of one user, as a generator function. Over HTTP, a step may use any connection; with every other protocol,
 * a journey has a connection to itself from its first step to its last. A failed step ends the journey. An exception
 * thrown by its code is the outcome of its next step, with class `user-error`, and the run continues.
 */
export type JourneyFunction<Request = AnyRequest> = (
  context: JourneyContext<Request>,
) => Generator<JourneyYield, void, StepAnswer>
