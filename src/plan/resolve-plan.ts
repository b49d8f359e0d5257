import { LoadPlanError, NOT_SHOWN, type PlanIssue } from '../model/errors.ts'
import { foreignKeys } from '../model/foreign-keys.ts'
import type { JourneyFunction } from '../model/journey.ts'
import { ARRIVAL_PROCESSES } from '../model/pattern.ts'
import type { SetupFunction } from '../model/setup.ts'
import { learnSecrets } from '../model/text/clean.ts'
import type { LoadPlan } from './load-plan.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import { resolveCode } from './user-code.ts'
import { isMix } from './requests.ts'
import type { BatchFunction } from '../model/batch.ts'
import type { ResolvedCode, ResolvedComparison } from './resolved-plan.ts'
import { resolveLanes } from './lanes.ts'
import { onceOf } from './once.ts'
import { readConfidence, readReconnect, RECONNECT, readSla, requireEnoughForSla, resolveAbort } from './limits.ts'
import {
  anyDuration,
  anyValue,
  flag,
  isRecord,
  oneOf,
  positive,
  readKeys,
  timeoutDuration,
  wholeFrom,
  type Reader,
} from '../model/readers.ts'
import { readDuration, resolveLooks } from './duration.ts'
import { COMPARISON_WARM_UP_MS, resolveComparison } from './comparison.ts'
import { resolveSchedule, type ScheduleKeys } from './schedule.ts'
import { readBatchSize, readFeeds, readMessageFormat, readMessageSize } from './payloads.ts'
import { readMonitor } from './target.ts'
import { readAllowHosts, readPlanHeaders, readTls } from './connection-options.ts'
import type { PlanEnvironment, PlanVocabulary } from './vocabulary.ts'
import type { Tracing } from '../model/trace.ts'

/** Operations in a batch, where the workload is `batch` and the plan sets no `batchSize`. */
const BATCH = 10

/** Seeds have 32 bits, so that a printed seed is short enough to type. */
const HEXADECIMAL = /^[0-9a-f]{1,8}$/i

/** Reads a seed as results print it and `LOAD_SEED` accepts it: hexadecimal digits without leading zeros. */
const readSeed: Reader<string> = (value, key, issues) => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value.toString(16)
  if (typeof value === 'string' && HEXADECIMAL.test(value)) return Number.parseInt(value, 16).toString(16)
  issues.push({ key, value, rule: `must be a whole number from 0 to ${2 ** 32 - 1}, or up to 8 hexadecimal digits` })
  return undefined
}

/** Reads `LOAD_ONCE`. */
function readSwitch(name: 'LOAD_ONCE' | 'LOAD_AA', given: string | undefined, issues: PlanIssue[]): boolean {
  const value = given?.trim() ?? ''
  if (value === '' || value === '0' || value === '1') return value === '1'
  issues.push({ key: name, value: given, rule: "must be '1' or '0'" })
  return false
}

/** Draws a random seed. */
function drawSeed(): string {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1))
  return drawn.toString(16)
}

const readThreadNumber = wholeFrom(1)
const readThreads: Reader<number | 'auto'> = (value, key, issues) =>
  value === 'auto' ? value : readThreadNumber(value, key, issues)

const TRACING_REMEDY = "'slowest' keeps the slowest and the failed requests, 0.1 traces one request in ten"

