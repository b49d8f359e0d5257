import type { PlanIssue } from '../model/errors.ts'
import type { Reader } from '../model/readers.ts'
import type { Tracing } from '../model/trace.ts'

const REMEDY = "'slowest' keeps the slowest and the failed requests, 0.1 traces one request in ten"

export const readTracing: Reader<Tracing> = (value, key, issues) => {
  if (value === 'off' || value === 'slowest' || value === 'all') return value
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  issues.push({ key, value, rule: "must be 'all', 'slowest', 'off' or a ratio from 0 to 1", remedy: REMEDY })
  return undefined
}

/**
 * Resolves which requests are traced: a ratio of 0 means none, a ratio of 1 means all. Setting both keys is an issue.
 */
export function resolveTracing(
  {
    tracing,
    traceEveryRequest,
  }: { readonly tracing: Tracing | undefined; readonly traceEveryRequest: boolean | undefined },
  issues: PlanIssue[],
): Tracing {
  if (tracing !== undefined && traceEveryRequest !== undefined) {
    issues.push({ key: 'traceEveryRequest', value: traceEveryRequest, rule: 'cannot be combined with `tracing`' })
  }
  if (traceEveryRequest !== undefined) return traceEveryRequest ? 'all' : 'off'
  if (tracing === 0) return 'off'
  return tracing === 1 ? 'all' : (tracing ?? 'slowest')
}
