import { PROTOCOL_NAMES, type ProtocolName } from '../../protocols/index.ts'
import { isRecord } from '../../model/readers.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { isMix } from '../../plan/requests.ts'
import { vocabulary } from '../vocabulary.ts'

/**
 * Returns the protocols that accept every request of a plan. Where a function returns the target, only the requests
 * show the protocol before the function is called.
 */
export function fittingProtocols(plan: WrittenPlan): readonly ProtocolName[] {
  const requests = requestsOf(plan)
  return PROTOCOL_NAMES.filter((kind) =>
    requests.every(
      (each) => vocabulary.requestIssues({ from: 'shipped', spec: { kind } }, each, 'request').length === 0,
    ),
  )
}

/** Returns the requests that are given as data. */
export function requestsOf({ request, workload }: WrittenPlan): readonly unknown[] {
  if (isRecord(workload) && !isMix(workload)) return Object.values(workload)
  return [request ?? []].flat().filter((each) => typeof each !== 'function')
}
