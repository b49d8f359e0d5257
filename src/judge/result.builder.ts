/** Test support: complete results built from known latencies. They satisfy every identity of a measured result. */
import { encodeHdr } from '../model/hdr-codec.ts'
import { bucketHighUs, bucketOf, type SparseHistogram } from '../model/hdr.ts'
import { ERROR_CLASSES, isAnswered, type ErrorClass } from '../model/error-class.ts'
import type { Distribution, DropReason, Figures, Interval, JudgedFigures } from '../model/figures.ts'
import type { LoadResult } from '../model/result.ts'
import type { PlanSummary } from '../model/plan-summary.ts'
import type { Ms } from '../model/units.ts'

/** Events in one batch of time of the run. */
export interface BatchCase {
  /** Response times of the successful requests. */
  readonly responsesMs: readonly Ms[]
  readonly errors?: Readonly<Partial<Record<ErrorClass, number>>>
  readonly dropped?: Readonly<Partial<Record<DropReason, number>>>
  /** Requests due but not done at the end of the batch. Default: 0. */
  readonly inFlight?: number
  /** Maximum lateness of the generator. Default: 0. */
  readonly generatorLagMs?: Ms
  /** Requests that became due. Default: the number of requests that ended. */
  readonly arrivals?: number
}

export interface ResultCase {
  readonly batches: readonly BatchCase[]
  /** Length of a batch. Default: 250. */
  readonly batchMs?: Ms
  /** Service time within a response time. Default: the response time without the lag. */
  readonly serviceMs?: (responseMs: Ms) => Ms
  /** Lateness of the generator within a response time. Default: 0. */
  readonly lagMs?: (responseMs: Ms) => Ms
  /** By name: the index of the first batch of each phase and of the first batch after it. */
  readonly phases?: Readonly<Record<string, readonly [number, number]>>
  readonly plan?: Partial<PlanSummary>
  /** Other properties of the result. */
  readonly rest?: Partial<LoadResult>
}

/**
 * Returns `count` equal batches of `perBatch` successes of `responseMs(i)`, where i is the index in the whole run.
 */
export function evenBatches(count: number, perBatch: number, responseMs: (i: number) => Ms): BatchCase[] {
  return Array.from({ length: count }, (_, batch) => ({
    responsesMs: Array.from({ length: perBatch }, (__, i) => responseMs(batch * perBatch + i)),
  }))
}

/** Returns the batches, each with the additional properties that `more(i)` returns. */
export function eachWith(batches: readonly BatchCase[], more: (i: number) => Partial<BatchCase>): readonly BatchCase[] {
  return batches.map((batch, i) => Object.assign({}, batch, more(i)))
}

/**
 * Returns a completed run against a loopback server with the default plan; `rest` and `plan` override its properties.
 */
export function resultOf(run: ResultCase): LoadResult {
  const { batches, batchMs = 250, phases = {}, rest = {} } = run
  const whole = figuresOf(run, 0, batches.length)
  const durationMs = batches.length * batchMs
  return {
    ...whole,
    schema: 1,
    type: 'describe-load:result',
    generatorId: 'case',
    name: 'a case',
    plan: planOf(run, whole),
    protocol: 'http',
    protocolVersion: 'HTTP/1.1',
    pattern: 'constant',
    arrivals: 'uniform',
    seed: '8f2c1e',
    startedAt: '2026-01-01T00:00:00.000Z',
    ended: 'completed',
    drainMs: 0,
    inFlight: 0,
    unsolicited: 0,
    operations: { 'GET /': whole },
    phases: Object.fromEntries(
      Object.entries(phases).map(([name, [from, to]]) => [
        name,
        { ...figuresOf(run, from, to), startMs: from * batchMs, endMs: to * batchMs },
      ]),
    ),
    journeys: null,
    metrics: {},
    pool: { size: 20, peakInUse: 4, fullRatio: 0 },
    connections: { opened: 4, closed: 4, reconnects: 0, failed: 0 },
    intervalMs: 1_000,
    intervals: intervalsOf(run, durationMs),
    generator: { threads: 1, mode: 'worker', wake: 'exact', cpuPercent: 12, eventLoopUtilization: 0.2, doubts: [] },
    target: { url: 'http://127.0.0.1:3000/', pids: [], samples: [], unwatched: 'monitor is off' },
    slowest: [],
    ...rest,
  }
}

