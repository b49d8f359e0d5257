/** Journeys and setups with the requests of every protocol, as the author of a plan writes them. */
import type * as model from '../model/journey.ts'
import type * as setups from '../model/setup.ts'
import type { PlanRequest } from '../protocols/index.ts'

export type JourneyContext = model.JourneyContext<PlanRequest>
export type JourneyFunction = model.JourneyFunction<PlanRequest>
export type SetupContext = setups.SetupContext<PlanRequest>
export type SetupFunction = setups.SetupFunction<PlanRequest>

/** Declares a generator function as a journey, which types its parameters. */
export function journey(steps: JourneyFunction): JourneyFunction {
  return steps
}
