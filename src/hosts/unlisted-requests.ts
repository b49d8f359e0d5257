import type { LoadResult } from '../model/result.ts'
import type { UnlistedRequests } from '../model/record.ts'
import { sum } from '../model/sum.ts'
import type { Count } from '../model/units.ts'

/**
 * Returns the requests of a run that no report includes: those of its warm-up, and all others if it is not recorded.
 */
export function unlistedIn(result: LoadResult, recorded: boolean): readonly UnlistedRequests[] {
  const { warmUp, protocol, plan } = result
  const unlisted = (sentBy: UnlistedRequests['sentBy'], counts: readonly OperationCount[]): UnlistedRequests[] =>
    counts.map(([operation, requests]) => ({ sentBy, protocol, operation, requests }))
  return [
    ...(warmUp === undefined
      ? []
      : unlisted('warm-up', withUnnamed(Object.entries(warmUp.operations), warmUp.requestsSent, plan.request))),
    ...(recorded ? [] : unlisted('unlisted run', measuredRequests(result))),
  ]
}

/** An operation, or a request in words, and the number of requests. */
type OperationCount = readonly [string, Count]

/** Returns the requests of the measured part of a run by operation; those without a name by the request in words. */
export function measuredRequests({ operations, requestsSent, plan }: LoadResult): readonly OperationCount[] {
  const named = Object.entries(operations).map(([name, figures]) => [name, figures.requestsSent] as const)
  return withUnnamed(named, requestsSent, plan.request)
}

function withUnnamed(named: readonly OperationCount[], total: Count, request: string): readonly OperationCount[] {
  const unnamed = total - sum(named.map(([, requests]) => requests))
  return [...named, [request, unnamed] as const].filter(([, requests]) => requests > 0)
}

/** Adds up the requests with the same source and operation. */
export function joinUnlisted(requests: readonly UnlistedRequests[]): readonly UnlistedRequests[] {
  const groups = Map.groupBy(requests, ({ sentBy, protocol, operation }) => `${sentBy}\n${protocol}\n${operation}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [{ ...first, requests: sum(group.map((each) => each.requests)) }]
  })
}