function planOf({ plan = {} }: ResultCase, { offeredRps, durationMs }: JudgedFigures): PlanSummary {
  return {
    rate: offeredRps,
    durationMs,
    warmUpMs: 0,
    connection: 'pooled',
    maxConnections: 20,
    requestTimeoutMs: 10_000,
    sla: {},
    confidence: 0.95,
    onInconclusive: 'lean',
    request: 'GET /',
    ...plan,
  }
}

/** Figures of the requests that ended in the batches from … to − 1. */
function figuresOf(run: ResultCase, from: number, to: number): JudgedFigures {
  const { batchMs = 250 } = run
  const totals = totalsOf(run, from, to)
  const durationMs = (to - from) * batchMs
  return { ...totals, durationMs, achievedRps: totals.throughputRps, batches: batchesOf(run, from, to) }
}

function totalsOf(run: ResultCase, from: number, to: number): Figures {
  const { batchMs = 250, plan = {} } = run
  const within = run.batches.slice(from, to)
  const responsesMs = within.flatMap((batch) => batch.responsesMs)
  const { lagMs, serviceMs, targetMs } = partsOf(run)
  const responseTime = distributionOf(responsesMs)
  const errorsByClass = sumUp(within.map(({ errors = {} }) => errors))
  const droppedByReason = sumUp(within.map(({ dropped = {} }) => dropped))
  const errors = total(errorsByClass)
  const dropped = total(droppedByReason)
  const successes = responsesMs.length
  const requestsScheduled = successes + errors + dropped
  const durationMs = (to - from) * batchMs
  const errorRate = requestsScheduled === 0 ? 0 : (errors + dropped) / requestsScheduled
  return {
    requestsScheduled,
    requestsSent: successes + errors,
    responsesReceived: successes + answered(errorsByClass),
    successes,
    errors,
    timeouts: errorsByClass.timeout ?? 0,
    dropped,
    droppedByReason,
    unanswered: errors - answered(errorsByClass) + dropped,
    successRate: 1 - errorRate,
    errorRate,
    offeredRps: (requestsScheduled * 1_000) / durationMs,
    throughputRps: (successes * 1_000) / durationMs,
    bytesSent: requestsScheduled * 100,
    bytesReceived: successes * 200,
    statuses: {},
    errorsByClass: Object.fromEntries(
      Object.entries(errorsByClass).map(([name, count]) => [name, { count, first: `the first ${name}` }]),
    ),
    overLimit: Object.fromEntries(
      Object.entries(plan.sla ?? {})
        .filter(([key]) => key.endsWith('Ms'))
        .map(([key, limitMs]) => [key, { limitMs, count: responsesMs.filter((ms) => ms > limitMs).length }]),
    ),
    responseTime,
    serviceTime: serviceMs === wholeMs ? responseTime : distributionOf(responsesMs.map(serviceMs)),
    queueTime: distributionOf(responsesMs.map((ms) => targetMs(ms) - serviceMs(ms))),
    scheduleLag: distributionOf(responsesMs.map(lagMs)),
    targetTime: targetMs === wholeMs ? responseTime : distributionOf(responsesMs.map(targetMs)),
    connectTime: { count: 0 },
    firstMessageTime: { count: 0 },
    messageGap: { count: 0 },
  }
}

function batchesOf(run: ResultCase, from: number, to: number): JudgedFigures['batches'] {
  const { batchMs = 250 } = run
  const within = run.batches.slice(from, to)
  const { serviceMs, targetMs } = partsOf(run)
  const texts = (part: (ms: Ms) => Ms): string[] =>
    within.map((batch) => encodeHdr(histogramOf(Float64Array.from(batch.responsesMs, (ms) => part(ms)).sort())))
  const responseTime = texts(wholeMs)
  return {
    startMs: from * batchMs,
    lengthMs: batchMs,
    arrivals: within.map((batch) => batch.arrivals ?? fates(batch)),
    inFlight: within.map(({ inFlight = 0 }) => inFlight),
    generatorLagMs: within.map(({ generatorLagMs = 0 }) => generatorLagMs),
    successes: within.map((batch) => batch.responsesMs.length),
    errors: within.map(({ errors: failed = {} }) => total(failed)),
    dropped: within.map(({ dropped: unsent = {} }) => total(unsent)),
    unanswered: within.map(
      ({ errors: failed = {}, dropped: unsent = {} }) => total(failed) - answered(failed) + total(unsent),
    ),
    responseTime,
    serviceTime: serviceMs === wholeMs ? responseTime : texts(serviceMs),
    targetTime: targetMs === wholeMs ? responseTime : texts(targetMs),
  }
}

