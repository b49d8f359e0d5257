import { isStdio, type Target } from '../model/target.ts'
import { LoadPlanError, NOT_SHOWN, type PlanIssue } from '../model/errors.ts'
import { nearestName } from '../model/nearest-name.ts'
import { isRecord, withRemedy } from '../model/readers.ts'
import { type MissingOperations, OPERATION_NAMES, type OperationName } from '../model/suite-operations.ts'
import type { WorkloadName, WorkName } from '../model/plan.ts'
import { EMBEDDED_FRAGMENT } from '../model/work.ts'
import { WORKLOADS } from '../model/workload.ts'
import type { WrittenPlan } from '../plan/load-plan.ts'
import { PROTOCOL_NAMES, type PlanRequest, type ProtocolName, protocolFrom } from '../protocols/index.ts'
import { vocabulary } from '../run/vocabulary.ts'
import type { SuiteEnvironment } from './environment.ts'
import type { SuiteTargets } from './suite-targets.ts'

/** One request, or a weighted list of requests. */
export type OperationRequests = PlanRequest | readonly PlanRequest[]

/**
 * What a suite sends for each kind of operation: `read-heavy` is 90% `read` and 10% `write`, `balanced` half of each,
 * `stream` is `stream`; `batch` is `batch`, or ten reads and writes at once. A suite sends the protocol's default
 * request if `read` is absent, and nothing instead of any other operation.
 */
export type SuiteOperations = Readonly<Partial<Record<OperationName, OperationRequests>>>

/** Operations by protocol. */
export type OperationsByProtocol = Readonly<Partial<Record<ProtocolName, SuiteOperations>>>

/** Options of every suite that say what it sends. */
export interface SentOptions {
  /**
   * The requests of the user: those over HTTP with a method other than GET and HEAD are writes, all others reads. In a
   * suite with several protocols, they belong to HTTP if there is a target for it, else to the first target.
   */
  readonly request?: OperationRequests | undefined
  /** Requests by operation, or in a suite with several protocols by protocol and operation. */
  readonly operations?: SuiteOperations | OperationsByProtocol | undefined
}

/** Operations with at least one request each. */
export type KnownOperations = Readonly<Partial<Record<OperationName, readonly PlanRequest[]>>>

/** What a part of a suite sends: plan keys, or the operations that it misses. */
export type SentKeys =
  | { readonly keys: Pick<WrittenPlan, 'request' | 'workload' | 'batchSize'> }
  | { readonly missing: MissingOperations }

/** Operations that are sent together, where the user defines no bulk request. */
const BATCH = 10

/** Returns the protocol that `request` and operations without a protocol belong to. */
export function mainProtocol(targets: SuiteTargets): ProtocolName {
  return (
    PROTOCOL_NAMES.find((name) => name === 'http' && targets[name] !== undefined) ??
    PROTOCOL_NAMES.find((name) => targets[name] !== undefined) ??
    'http'
  )
}

/**
 * Returns the operations of one protocol; those of the environment take precedence. Throws `LoadPlanError` with every
 * issue, so that no suite starts whose last part is invalid.
 */
export function operationsOf(
  options: SentOptions,
  environment: SuiteEnvironment,
  protocol: ProtocolName,
  isMain: boolean,
): KnownOperations {
  const { request: ofOptions } = options
  const request = environment.request === undefined ? ofOptions : environment.request
  const requestKey = environment.request === undefined ? 'request' : 'LOAD_REQUEST'
  const issues: PlanIssue[] = []
  const known: Partial<Record<OperationName, readonly PlanRequest[]>> = {}
  if (isMain && request !== undefined) {
    const requests = checked(request, requestKey, protocol, issues)
    const writes = requests.filter((each) => isWrite(each, protocol))
    const reads = requests.filter((each) => !isWrite(each, protocol))
    if (reads.length > 0) known.read = reads
    if (writes.length > 0) known.write = writes
  }
  for (const [key, given] of [
    ['operations', options.operations],
    ['LOAD_OPERATIONS', environment.operations],
  ] as const) {
    const { operations, prefix } = ofProtocol(given, key, protocol, isMain, issues)
    for (const [name, requests] of Object.entries(operations)) {
      if (requests !== undefined)
        known[name as OperationName] = checked(requests, `${prefix}.${name}`, protocol, issues)
    }
  }
  if (issues.length > 0) throw new LoadPlanError(issues)
  return known
}

const NO_OPERATIONS: { readonly operations: SuiteOperations; readonly prefix: string } = { operations: {}, prefix: '' }

function ofProtocol(
  given: unknown,
  key: string,
  protocol: ProtocolName,
  isMain: boolean,
  issues: PlanIssue[],
): { readonly operations: SuiteOperations; readonly prefix: string } {
  if (given === undefined) return NO_OPERATIONS
  if (!isRecord(given)) {
    issues.push({ key, value: NOT_SHOWN, rule: 'must be requests by operation', remedy: REMEDY })
    return NO_OPERATIONS
  }
  const names = Object.keys(given)
  const isByProtocol = names.some((name) => PROTOCOL_NAMES.some((known) => known === name))
  if (!isByProtocol) {
    const known = withKnownNames(given, key, OPERATION_NAMES, issues)
    return isMain ? { operations: known, prefix: key } : NO_OPERATIONS
  }
  const own = withKnownNames(given, key, PROTOCOL_NAMES, issues)[protocol]
  if (own === undefined) return NO_OPERATIONS
  const prefix = `${key}.${protocol}`
  if (!isRecord(own)) {
    issues.push({ key: prefix, value: NOT_SHOWN, rule: 'must be requests by operation', remedy: REMEDY })
    return NO_OPERATIONS
  }
  return { operations: withKnownNames(own, prefix, OPERATION_NAMES, issues), prefix }
}

