/** Journeys and setups with the requests of the plan's protocol, as the author of a plan writes them. */
import type * as model from '../model/journey.ts'
import type * as setups from '../model/setup.ts'
import type { PlanRequest } from '../protocols/index.ts'

export type JourneyContext<Request = PlanRequest> = model.JourneyContext<Request>
export type JourneyFunction<Request = PlanRequest> = model.JourneyFunction<Request>
export type SetupContext<Request = PlanRequest> = setups.SetupContext<Request>
export type SetupFunction<Request = PlanRequest> = setups.SetupFunction<Request>

/**
 * Declares a generator function as a journey, which types its parameters. With a custom protocol, name the type of its
 * requests: `journey<MyRequest>(function* ({ send }) { … })`.
 */
export function journey<Request = PlanRequest>(steps: JourneyFunction<Request>): JourneyFunction<Request> {
  return steps
}
