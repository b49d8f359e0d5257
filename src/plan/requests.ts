import { NOT_SHOWN, type PlanIssue } from '../model/errors.ts'
import type { RequestSource, WrittenRequest } from './load-plan.ts'
import type { LoadPlan } from './load-plan.ts'
import type { ResolvedLane, ResolvedProtocol } from './resolved-plan.ts'
import { isRecord, oneOf } from '../model/readers.ts'
import { WORKLOADS } from '../model/workload.ts'

type Plan = Readonly<Record<string, unknown>>

/** Returns every issue of one request; `key` is its path in the plan. */
export type RequestIssues = (protocol: ResolvedProtocol, request: unknown, key: string) => readonly PlanIssue[]

/** Returns whether a workload was created by `mix`. */
export function isMix(workload: unknown): workload is Plan {
  return isRecord(workload) && workload['kind'] === 'mix'
}

/** Returns whether a plan with this workload may say with `request` what is sent. */
export function allowsRequest(workload: unknown): boolean {
  return workload === undefined || workload === 'read' || workload === 'batch'
}

/** Hides objects, because requests contain tokens. */
export function shownOf(value: unknown): unknown {
  return typeof value === 'object' ? NOT_SHOWN : value
}

const readWorkloadName = oneOf(
  Object.keys(WORKLOADS) as readonly (keyof typeof WORKLOADS)[],
  'or operations by name: { browse: { …, weight: 9 }, buy: { …, weight: 1 } }',
)

const BESIDE_JOURNEY = [
  'request',
  'workload',
  'messageSize',
  'messageFormat',
] as const satisfies readonly (keyof LoadPlan)[]

/**
 * Resolves what a plan sends: its request, operations by name, or a named workload; or a journey instead of all of
 * these.
 */
export function whatIsSent(
  keys: Plan,
  prefix: string,
  protocol: ResolvedProtocol | undefined,
  requestIssues: RequestIssues,
  issues: PlanIssue[],
): Pick<ResolvedLane, 'request' | 'workload'> {
  const { request, workload, journey } = keys
  for (const name of BESIDE_JOURNEY) {
    if (journey === undefined || keys[name] === undefined) continue
    const rule = 'cannot be combined with `journey`: its steps define what is sent'
    issues.push({ key: prefix + name, value: shownOf(keys[name]), rule })
  }
  if (isRecord(workload) && !isMix(workload)) {
    if (request !== undefined) {
      const remedy = 'keep the operations, with a `weight` each'
      const rule = 'cannot be combined with operations by name'
      issues.push({ key: `${prefix}request`, value: shownOf(request), rule, remedy })
    }
    return {
      request: resolveOperations(workload, `${prefix}workload`, protocol, requestIssues, issues),
      workload: 'read',
    }
  }
  const name =
    workload === undefined ? 'read' : (readWorkloadName(shownOf(workload), `${prefix}workload`, issues) ?? 'read')
  if (request !== undefined && !allowsRequest(name)) {
    const remedy = 'name the operations instead: workload: { browse: { …, weight: 9 }, buy: { …, weight: 1 } }'
    issues.push({ key: `${prefix}workload`, value: workload, rule: 'cannot be combined with `request`', remedy })
  }
  return { request: resolveRequest(request, `${prefix}request`, protocol, requestIssues, issues), workload: name }
}

/** Resolves one request, a weighted list of requests, or a function that creates them. */
function resolveRequest(
  value: unknown,
  key: string,
  protocol: ResolvedProtocol | undefined,
  requestIssues: RequestIssues,
  issues: PlanIssue[],
): RequestSource<WrittenRequest> | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) issues.push({ key, value, rule: 'must list at least one request' })
    value.forEach((item, index) => check(item, `${key}[${index}]`, protocol, requestIssues, issues))
  } else if (value !== undefined && typeof value !== 'function') {
    check(value, key, protocol, requestIssues, issues)
  }
  return value as RequestSource<WrittenRequest> | undefined
}

/** Converts operations by name to a weighted list of requests with these names. */
function resolveOperations(
  operations: Plan,
  key: string,
  protocol: ResolvedProtocol | undefined,
  requestIssues: RequestIssues,
  issues: PlanIssue[],
): RequestSource<WrittenRequest> {
  const entries = Object.entries(operations)
  if (entries.length === 0) {
    const remedy = `write ${key}: { browse: { path: '/', weight: 9 }, buy: { method: 'POST', path: '/buy', weight: 1 } }`
    issues.push({ key, value: operations, rule: 'must name at least one operation', remedy })
  }
  for (const [name, request] of entries) {
    check(request, `${key}.${name}`, protocol, requestIssues, issues)
    const written = isRecord(request) ? request['name'] : undefined
    if (written === undefined || written === name) continue
    const rule = `must be omitted: the operation is called '${name}'`
    issues.push({ key: `${key}.${name}.name`, value: written, rule })
  }
  return entries.map(([name, request]) => Object.assign({}, request, { name }))
}

function check(
  request: unknown,
  key: string,
  protocol: ResolvedProtocol | undefined,
  requestIssues: RequestIssues,
  issues: PlanIssue[],
): void {
  if (protocol !== undefined) issues.push(...requestIssues(protocol, request, key))
}
