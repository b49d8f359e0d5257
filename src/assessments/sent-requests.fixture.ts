import { measuredRequests } from '../hosts/unlisted-requests.ts'
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
    sent.set(key, (sent.get(key) ?? 0) + requests)
  }
  for (const result of results) {
    for (const [operation, requests] of measuredRequests(result)) add(operation, result.protocol, requests)
  }
  for (const { operation, protocol, requests } of unlisted) add(operation, protocol, requests)
  const { probeCalls = {} } = (findings ?? {}) as Partial<McpStressFindings>
  for (const [operation, calls] of Object.entries(probeCalls)) add(operation, 'mcp', calls)
  return sent
}
