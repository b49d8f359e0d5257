import type { LoadRecord } from '../model/record.ts'
import type { McpStressFindings } from '../model/mcp-stress-findings.ts'

/**
 * Returns how many requests a record says that its test sent, by operation: those of its results, those that no result
 * includes, and the calls of probes. `keyOf` maps an operation, or a request in words, to what the server counts.
 */
export function sentBy(
  { results, unlisted = [], findings }: LoadRecord,
  keyOf: (operation: string, protocol: string) => string,
): ReadonlyMap<string, number> {
  const sent = new Map<string, number>()
  const add = (operation: string, protocol: string, requests: number): void => {
    const key = keyOf(operation, protocol)
    if (requests > 0) sent.set(key, (sent.get(key) ?? 0) + requests)
  }
  for (const { operations, requestsSent, plan, protocol } of results) {
    let unnamed = requestsSent
    for (const [name, figures] of Object.entries(operations)) {
      add(name, protocol, figures.requestsSent)
      unnamed -= figures.requestsSent
    }
    add(plan.request, protocol, unnamed)
  }
  for (const { operation, protocol, requests } of unlisted) add(operation, protocol, requests)
  const { probeCalls = {} } = (findings ?? {}) as Partial<McpStressFindings>
  for (const [operation, calls] of Object.entries(probeCalls)) add(operation, 'mcp', calls)
  return sent
}
