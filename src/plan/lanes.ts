import { NOT_SHOWN, type PlanIssue } from '../model/errors.ts'
import type { MessageSize } from '../model/plan.ts'
import type { MixEntry } from './load-plan.ts'
import type { LoadPlan } from './load-plan.ts'
import type { ResolvedLane, ResolvedProtocol } from './resolved-plan.ts'
import type { ChosenFormat } from '../model/body.ts'
import type { AnyRequest } from '../model/requests.ts'
import { dataIssue } from './plain-data.ts'
import { resolveProtocol, isCustom, namedProtocol } from './protocol.ts'
import { readMessageFormat, readMessageSize } from './payloads.ts'
import { anyValue, isRecord, positive, readKeys, text, wholeFrom } from '../model/readers.ts'
import type { Reader } from '../model/readers.ts'
import { isMix, type RequestIssues, shownOf, whatIsSent } from './requests.ts'
import { targetRemedy, targetReader } from './target.ts'
import type { PlanVocabulary } from './vocabulary.ts'
import { isStdio } from '../model/target.ts'

type Plan = Readonly<Record<string, unknown>>

/** `maxConnections`, if the plan does not say. */
export const DEFAULT_MAX_CONNECTIONS = 100

/** Plan keys that apply to every lane which does not override them; undefined where a key is absent or has an issue. */
interface Shared {
  readonly concurrency: number | undefined
  readonly maxConnections: number | undefined
  readonly messageSize: MessageSize | undefined
  readonly messageFormat: ChosenFormat | undefined
}

/** Resolves what is sent where: one lane, or one for each entry of a `mix`. */
export function resolveLanes(
  plan: Plan,
  shared: Shared,
  vocabulary: PlanVocabulary,
  issues: PlanIssue[],
): readonly [ResolvedLane, ...ResolvedLane[]] | undefined {
  const { workload } = plan
  const requestIssues = requestIssuesOf(plan, vocabulary)
  if (isMix(workload)) return resolveMix(workload, plan, shared, vocabulary, requestIssues, issues)
  const lane = resolveLane(plan, '', shared, vocabulary, requestIssues, issues)
  return lane && [lane]
}

/** Templates refer to other parts of the plan: its feeds and its setup. */
function requestIssuesOf({ feeds, setup }: Plan, vocabulary: PlanVocabulary): RequestIssues {
  // A feed keeps its name even if it has an issue.
  const names = isRecord(feeds) ? Object.keys(feeds) : []
  const known = {
    feeds: Object.fromEntries(names.map((name) => [name, undefined])),
    setup: setup !== undefined,
  }
  return (protocol, request, key) => {
    const noData = dataIssue(request, key, protocol.from === 'module')
    if (noData !== undefined) return [noData]
    return [...vocabulary.requestIssues(protocol, request, key), ...vocabulary.templateIssues(request, key, known)]
  }
}

function resolveLane(
  keys: Plan,
  prefix: string,
  shared: Shared,
  vocabulary: PlanVocabulary,
  requestIssues: RequestIssues,
  issues: PlanIssue[],
): ResolvedLane | undefined {
  const key = (name: string): string => prefix + name
  const targetKnown = isCustom(keys['protocol']) ? undefined : vocabulary
  if (keys['target'] === undefined) {
    issues.push({ key: key('target'), value: undefined, rule: 'must be given', remedy: targetRemedy() })
  }
  const readTarget = targetReader(targetKnown, namedProtocol(keys['protocol']))
  const target = keys['target'] === undefined ? undefined : readTarget(keys['target'], key('target'), issues)
  const protocol = resolveProtocol(keys['protocol'], key('protocol'), target?.protocol, vocabulary, issues)
  const sent = whatIsSent(keys, prefix, protocol, requestIssues, issues)
  if (target === undefined || protocol === undefined) return undefined
  const { messageFormat, messageSize } = shared
  if (messageSize !== undefined) issues.push(...vocabulary.sizeIssues(protocol, messageSize, key('messageSize')))
  if (messageFormat !== undefined)
    issues.push(...vocabulary.formatIssues(protocol, messageFormat, key('messageFormat')))
  const overPipes = isStdio(target.target)
  return {
    name: '',
    weight: 1,
    target: target.target,
    protocol,
    workload: sent.workload,
    request: requestsAsData(sent.request, protocol, vocabulary),
    messageSize: shared.messageSize,
    messageFormat: shared.messageFormat,
    maxConnections:
      shared.maxConnections ?? (overPipes ? 1 : Math.max(DEFAULT_MAX_CONNECTIONS, shared.concurrency ?? 0)),
  }
}

