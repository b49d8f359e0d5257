import type { Answer } from './protocol.ts'
import type { PlanRequest } from './plan.ts'

/** What a setup may do on its connection, before the engine uses it. */
export interface SetupContext {
  /** Counts the connections of the run, from 0. */
  readonly number: number
  /** Sends a request on this connection and waits for its answer; rejects when it fails. */
  send(request: PlanRequest): Promise<Answer>
}

/**
 * Run once per connection, unmeasured. What it returns reaches the requests on that connection: `{{setup.token}}` in a
 * text of theirs is the `token` of an object, `{{setup}}` the value itself. When it throws, the connection counts as
 * one that could not be made.
 */
export type SetupFunction = (context: SetupContext) => unknown
