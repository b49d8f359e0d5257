import type { LoadResult } from '../model/result.ts'
import type { UnlistedRequests } from '../model/record.ts'
import { sum } from '../model/sum.ts'
import type { Count } from '../model/units.ts'

/** Returns the requests of a run that no report includes: those of its warm-up, and all others if it is not recorded. */
export function unlistedIn(result: LoadResult, recorded: boolean): readonly UnlistedRequests[] {
  const { warmUp, operations, requestsSent, protocol, plan } = result
  const byOperation = (
    sentBy: UnlistedRequests['sentBy'],
    counts: readonly (readonly [string, Count])[],
    total: Count,
  ): UnlistedRequests[] => {
    const unnamed = total - sum(counts.map(([, requests]) => requests))
    return [...counts, [plan.request, unnamed] as const]
      .filter(([, requests]) => requests > 0)
      .map(([operation, requests]) => ({ sentBy, protocol, operation, requests }))
  }
  const measured = Object.entries(operations).map(([name, figures]) => [name, figures.requestsSent] as const)
  return [
    ...(warmUp === undefined ? [] : byOperation('warm-up', Object.entries(warmUp.operations), warmUp.requestsSent)),
    ...(recorded ? [] : byOperation('unlisted run', measured, requestsSent)),
  ]
}

/** Adds up the requests with the same source and operation. */
export function joinUnlisted(requests: readonly UnlistedRequests[]): readonly UnlistedRequests[] {
  const groups = Map.groupBy(requests, ({ sentBy, protocol, operation }) => `${sentBy}\n${protocol}\n${operation}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [{ ...first, requests: sum(group.map((each) => each.requests)) }]
  })
}
