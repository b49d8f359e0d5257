import { isRecord } from '../model/readers.ts'
import { carriesDuration, carriesRate } from '../traffic/patterns/index.ts'
import type { WrittenPlan } from './load-plan.ts'
import { allowsRequest, isMix } from './requests.ts'

type Key = keyof WrittenPlan & string

/**
 * Returns a plan with the keys that it inherits from `outer`. A key of `inner` replaces the outer key of its name, and
 * also the outer keys that would contradict it: a test that writes `concurrency` does not keep the `rate` of its group.
 * Keys of `inner` that contradict each other all remain, so that their author gets an issue.
 */
export function inheritPlan(outer: WrittenPlan, inner: WrittenPlan): WrittenPlan {
  const replaced = new Set<string>([...replacedSchedule(outer, inner), ...replacedRequests(outer, inner)])
  const inherited = Object.entries(outer).filter(([key]) => !replaced.has(key))
  return { ...Object.fromEntries(inherited), ...inner }
}

/** Keys that determine when requests are sent. */
function replacedSchedule(outer: WrittenPlan, { rate, concurrency, pattern }: WrittenPlan): readonly Key[] {
  const keys: Key[] = []
  if (concurrency !== undefined) {
    keys.push('rate', 'pattern', 'arrivals', 'overflow', 'batch', 'batchSize')
    if (outer.workload === 'batch') keys.push('workload')
  }
  if (rate !== undefined) {
    keys.push('concurrency')
    // A pattern that is a name, such as 'ramp-up', uses the new rate.
    if (carriesRate(outer.pattern)) keys.push('pattern')
  }
  if (pattern !== undefined) {
    keys.push('concurrency')
    if (carriesRate(pattern)) keys.push('rate')
    if (carriesDuration(pattern)) keys.push('duration')
    const kind: unknown = isRecord(pattern) ? pattern['kind'] : pattern
    if (kind === 'poisson') keys.push('arrivals')
  }
  return keys
}

/** Keys that determine what is sent, and what is traced. */
function replacedRequests(
  outer: WrittenPlan,
  { request, workload, journey, tracing, traceEveryRequest }: WrittenPlan,
): readonly Key[] {
  const keys: Key[] = []
  if (journey !== undefined) {
    keys.push('request', 'workload', 'messageSize', 'messageFormat', 'batch', 'batchSize')
  }
  if (request !== undefined) {
    keys.push('journey')
    if (!allowsRequest(outer.workload)) keys.push('workload')
  }
  if (workload !== undefined) {
    keys.push('journey')
    if (!allowsRequest(workload)) keys.push('request')
    if (isMix(workload)) keys.push('batch')
    if (isMix(workload) && nameTheirProtocols(workload['entries'])) keys.push('protocol')
  }
  if (tracing !== undefined) keys.push('traceEveryRequest')
  if (traceEveryRequest !== undefined) keys.push('tracing')
  return keys
}

/** Otherwise an entry would silently lose the options of the inherited protocol, such as its framing. */
function nameTheirProtocols(entries: unknown): boolean {
  return Array.isArray(entries) && entries.every((entry) => isRecord(entry) && entry['protocol'] !== undefined)
}