const REMEDY = "write { read: { path: '/items' }, write: { method: 'POST', path: '/items' } }"

/** Returns the entries whose names are known; adds an issue for each other name, whose value nothing can check. */
function withKnownNames(
  given: Readonly<Record<string, unknown>>,
  key: string,
  known: readonly string[],
  issues: PlanIssue[],
): Readonly<Record<string, unknown>> {
  const names = Object.keys(given)
  // A misspelt protocol alone looks like an operation.
  const candidates = key.includes('.') ? known : [...OPERATION_NAMES, ...PROTOCOL_NAMES]
  for (const name of names.filter((each) => !known.includes(each))) {
    const meant = nearestName(name, candidates)
    const rule = `is not one of: ${known.join(', ')}`
    issues.push({ key: `${key}.${name}`, value: NOT_SHOWN, rule, ...withRemedy(meant && `did you mean ${meant}?`) })
  }
  return Object.fromEntries(names.filter((name) => known.includes(name)).map((name) => [name, given[name]]))
}

function checked(
  requests: OperationRequests,
  key: string,
  protocol: ProtocolName,
  issues: PlanIssue[],
): readonly PlanRequest[] {
  const isList = Array.isArray(requests)
  const all = [requests].flat() as readonly PlanRequest[]
  if (all.length === 0) issues.push({ key, value: requests, rule: 'must list at least one request' })
  const resolved = { from: 'shipped', spec: { kind: protocol } } as const
  all.forEach((request, index) => {
    issues.push(...vocabulary.requestIssues(resolved, request, isList ? `${key}[${index}]` : key))
  })
  return all
}

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD'])

function isWrite(request: PlanRequest, protocol: ProtocolName): boolean {
  return protocol === 'http' && 'method' in request && !READING.has(request.method ?? 'GET')
}

/** Returns the plan keys that send a workload: with the requests of the user, or as work of an embedded target. */
export function sentKeys(
  workload: WorkloadName,
  known: KnownOperations,
  { protocol, target }: { readonly protocol: ProtocolName; readonly target: Target | undefined },
): SentKeys {
  const isKnown = Object.keys(known).length > 0
  if (!isKnown && (workload === 'read' || isEmbeddedTarget(target))) return { keys: { workload } }
  if (workload === 'batch' && known.batch !== undefined) return { keys: { request: named('batch', known.batch, 1) } }
  const parts = WORKLOADS[workload].map(({ work, weight }) => ({
    work,
    weight,
    requests: requestsFor(work, known, protocol),
  }))
  const missing = parts.flatMap(({ work, requests }) => (requests === undefined ? [work as OperationName] : []))
  if (missing.length > 0) return { missing: { protocol, operations: missing } }
  const request = parts.flatMap(({ work, weight, requests = [] }) => named(work, requests, weight))
  return { keys: { request, ...(workload === 'batch' && { batchSize: BATCH }) } }
}

function requestsFor(
  work: WorkName,
  known: KnownOperations,
  protocol: ProtocolName,
): readonly PlanRequest[] | undefined {
  if (work === 'echo') return undefined
  return known[work] ?? (work === 'read' ? [defaultRead(protocol)] : undefined)
}

/** A list of requests cannot negotiate the default call of MCP, so it contains one that every version has. */
function defaultRead(protocol: ProtocolName): PlanRequest {
  if (protocol === 'mcp') return { method: 'tools/list' }
  return protocolFrom({ kind: protocol }).healthRead as PlanRequest
}

/** Names the requests of an operation, and divides its weight among them. */
function named(work: string, requests: readonly PlanRequest[], weight: number): readonly PlanRequest[] {
  const total = requests.reduce((sum, each) => sum + (each.weight ?? 1), 0)
  return requests.map((each, index) => ({
    ...each,
    name: each.name ?? (requests.length === 1 ? work : `${work} ${index + 1}`),
    weight: (weight * (each.weight ?? 1)) / total,
  }))
}

/** Returns every request of the user with its weight, for suites without workloads; undefined if there is none. */
export function allRequests(known: KnownOperations): WrittenPlan['request'] | undefined {
  const all = OPERATION_NAMES.flatMap((name) => known[name] ?? [])
  if (all.length < 2) return all[0]
  return OPERATION_NAMES.flatMap((name) => {
    const requests = known[name] ?? []
    return named(
      name,
      requests,
      requests.reduce((sum, each) => sum + (each.weight ?? 1), 0),
    )
  })
}

function isEmbeddedTarget(target: Target | undefined): boolean {
  if (typeof target === 'string' || target instanceof URL) return String(target).endsWith(EMBEDDED_FRAGMENT)
  if (typeof target !== 'object') return false
  if (isStdio(target)) return target.embedded === true
  return 'url' in target && typeof target.url === 'string' && target.url.endsWith(EMBEDDED_FRAGMENT)
}
