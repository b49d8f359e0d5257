import { LoadPlanError } from './errors.ts'
import type { PlanFault } from './errors.ts'
import type { LoadPlan, RequestSource, ResolvedPlan } from './plan.ts'
import { readConfidence, readReconnect, RECONNECT, readSla, resolveAbort } from './plan-limits.ts'
import {
  anyDuration,
  isRecord,
  oneOf,
  positive,
  positiveDuration,
  readKeys,
  timeoutDuration,
  wholeFrom,
} from './plan-readers.ts'
import type { Reader } from './plan-readers.ts'
import { resolveSchedule } from './plan-schedule.ts'
import { drawSeed, readSeed } from './plan-seed.ts'
import { readMonitor, TARGET_REMEDY, targetReader } from './plan-target.ts'
import type { TargetRead } from './plan-target.ts'
import { readAllowHosts, readHeaders, readTls } from './plan-texts.ts'
import type { PlanEnvironment, PlanVocabulary } from './plan-vocabulary.ts'

/** Checked once all keys are read, because it depends on the others. */
const later: Reader<unknown> = (value) => value

const readTracing = oneOf(['off'], 'the other values come with tracing, which this version does not have')
const readThreadNumber = wholeFrom(1)
const readThreads: Reader<number | 'auto'> = (value, key, faults) =>
  value === 'auto' ? value : readThreadNumber(value, key, faults)

/** One line a key: a new key of the plan starts here. */
function planReaders(vocabulary: PlanVocabulary) {
  return {
    target: targetReader((url) => vocabulary.protocolOf(url)),
    protocol: oneOf(vocabulary.protocolNames),
    pattern: later,
    rate: positive,
    duration: positiveDuration,
    concurrency: wholeFrom(1),
    arrivals: oneOf(['uniform', 'poisson']),
    warmUp: anyDuration,
    request: later,
    connection: oneOf(['long-lived', 'short-lived', 'pooled']),
    maxConnections: wholeFrom(1),
    overflow: oneOf(['queue', 'drop']),
    reconnect: readReconnect,
    requestTimeout: timeoutDuration,
    sla: readSla,
    abortOn: later,
    confidence: readConfidence,
    onInconclusive: oneOf(['fail', 'warn']),
    tracing: readTracing,
    seed: readSeed,
    threads: readThreads,
    tls: readTls,
    headers: readHeaders,
    monitor: readMonitor,
    allowHosts: readAllowHosts,
  } satisfies Readonly<Record<keyof LoadPlan, Reader<unknown>>>
}

const MOST_CONNECTIONS = 100

/**
 * Checks a plan as its author wrote it and fills in every default.
 * Throws `LoadPlanError` with all of its faults, before any traffic.
 */
export function resolvePlan(
  plan: unknown,
  vocabulary: PlanVocabulary,
  environment: PlanEnvironment = {},
): ResolvedPlan {
  const faults: PlanFault[] = []
  if (!isRecord(plan)) throw new LoadPlanError([{ key: 'plan', value: plan, rule: 'must be an object' }])
  const read = readKeys(planReaders(vocabulary), plan, { prefix: '', noun: 'a key of a plan' }, faults)

  const givenSeed = environment.seed === undefined || environment.seed === '' ? undefined : environment.seed
  const outerSeed = givenSeed === undefined ? undefined : readSeed(givenSeed, 'LOAD_SEED', faults)
  const seed = outerSeed ?? read.seed ?? drawSeed()

  const protocol = resolveProtocol(plan, read.target, read.protocol, vocabulary, faults)
  const request = resolveRequest(plan['request'], protocol, vocabulary, faults)
  const keys = { ...read, durationMs: read.duration, seed }
  const { pattern, durationMs, arrivals } = resolveSchedule(plan, keys, vocabulary, faults)
  const abortOn = resolveAbort(plan['abortOn'], { sla: read.sla, durationMs }, faults)

  if (faults.length > 0 || read.target === undefined || durationMs === undefined) throw new LoadPlanError(faults)
  return {
    name: environment.name ?? 'load',
    target: read.target.target,
    protocol,
    pattern,
    durationMs,
    concurrency: read.concurrency,
    arrivals,
    warmUpMs: read.warmUp ?? 0,
    request,
    connection: read.connection ?? 'pooled',
    maxConnections: read.maxConnections ?? Math.max(MOST_CONNECTIONS, read.concurrency ?? 0),
    overflow: read.overflow ?? 'queue',
    reconnect: read.reconnect ?? RECONNECT,
    requestTimeoutMs: read.requestTimeout ?? 10_000,
    sla: read.sla ?? {},
    abortOn,
    confidence: read.confidence ?? 0.95,
    onInconclusive: read.onInconclusive ?? 'fail',
    tracing: 'off',
    seed,
    threads: read.threads ?? 'auto',
    tls: read.tls ?? {},
    headers: read.headers ?? {},
    monitor: read.monitor ?? 'auto',
    allowHosts: read.allowHosts ?? [],
  }
}

function resolveProtocol(
  plan: Readonly<Record<string, unknown>>,
  target: TargetRead | undefined,
  named: string | undefined,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): string {
  if (plan['target'] === undefined) {
    faults.push({ key: 'target', value: undefined, rule: 'must be given', remedy: TARGET_REMEDY })
  }
  const ofTarget = target?.protocol
  if (named !== undefined && ofTarget !== undefined && named !== ofTarget) {
    const remedy = 'leave `protocol` out: the target says it'
    faults.push({ key: 'protocol', value: named, rule: `does not go with a target that speaks '${ofTarget}'`, remedy })
  }
  return named ?? ofTarget ?? vocabulary.protocolNames[0] ?? ''
}

/** One request, several of them weighted, or a function that makes them. */
function resolveRequest(
  value: unknown,
  protocol: string,
  vocabulary: PlanVocabulary,
  faults: PlanFault[],
): RequestSource | undefined {
  const key = 'request'
  if (Array.isArray(value)) {
    if (value.length === 0) faults.push({ key, value, rule: 'must list at least one request' })
    value.forEach((item, index) => faults.push(...vocabulary.requestFaults(protocol, item, `${key}[${index}]`)))
  } else if (value !== undefined && typeof value !== 'function') {
    faults.push(...vocabulary.requestFaults(protocol, value, key))
  }
  return value as RequestSource | undefined
}