/** Used when a part equals the whole response time, so that its distribution is computed only once. */
const wholeMs = (responseMs: Ms): Ms => responseMs

/** Functions from a response time to its parts, in ms. */
function partsOf({
  lagMs,
  serviceMs,
}: ResultCase): Readonly<Record<'lagMs' | 'serviceMs' | 'targetMs', (ms: Ms) => Ms>> {
  const targetMs = lagMs === undefined ? wholeMs : (ms: Ms): Ms => ms - lagMs(ms)
  return { lagMs: lagMs ?? (() => 0), serviceMs: serviceMs ?? targetMs, targetMs }
}

function intervalsOf(run: ResultCase, durationMs: Ms): Interval[] {
  const { batches, batchMs = 250 } = run
  const per = Math.max(1, Math.round(1_000 / batchMs))
  return Array.from({ length: Math.ceil(batches.length / per) }, (_, i) => {
    const [from, to] = [i * per, Math.min(batches.length, (i + 1) * per)]
    return {
      ...totalsOf(run, from, to),
      startMs: from * batchMs,
      durationMs: Math.min(durationMs, to * batchMs) - from * batchMs,
      arrivals: batches.slice(from, to).reduce((sum, batch) => sum + (batch.arrivals ?? fates(batch)), 0),
      inFlight: batches[to - 1]?.inFlight ?? 0,
    }
  })
}

/**
 * Statistics of latencies in ms as the recorder computes them: mean and deviation from values, percentiles from
 * buckets.
 */
function distributionOf(latenciesMs: readonly Ms[]): Distribution {
  const sorted = Float64Array.from(latenciesMs).sort()
  const count = sorted.length
  if (count === 0) return { count: 0 }
  const meanMs = sorted.reduce((sum, ms) => sum + ms, 0) / count
  const maxMs = sorted.at(-1) ?? 0
  const at = (share: number): Ms => {
    const ms = sorted[Math.max(0, Math.ceil(share * count - 1e-9) - 1)] ?? 0
    return Math.min(bucketHighUs(bucketOf(Math.round(ms * 1_000))) / 1_000, maxMs)
  }
  return {
    count,
    minMs: sorted[0] ?? 0,
    meanMs,
    stddevMs: Math.sqrt(sorted.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0) / count),
    p50Ms: at(0.5),
    p75Ms: at(0.75),
    p90Ms: at(0.9),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    maxMs,
    histogram: encodeHdr(histogramOf(sorted)),
  }
}

/** Returns the histogram of latencies in ascending order. */
function histogramOf(sortedMs: Float64Array): SparseHistogram {
  const buckets: number[] = []
  const counts: number[] = []
  for (const ms of sortedMs) {
    const bucket = bucketOf(Math.round(ms * 1_000))
    const last = buckets.length - 1
    if (buckets[last] === bucket) counts[last] = (counts[last] ?? 0) + 1
    else {
      buckets.push(bucket)
      counts.push(1)
    }
  }
  return { buckets, counts }
}

type Counts<Key extends string> = Readonly<Partial<Record<Key, number>>>

function sumUp<Key extends string>(parts: readonly Counts<Key>[]): Counts<Key> {
  const sums: Partial<Record<Key, number>> = {}
  for (const part of parts) {
    for (const key of Object.keys(part) as Key[]) sums[key] = (sums[key] ?? 0) + (part[key] ?? 0)
  }
  return sums
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function answered(errors: Counts<ErrorClass>): number {
  return ERROR_CLASSES.filter(isAnswered).reduce((sum, name) => sum + (errors[name] ?? 0), 0)
}

function fates({ responsesMs, errors = {}, dropped = {} }: BatchCase): number {
  return responsesMs.length + total(errors) + total(dropped)
}
