import { LoadPlanError } from '../model/errors.ts'
import type { JourneyFunction } from '../model/journey.ts'
import { ARRIVAL_PROCESSES } from '../model/pattern.ts'
import type { SetupFunction } from '../model/setup.ts'
import type { PlanIssue } from '../model/errors.ts'
import { requireEnoughForSla } from './sla-size.ts'
import type { LoadPlan } from './load-plan.ts'
import { type CompiledPlan, scheduleOf } from './compiled-plan.ts'
import { resolveCode } from './user-code.ts'
import { resolveLanes } from './lanes.ts'
import { readConfidence, readReconnect, RECONNECT, readSla, resolveAbort } from './limits.ts'
import {
  anyDuration,
  flag,
  isRecord,
  oneOf,
  positive,
  positiveDuration,
  readKeys,
  timeoutDuration,
  wholeFrom,
} from '../model/readers.ts'
import type { Reader } from '../model/readers.ts'
import { resolveSchedule } from './schedule.ts'
import { drawSeed, readSeed } from './seed.ts'
import { readBatchSize, readFeeds, readMessageFormat, readMessageSize } from './payloads.ts'
import { readMonitor } from './target.ts'
import { readAllowHosts, readPlanHeaders, readTls } from './connection-options.ts'
import { readTracing, resolveTracing } from './tracing.ts'
import type { PlanEnvironment, PlanVocabulary } from './vocabulary.ts'

/** Operations in a batch, where the workload is `batch` and the plan sets no `batchSize`. */
const BATCH = 10

/** Validated after all keys are read, because the key depends on others. */
const later: Reader<unknown> = (value) => value

const readThreadNumber = wholeFrom(1)
const readThreads: Reader<number | 'auto'> = (value, key, issues) =>
  value === 'auto' ? value : readThreadNumber(value, key, issues)

/** One line per key: to add a plan key, start here. */
const READERS = {
  target: later,
  protocol: later,
  pattern: later,
  rate: positive,
  duration: positiveDuration,
  concurrency: wholeFrom(1),
  arrivals: oneOf(ARRIVAL_PROCESSES),
  warmUp: anyDuration,
  request: later,
  journey: later,
  setup: later,
  workload: later,
  batchSize: readBatchSize,
  messageSize: readMessageSize,
  messageFormat: readMessageFormat,
  feeds: readFeeds,
  connection: oneOf(['long-lived', 'short-lived', 'pooled']),
  maxConnections: wholeFrom(1),
  overflow: oneOf(['queue', 'drop']),
  reconnect: readReconnect,
  requestTimeout: timeoutDuration,
  sla: readSla,
  abortOn: later,
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
} satisfies Readonly<Record<keyof LoadPlan, Reader<unknown>>>

/**
 * Validates a plan as its author wrote it, fills in every default, and compiles its schedule. Throws `LoadPlanError`
 * with all of its issues, before any traffic.
 */
export function resolvePlan(
  plan: unknown,
  vocabulary: PlanVocabulary,
  environment: PlanEnvironment = {},
): CompiledPlan {
  const issues: PlanIssue[] = []
  if (!isRecord(plan)) throw new LoadPlanError([{ key: 'plan', value: plan, rule: 'must be an object' }])
  const read = readKeys(READERS, plan, { prefix: '', noun: 'a key of a plan' }, issues)

  const givenSeed = environment.seed === undefined || environment.seed === '' ? undefined : environment.seed
  const outerSeed = givenSeed === undefined ? undefined : readSeed(givenSeed, 'LOAD_SEED', issues)
  const seed = outerSeed ?? read.seed ?? drawSeed()

  const lanes = resolveLanes(plan, read, vocabulary, issues)
  const journey = resolveCode<JourneyFunction>(plan['journey'], 'journey', issues)
  const setup = resolveCode<SetupFunction>(plan['setup'], 'setup', issues)
  const batchSize = read.batchSize ?? (plan['workload'] === 'batch' ? BATCH : 1)
  const keys = { ...read, durationMs: read.duration, seed, batchSize }
  const { pattern, durationMs, arrivals, curve } = resolveSchedule(plan, keys, issues)
  const tracing = resolveTracing(read, issues)
  const abortOn = resolveAbort(plan['abortOn'], { sla: read.sla, durationMs }, issues)

  // A journey sends more requests than it has arrivals, and a load that is not judged needs no percentile.
  if (read.sla !== undefined && read.judge !== false && journey === undefined && durationMs !== undefined) {
    const expected = curve?.expectedBy(durationMs) ?? Number.POSITIVE_INFINITY
    requireEnoughForSla(read.sla, { expected, durationMs }, issues)
  }

  const warmUpMs = read.warmUp ?? 0
  if (issues.length > 0 || lanes === undefined || durationMs === undefined) throw new LoadPlanError(issues)
  return {
    name: environment.name ?? 'load',
    lanes,
    pattern,
    durationMs,
    concurrency: read.concurrency,
    arrivals,
    warmUpMs,
    batchSize,
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
    tracing,
    seed,
    threads: read.threads ?? 'auto',
    tls: read.tls ?? {},
    headers: read.headers ?? {},
    monitor: read.monitor ?? 'auto',
    allowHosts: read.allowHosts ?? [],
    schedule: curve && scheduleOf({ arrivals, seed, batchSize, warmUpMs }, curve),
  }
}