export const readTracing: Reader<Tracing> = (value, key, issues) => {
  if (value === 'off' || value === 'slowest' || value === 'all') return value
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  issues.push({ key, value, rule: "must be 'all', 'slowest', 'off' or a ratio from 0 to 1", remedy: TRACING_REMEDY })
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

/** A batch is one message on one connection, so nothing that spreads its operations can be combined with it. */
function resolveBatch(
  plan: Readonly<Record<string, unknown>>,
  issues: PlanIssue[],
): ResolvedCode<BatchFunction> | undefined {
  if (plan['batch'] === undefined) return undefined
  const refuse = (rule: string, remedy: string): void => {
    issues.push({ key: 'batch', value: NOT_SHOWN, rule, remedy })
  }
  if (plan['journey'] !== undefined) refuse('cannot be combined with `journey`', 'send the message as a step')
  if (isMix(plan['workload'])) refuse('cannot be combined with a mix', 'write a plan without `mix`')
  if (plan['batchSize'] === 1) refuse('needs a `batchSize` of at least 2', 'omit batchSize, which is 10 then')
  return resolveCode<BatchFunction>(plan['batch'], 'batch', issues)
}

/** One line per key: to add a plan key, start here. */
const READERS = {
  target: anyValue,
  protocol: anyValue,
  pattern: anyValue,
  rate: positive,
  duration: readDuration,
  against: anyValue,
  comparison: anyValue,
  concurrency: wholeFrom(1),
  maxRps: positive,
  arrivals: oneOf(ARRIVAL_PROCESSES),
  warmUp: anyDuration,
  request: anyValue,
  journey: anyValue,
  setup: anyValue,
  workload: anyValue,
  batchSize: readBatchSize,
  batch: anyValue,
  messageSize: readMessageSize,
  messageFormat: readMessageFormat,
  feeds: readFeeds,
  connection: oneOf(['long-lived', 'short-lived', 'pooled']),
  maxConnections: wholeFrom(1),
  overflow: oneOf(['queue', 'drop']),
  reconnect: readReconnect,
  requestTimeout: timeoutDuration,
  sla: readSla,
  abortOn: anyValue,
  confidence: readConfidence,
  onInconclusive: oneOf(['lean', 'fail', 'warn']),
  judge: flag,
  tracing: readTracing,
  traceEveryRequest: flag,
  seed: readSeed,
  threads: readThreads,
  tls: readTls,
  headers: readPlanHeaders,
  monitor: readMonitor,
  allowHosts: readAllowHosts,
} satisfies Readonly<Record<keyof LoadPlan & string, Reader<unknown>>>

/**
 * Validates a plan as its author wrote it, fills in every default, and builds the curve of its pattern. Throws
 * `LoadPlanError` with all of its issues, before any traffic. From then on, no text shows the secrets of the plan.
 */
export function resolvePlan(
  plan: unknown,
  vocabulary: PlanVocabulary,
  environment: PlanEnvironment = {},
): CompiledPlan {
  // Before anything can throw, because its errors quote the plan.
  learnSecrets(plan)
  const issues: PlanIssue[] = []
  if (!isRecord(plan)) throw new LoadPlanError([{ key: 'plan', value: plan, rule: 'must be an object' }])
  const meant = new Set<string>()
  const read = readKeys(
    READERS,
    plan,
    { prefix: '', noun: 'a key of a plan', explain: foreignKeys.plan, meant },
    issues,
  )

  const givenSeed = environment.seed === undefined || environment.seed === '' ? undefined : environment.seed
  const outerSeed = givenSeed === undefined ? undefined : readSeed(givenSeed, 'LOAD_SEED', issues)
  const seed = outerSeed ?? read.seed ?? drawSeed()

  const isOnce = readSwitch('LOAD_ONCE', environment.once, issues)
  const isSelf = readSwitch('LOAD_AA', environment.self, issues)

  const lanes = resolveLanes(plan, read, vocabulary, issues)
  const journey = resolveCode<JourneyFunction>(plan['journey'], 'journey', issues)
  const setup = resolveCode<SetupFunction>(plan['setup'], 'setup', issues)
  const batch = resolveBatch(plan, issues)
  const isBatch = batch !== undefined || plan['workload'] === 'batch'
  const batchSize = read.batchSize ?? (isBatch ? BATCH : 1)
  if (plan['journey'] !== undefined && read.batchSize !== undefined && read.batchSize > 1) {
    const rule = 'cannot be combined with `journey`: each step is sent alone'
    issues.push({ key: 'batchSize', value: read.batchSize, rule, remedy: 'omit it' })
  }
  const longestMs = read.duration?.maxMs
  const looks = read.duration && resolveLooks(plan, read.duration, read.sla, issues)
  const comparison = resolveComparison(
    plan,
    { durationMs: longestMs, isSelf, cores: environment.cores },
    vocabulary,
    issues,
  )
  const keys = { ...read, durationMs: longestMs, seed, batchSize }
  const { pattern, durationMs, arrivals, curve } =
    comparison === undefined
      ? resolveSchedule(plan, keys, issues)
      : resolveSchedule(...ofOneSide(plan, keys, comparison), issues)
  const tracing = resolveTracing(read, issues)
  const abortOn = resolveAbort(plan['abortOn'], { sla: read.sla, durationMs }, issues)

  // A journey sends more requests than it has arrivals, and a load that is not judged needs no percentile.
  if (read.sla !== undefined && read.judge !== false && journey === undefined && durationMs !== undefined) {
    const expected = curve?.expectedBy(durationMs) ?? Number.POSITIVE_INFINITY
    requireEnoughForSla(read.sla, { expected, durationMs }, issues)
  }

  if (issues.length > 0 || lanes === undefined || durationMs === undefined) {
    // A missing key that the author wrote under another name is one mistake, not two.
    throw new LoadPlanError(issues.filter(({ key, value }) => value !== undefined || !meant.has(key)))
  }
  const compiled: CompiledPlan = {
    name: environment.name ?? 'load',
    lanes,
    pattern,
    durationMs,
    looks,
    comparison,
    blocks: undefined,
    concurrency: read.concurrency,
    maxRps: read.maxRps,
    arrivals,
    warmUpMs: read.warmUp ?? (comparison === undefined ? 0 : COMPARISON_WARM_UP_MS),
    batchSize,
    batch,
    journey,
    setup,
    feeds: read.feeds ?? {},
    connection: read.connection ?? 'pooled',
    overflow: read.overflow ?? 'queue',
    reconnect: read.reconnect ?? RECONNECT,
    requestTimeoutMs: read.requestTimeout ?? 10_000,
    sla: read.sla ?? {},
    abortOn,
    confidence: read.confidence ?? 0.95,
    onInconclusive: read.onInconclusive ?? 'lean',
    judge: read.judge ?? true,
    once: undefined,
    tracing,
    seed,
    threads: read.threads ?? 'auto',
    tls: read.tls ?? {},
    headers: read.headers ?? {},
    monitor: read.monitor ?? 'auto',
    allowHosts: read.allowHosts ?? [],
    curve,
  }
  return isOnce ? onceOf(compiled) : compiled
}

/** In a comparison, the schedule is that of one of the two targets. */
function ofOneSide(
  plan: Readonly<Record<string, unknown>>,
  keys: ScheduleKeys,
  { maxPairs, blockMs }: ResolvedComparison,
): [Readonly<Record<string, unknown>>, ScheduleKeys] {
  const durationMs = maxPairs * blockMs
  return [
    { ...plan, duration: durationMs },
    { ...keys, durationMs },
  ]
}
