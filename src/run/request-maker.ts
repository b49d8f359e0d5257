import { LoadPlanError } from '../model/errors.ts'
import type { ResolvedPlan } from '../model/plan.ts'
import type { HttpRequest } from '../model/requests.ts'
import { protocols } from '../protocols/index.ts'
import { randomFrom } from '../traffic/arrivals/random.ts'

/**
 * Calls the plan's request function for the positions `first`, `first + step`, …, `count` of them. What it returns is
 * checked like a request written in the plan: throws `LoadPlanError` at the first that is not one.
 */
export function requestsFor(plan: ResolvedPlan, first: number, count: number, step: number): readonly HttpRequest[] {
  const { request, seed, protocol } = plan
  if (typeof request !== 'function') return []
  return Array.from({ length: count }, (_, index) => {
    const sequence = first + index * step
    const made = request({ sequence, random: randomFrom(seed, 'request', sequence) })
    const faults = protocols[protocol]?.faultsOf(made, `request(${sequence})`) ?? []
    if (faults.length > 0) throw new LoadPlanError(faults)
    return made
  })
}
