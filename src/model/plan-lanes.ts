import type { PlanFault } from './errors.ts'
import type { LoadPlan, MessageSize, MixEntry, RequestSource, ResolvedLane, ResolvedProtocol } from './plan.ts'
import type { MessageFormat } from './body.ts'
import { resolveProtocol, isOwn } from './plan-protocol.ts'
import { readMessageFormat, readMessageSize } from './plan-payloads.ts'
import { isRecord, oneOf, positive, readKeys, text, wholeFrom } from './plan-readers.ts'
import type { Reader } from './plan-readers.ts'
import { TARGET_REMEDY, targetReader } from './plan-target.ts'
import type { PlanVocabulary } from './plan-vocabulary.ts'
import { WORKLOADS } from './workload.ts'

type Plan = Readonly<Record<string, unknown>>

const MOST_CONNECTIONS = 100

/** What of the plan holds for every lane that does not say otherwise; undefined where it was not given, or had a fault. */
interface Shared {
  readonly concurrency: number | undefined
  readonly maxConnections: number | undefined
  readonly messageSize: MessageSize | undefined
  readonly messageFormat: MessageFormat | undefined
  readonly feeds: Readonly<Record<string, unknown>> | undefined
}

/** What the plan sends where: one lane, or one for each entry of a `mix`. */
export function resolveLanes(
  plan: Plan,
  shared: Shared,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): readonly [ResolvedLane, ...ResolvedLane[]] | undefined {
  const { workload } = plan
  if (isRecord(workload) && workload['kind'] === 'mix') return resolveMix(workload, plan, shared, vocabulary, faults)
  const lane = resolveLane(plan, '', shared, vocabulary, faults)
  if (lane !== undefined) holdTemplates([lane], plan, shared, vocabulary, faults)
  return lane && [lane]
}

/** Templates name what stands elsewhere in the plan: its feeds, its setup. */
function holdTemplates(
  lanes: readonly ResolvedLane[],
  plan: Plan,
  { feeds = {} }: Shared,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): void {
  const known = {
    feeds: Object.fromEntries(Object.keys(feeds).map((name) => [name, undefined])),
    setup: plan['setup'] !== undefined,
  }
  for (const { name, request } of lanes) {
    if (request === undefined || typeof request === 'function') continue
    for (const [index, each] of [request].flat().entries()) {
      const place = Array.isArray(request) ? `[${index}]` : ''
      faults.push(...vocabulary.templateFaults(each, name === '' ? `request${place}` : `${name}${place}`, known))
    }
  }
}

function resolveLane(
  keys: Plan,
  prefix: string,
  shared: Shared,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): ResolvedLane | undefined {
  const key = (name: string): string => prefix + name
  const targetKnown = isOwn(keys['protocol']) ? undefined : vocabulary
  if (keys['target'] === undefined) {
    faults.push({ key: key('target'), value: undefined, rule: 'must be given', remedy: TARGET_REMEDY })
  }
  const target =
    keys['target'] === undefined ? undefined : targetReader(targetKnown)(keys['target'], key('target'), faults)
  const protocol = resolveProtocol(keys['protocol'], key('protocol'), target?.protocol, vocabulary, faults)
  const sent = whatIsSent(keys, prefix, protocol, vocabulary, faults)
  if (target === undefined || protocol === undefined) return undefined
  const { messageFormat } = shared
  if (messageFormat !== undefined)
    faults.push(...vocabulary.formatFaults(protocol, messageFormat, key('messageFormat')))
  const overPipes = typeof target.target === 'object' && 'stdio' in target.target
  const most = overPipes ? 1 : MOST_CONNECTIONS
  return {
    name: '',
    weight: 1,
    target: target.target,
    protocol,
    ...sent,
    messageSize: shared.messageSize,
    messageFormat: shared.messageFormat,
    maxConnections: shared.maxConnections ?? (overPipes ? most : Math.max(most, shared.concurrency ?? 0)),
  }
}

const readWorkloadName = oneOf(Object.keys(WORKLOADS) as readonly (keyof typeof WORKLOADS)[])

/** Requests of the plan, operations by name, or a workload's own; journeys instead of all of them. */
function whatIsSent(
  keys: Plan,
  prefix: string,
  protocol: ResolvedProtocol | undefined,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): Pick<ResolvedLane, 'request' | 'workload'> {
  const { request, workload, journey } = keys
  for (const [name, value] of Object.entries({ request, workload })) {
    if (journey === undefined || value === undefined) continue
    faults.push({ key: prefix + name, value, rule: 'cannot go with `journey`: its steps say what is sent' })
  }
  if (isRecord(workload)) {
    if (request !== undefined) {
      const remedy = 'keep the operations, with a `weight` each'
      faults.push({ key: `${prefix}request`, value: request, rule: 'cannot go with operations by name', remedy })
    }
    return {
      request: resolveOperations(workload, `${prefix}workload`, protocol, vocabulary, faults),
      workload: 'read',
    }
  }
  const name = workload === undefined ? 'read' : (readWorkloadName(workload, `${prefix}workload`, faults) ?? 'read')
  if (request !== undefined && name !== 'read' && name !== 'batch') {
    const remedy = 'name the operations instead: workload: { browse: { …, weight: 9 }, buy: { …, weight: 1 } }'
    faults.push({ key: `${prefix}workload`, value: workload, rule: 'cannot go with `request`', remedy })
  }
  return { request: resolveRequest(request, `${prefix}request`, protocol, vocabulary, faults), workload: name }
}

