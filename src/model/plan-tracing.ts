import type { PlanFault } from './errors.ts'
import type { Reader } from './plan-readers.ts'
import type { Tracing } from './trace.ts'

const REMEDY = "'slowest' keeps the slowest and the failed once they have ended, 0.1 traces one request in ten"

export const readTracing: Reader<Tracing> = (value, key, faults) => {
  if (value === 'off' || value === 'slowest' || value === 'all') return value
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  faults.push({ key, value, rule: "must be 'all', 'slowest', 'off' or a ratio from 0 to 1", remedy: REMEDY })
  return undefined
}

/** Which requests are traced: a ratio of 0 is none of them, and one of 1 is all. Saying it twice is a fault. */
export function resolveTracing(
  {
    tracing,
    traceEveryRequest,
  }: { readonly tracing: Tracing | undefined; readonly traceEveryRequest: boolean | undefined },
  faults: PlanFault[],
): Tracing {
  if (tracing !== undefined && traceEveryRequest !== undefined) {
    faults.push({ key: 'traceEveryRequest', value: traceEveryRequest, rule: 'must not stand beside tracing' })
  }
  if (traceEveryRequest !== undefined) return traceEveryRequest ? 'all' : 'off'
  if (tracing === 0) return 'off'
  return tracing === 1 ? 'all' : (tracing ?? 'slowest')
}