function requestsAsData(
  requests: ResolvedLane['request'],
  protocol: ResolvedProtocol,
  vocabulary: PlanVocabulary,
): ResolvedLane['request'] {
  const asData = (request: unknown): AnyRequest =>
    (isRecord(request) ? vocabulary.requestData(protocol, request) : request) as AnyRequest
  if (requests === undefined || typeof requests === 'function') return requests
  return Array.isArray(requests) ? requests.map(asData) : asData(requests)
}

const ENTRY_KEYS = {
  name: text,
  weight: positive,
  target: anyValue,
  protocol: anyValue,
  request: anyValue,
  workload: anyValue,
  messageSize: readMessageSize,
  messageFormat: readMessageFormat,
  maxConnections: wholeFrom(1),
} satisfies Readonly<Record<keyof MixEntry, Reader<unknown>>>

/** Each key, with its remedy. */
const NOT_BESIDE_MIX = {
  request: 'write it in the entries of the mix',
  protocol: 'write it in the entries of the mix',
  journey: 'keep one of the two: a mix has no journeys',
  concurrency: 'write `rate`',
} as const satisfies Partial<Record<keyof LoadPlan, string>>

function resolveMix(
  mix: Plan,
  plan: Plan,
  shared: Shared,
  vocabulary: PlanVocabulary,
  requestIssues: RequestIssues,
  issues: PlanIssue[],
): readonly [ResolvedLane, ...ResolvedLane[]] | undefined {
  for (const key of Object.keys(NOT_BESIDE_MIX) as readonly (keyof typeof NOT_BESIDE_MIX)[]) {
    if (plan[key] === undefined) continue
    issues.push({ key, value: shownOf(plan[key]), rule: 'cannot be combined with a mix', remedy: NOT_BESIDE_MIX[key] })
  }
  const { entries } = mix
  if (!Array.isArray(entries) || entries.length === 0) {
    const remedy =
      "write mix([{ weight: 3, target: 'http://127.0.0.1:3000' }, { weight: 1, target: 'ws://127.0.0.1:3000' }])"
    issues.push({ key: 'workload', value: entries, rule: 'must have at least one entry', remedy })
    return undefined
  }
  const lanes = entries.map((entry: unknown, index) => {
    return resolveEntry(entry, `workload[${index}]`, plan['target'], shared, vocabulary, requestIssues, issues)
  })
  const [first, ...others] = lanes.filter((lane) => lane !== undefined)
  if (first === undefined) return undefined
  refuseTwins([first, ...others], issues)
  return [first, ...others]
}

function resolveEntry(
  entry: unknown,
  key: string,
  target: unknown,
  shared: Shared,
  vocabulary: PlanVocabulary,
  requestIssues: RequestIssues,
  issues: PlanIssue[],
): ResolvedLane | undefined {
  if (!isRecord(entry)) {
    issues.push({ key, value: entry, rule: 'must be an object' })
    return undefined
  }
  const prefix = `${key}.`
  const read = readKeys(ENTRY_KEYS, entry, { prefix, noun: 'a key of an entry of a mix' }, issues)
  const ofEntry = {
    concurrency: undefined,
    maxConnections: read.maxConnections ?? shared.maxConnections,
    messageSize: read.messageSize ?? shared.messageSize,
    messageFormat: read.messageFormat ?? shared.messageFormat,
  }
  if (entry['workload'] === 'batch') {
    const remedy = "write workload: 'balanced', and batchSize next to the mix"
    const rule = "cannot be 'batch' in a mix, which distributes the requests of a batch across all of its entries"
    issues.push({ key: `${prefix}workload`, value: 'batch', rule, remedy })
  }
  if (isMix(entry['workload'])) {
    const remedy = 'list its entries in the outer one'
    issues.push({ key: `${prefix}workload`, value: NOT_SHOWN, rule: 'cannot be a mix in a mix', remedy })
    return undefined
  }
  const lane = resolveLane({ target, ...entry }, prefix, ofEntry, vocabulary, requestIssues, issues)
  if (typeof lane?.request === 'function') {
    const remedy = 'write the requests as data; feeds and templates make them differ'
    issues.push({ key: `${prefix}request`, value: lane.request, rule: 'cannot be a function in a mix', remedy })
  }
  return lane && { ...lane, name: read.name ?? nameOf(lane.protocol), weight: read.weight ?? 1 }
}

/** Results are stored by name, so names must be unique. */
function refuseTwins(lanes: readonly ResolvedLane[], issues: PlanIssue[]): void {
  for (const [index, { name }] of lanes.entries()) {
    if (lanes.findIndex((other) => other.name === name) === index) continue
    const key = `workload[${index}].name`
    issues.push({
      key,
      value: undefined,
      rule: `must be given: another entry is called '${name}'`,
      remedy: `write name: '${name} ${index + 1}'`,
    })
  }
}

function nameOf(protocol: ResolvedProtocol): string {
  if (protocol.from === 'shipped') return protocol.spec.kind
  return protocol.from === 'object' ? protocol.protocol.name : 'custom'
}