/** One request, several of them weighted, or a function that makes them. */
function resolveRequest(
  value: unknown,
  key: string,
  protocol: ResolvedProtocol | undefined,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): RequestSource | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) faults.push({ key, value, rule: 'must list at least one request' })
    value.forEach((item, index) => check(item, `${key}[${index}]`, protocol, vocabulary, faults))
  } else if (value !== undefined && typeof value !== 'function') {
    check(value, key, protocol, vocabulary, faults)
  }
  return value as RequestSource | undefined
}

/** A weighted list whose names are the keys. */
function resolveOperations(
  operations: Plan,
  key: string,
  protocol: ResolvedProtocol | undefined,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): RequestSource {
  const entries = Object.entries(operations)
  if (entries.length === 0) {
    const remedy = `write ${key}: { browse: { path: '/', weight: 9 }, buy: { method: 'POST', path: '/buy', weight: 1 } }`
    faults.push({ key, value: operations, rule: 'must name at least one operation', remedy })
  }
  for (const [name, request] of entries) check(request, `${key}.${name}`, protocol, vocabulary, faults)
  return entries.map(([name, request]) => Object.assign({}, request, { name }))
}

function check(
  request: unknown,
  key: string,
  protocol: ResolvedProtocol | undefined,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): void {
  if (protocol !== undefined) faults.push(...vocabulary.requestFaults(protocol, request, key))
}

const given: Reader<unknown> = (value) => value
const ENTRY_KEYS = {
  name: text,
  weight: positive,
  target: given,
  protocol: given,
  request: given,
  workload: given,
  messageSize: readMessageSize,
  messageFormat: readMessageFormat,
  maxConnections: wholeFrom(1),
} satisfies Readonly<Record<keyof MixEntry, Reader<unknown>>>

const NOT_BESIDE_MIX = ['request', 'protocol', 'journey', 'concurrency'] as const satisfies readonly (keyof LoadPlan)[]

function resolveMix(
  mix: Plan,
  plan: Plan,
  shared: Shared,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): readonly [ResolvedLane, ...ResolvedLane[]] | undefined {
  for (const key of NOT_BESIDE_MIX) {
    if (plan[key] === undefined) continue
    const remedy = key === 'concurrency' ? 'write `rate`' : 'say it in the entries of the mix'
    faults.push({ key, value: plan[key], rule: 'cannot go with a mix', remedy })
  }
  const { entries } = mix
  if (!Array.isArray(entries) || entries.length === 0) {
    const remedy =
      "write mix([{ weight: 3, target: 'http://127.0.0.1:3000' }, { weight: 1, target: 'ws://127.0.0.1:3000' }])"
    faults.push({ key: 'workload', value: entries, rule: 'must mix at least one entry', remedy })
    return undefined
  }
  const lanes = entries.map((entry: unknown, index) => {
    return resolveEntry(entry, `workload[${index}]`, plan['target'], shared, vocabulary, faults)
  })
  const [first, ...others] = lanes.filter((lane) => lane !== undefined)
  if (first === undefined) return undefined
  refuseTwins([first, ...others], faults)
  holdTemplates([first, ...others], plan, shared, vocabulary, faults)
  return [first, ...others]
}

function resolveEntry(
  entry: unknown,
  key: string,
  target: unknown,
  shared: Shared,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): ResolvedLane | undefined {
  if (!isRecord(entry)) {
    faults.push({ key, value: entry, rule: 'must be an object' })
    return undefined
  }
  const prefix = `${key}.`
  const read = readKeys(ENTRY_KEYS, entry, { prefix, noun: 'a key of an entry of a mix' }, faults)
  const ofEntry = {
    concurrency: undefined,
    maxConnections: read.maxConnections ?? shared.maxConnections,
    messageSize: read.messageSize ?? shared.messageSize,
    messageFormat: read.messageFormat ?? shared.messageFormat,
    feeds: shared.feeds,
  }
  const lane = resolveLane({ target, ...entry }, prefix, ofEntry, vocabulary, faults)
  if (typeof lane?.request === 'function') {
    const remedy = 'write the requests as data; feeds and templates make them differ'
    faults.push({ key: `${prefix}request`, value: lane.request, rule: 'cannot be a function in a mix', remedy })
  }
  return lane && { ...lane, name: read.name ?? nameOf(lane.protocol), weight: read.weight ?? 1 }
}

/** Results are kept by name. */
function refuseTwins(lanes: readonly ResolvedLane[], faults: PlanFault[]): void {
  for (const [index, { name }] of lanes.entries()) {
    if (lanes.findIndex((other) => other.name === name) === index) continue
    const key = `workload[${index}].name`
    faults.push({
      key,
      value: undefined,
      rule: `must be given: '${name}' is taken`,
      remedy: `write name: '${name} ${index + 1}'`,
    })
  }
}

function nameOf(protocol: ResolvedProtocol): string {
  if (protocol.from === 'shipped') return protocol.spec.kind
  return protocol.from === 'object' ? protocol.protocol.name : 'own'
}
