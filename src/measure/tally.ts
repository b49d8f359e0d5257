import { type ErrorClass, isAnswered } from '../model/error-class.ts'
import { DISTRIBUTIONS, type DistributionName, type DropReason, type ErrorCount } from '../model/figures.ts'
import type { Sample } from '../model/sample.ts'
import type { Sla } from '../model/sla.ts'
import { foreignText } from '../model/text/clean.ts'
import type { Ms } from '../model/units.ts'
import { type DescribeRequest, errorText } from './error-text.ts'
import { Histogram, type HistogramDelta } from './histogram.ts'

/** Status of a response: a number (HTTP, JSON-RPC, WebSocket close code), or a string from a custom protocol. */
export type Status = number | string

/**
 * Maximum number of distinct statuses that are counted separately. A target that invents statuses must not exhaust the
 * memory.
 */
const MAX_STATUSES = 100

/** Maximum number of responses that are kept per error class. */
const MAX_SAMPLES = 3

/** Maximum number of responses per error class and slice that are cleaned, because cleaning one takes about 0.1 ms. */
const MAX_CLEANED = 10

/** Key for all statuses after the first `MAX_STATUSES`. */
const OTHER = 'other'

/** Statuses with their counts, as plain data that can cross a thread. */
export type StatusDelta = readonly (readonly [status: string, count: number])[]

/** Counts responses by status: at most 100 distinct ones, all others under `other`, so that no response is lost. */
export class StatusCounts {
  /** A `Map`, because a custom protocol may have a status named `__proto__`. */
  readonly #counts = new Map<Status, number>()

  add(status: Status, count = 1): void {
    const known = this.#counts.get(status)
    if (known !== undefined) this.#counts.set(status, known + count)
    else if (this.#counts.size < MAX_STATUSES) this.#counts.set(status, count)
    else this.#counts.set(OTHER, (this.#counts.get(OTHER) ?? 0) + count)
  }

  addAll(delta: StatusDelta): void {
    for (const [status, count] of delta) this.add(status, count)
  }

  clear(): void {
    this.#counts.clear()
  }

  toDelta(): StatusDelta {
    return Array.from(this.#counts, ([status, count]) => [
      typeof status === 'string' ? foreignText(status) : String(status),
      count,
    ])
  }
}

/** A latency limit of the plan. The tally counts exactly how many requests exceed it. */
export interface LatencyLimit {
  /** Key in the plan's `sla`, such as `p99Ms`. */
  readonly key: string
  readonly limitMs: Ms
}

/** Returns the latency limits of an `sla`. */
export function latencyLimits(sla: Sla): readonly LatencyLimit[] {
  return Object.entries(sla).flatMap(([key, limitMs]) => (key.endsWith('Ms') ? [{ key, limitMs }] : []))
}

/** The recorded times: those of a result, and the target time without the delays of the machine, by batch only. */
const RECORDED = [...DISTRIBUTIONS, 'undelayedTime'] as const

type RecordedName = DistributionName | 'undelayedTime'

/** The counts of a tally, as plain data that can cross a thread and be added without loss. */
export interface TallyDelta {
  readonly arrivals: number
  readonly inFlight: number
  /** See `Batches.generatorLagMs`. */
  readonly generatorLagMs: Ms
  readonly successes: number
  readonly answeredErrors: number
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  readonly errors: Readonly<Partial<Record<ErrorClass, ErrorCount>>>
  readonly overLimit: readonly number[]
  readonly statuses: StatusDelta
  readonly distributions: Readonly<Partial<Record<RecordedName, HistogramDelta>>>
}

/**
 * Counts and latencies of a group of requests. A generator thread records into it; the main thread adds the parts up.
 */
export class Tally {
  readonly #limits: readonly LatencyLimit[]
  readonly #histograms = Object.fromEntries(RECORDED.map((name) => [name, new Histogram()])) as Record<
    RecordedName,
    Histogram
  >
  #arrivals = 0
  #inFlight = 0
  #generatorLagMs: Ms = 0
  #successes = 0
  #answeredErrors = 0
  #bytesSent = 0
  #bytesReceived = 0
  #dropped: Partial<Record<DropReason, number>> = {}
  #errors: Partial<Record<ErrorClass, ErrorCount>> = {}
  /** Responses that were cleaned since the last `take`, as the target sent them. */
  readonly #cleaned = new Map<ErrorClass, Set<string>>()
  #overLimit: number[]
  readonly #statuses = new StatusCounts()
  #idle = true

  constructor(limits: readonly LatencyLimit[]) {
    this.#limits = limits
    this.#overLimit = limits.map(() => 0)
  }

  /** Whether nothing was recorded since the last `take`. */
  get idle(): boolean {
    return this.#idle
  }

  get arrivals(): number {
    return this.#arrivals
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Records that a request was due, `lagMs` after its intended start. */
  arrive(lagMs: Ms): void {
    this.#idle = false
    this.#arrivals++
    this.#inFlight++
    this.lag(lagMs)
  }

  /** Records that the generator was late by `lagMs`. Only the largest value is kept. */
  lag(lagMs: Ms): void {
    if (lagMs > this.#generatorLagMs) this.#generatorLagMs = lagMs
  }

  /** Records the outcome of a request that was due. `describe` is called only for errors that are shown. */
  settle(sample: Sample, describe?: DescribeRequest): void {
    this.#idle = false
    this.#inFlight--
    this.#bytesSent += sample.bytesSent
    this.#bytesReceived += sample.bytesReceived
    if (sample.status !== undefined) this.#statuses.add(sample.status)
    if (sample.fate === 'success') this.#succeed(sample)
    else if (sample.fate === 'error') this.#fail(sample, describe)
    else this.drop(sample.dropReason ?? 'stopped', 1)
  }

  /** Counts requests as dropped without counting them as arrivals, because they were never due. */
  drop(reason: DropReason, count: number): void {
    this.#idle = false
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count
  }

  /** Records a latency that does not belong to a finished request: connect time, or the gap between two messages. */
  observe(name: 'connectTime' | 'messageGap', ms: Ms): void {
    this.#idle = false
    this.#histograms[name].record(ms)
  }

  #succeed(sample: Sample): void {
    const { intendedMs, dueMs, sentMs, doneMs } = sample
    const responseMs = doneMs - intendedMs
    const histograms = this.#histograms
    this.#successes++
    histograms.responseTime.record(responseMs)
    histograms.serviceTime.record(doneMs - sentMs)
    histograms.queueTime.record(sentMs - dueMs)
    histograms.scheduleLag.record(dueMs - intendedMs)
    histograms.targetTime.record(doneMs - dueMs)
    if (!Number.isNaN(sample.delayMs)) {
      histograms.undelayedTime.record(Math.max(0, doneMs - dueMs - sample.delayMs))
    }
    if (!Number.isNaN(sample.firstMessageMs)) histograms.firstMessageTime.record(sample.firstMessageMs)
    for (let i = 0; i < this.#limits.length; i++) {
      if (responseMs > (this.#limits[i]?.limitMs ?? Number.POSITIVE_INFINITY)) {
        this.#overLimit[i] = (this.#overLimit[i] ?? 0) + 1
      }
    }
  }

  #fail(sample: Sample, describe: DescribeRequest | undefined): void {
    const { errorClass = 'protocol', excerpt, payload } = sample
    if (isAnswered(errorClass)) this.#answeredErrors++
    const { count, first, samples = [] } = this.#errors[errorClass] ?? { count: 0, first: errorText(sample, describe) }
    const isSample = excerpt !== undefined && samples.length < MAX_SAMPLES && this.#isNew(errorClass, excerpt)
    const more = isSample ? [foreignText(excerpt, payload)] : []
    this.#errors[errorClass] = { count: count + 1, first, ...samplesOf(samples, more) }
  }

  /** Returns whether to clean a response: most failed requests of an overloaded target have the same one. */
  #isNew(errorClass: ErrorClass, excerpt: string): boolean {
    let cleaned = this.#cleaned.get(errorClass)
    if (cleaned === undefined) this.#cleaned.set(errorClass, (cleaned = new Set()))
    if (cleaned.size === MAX_CLEANED || cleaned.has(excerpt)) return false
    cleaned.add(excerpt)
    return true
  }

  add(delta: TallyDelta): void {
    this.lag(delta.generatorLagMs)
    this.#arrivals += delta.arrivals
    this.#inFlight += delta.inFlight
    this.#successes += delta.successes
    this.#answeredErrors += delta.answeredErrors
    this.#bytesSent += delta.bytesSent
    this.#bytesReceived += delta.bytesReceived
    for (const [reason, count] of entries(delta.dropped)) this.drop(reason, count)
    for (const [errorClass, { count, first, samples = [] }] of entries(delta.errors)) {
      const known = this.#errors[errorClass]
      this.#errors[errorClass] = {
        count: (known?.count ?? 0) + count,
        first: known?.first ?? first,
        ...samplesOf(known?.samples ?? [], samples),
      }
    }
    for (let i = 0; i < this.#limits.length; i++) {
      this.#overLimit[i] = (this.#overLimit[i] ?? 0) + (delta.overLimit[i] ?? 0)
    }
    this.#statuses.addAll(delta.statuses)
    for (const [name, histogram] of entries(delta.distributions)) this.#histograms[name].add(histogram)
  }

  /** Returns everything counted so far. */
  peek(): TallyDelta {
    return this.#delta((histogram) => histogram.peek())
  }

  /**
   * Returns everything counted since the last call and resets the tally; `inFlight` is the change of the number in
   * flight.
   */
  take(): TallyDelta {
    const delta = this.#delta((histogram) => histogram.take())
    this.#idle = true
    this.#arrivals = 0
    this.#inFlight = 0
    this.#generatorLagMs = 0
    this.#successes = 0
    this.#answeredErrors = 0
    this.#bytesSent = 0
    this.#bytesReceived = 0
    this.#dropped = {}
    this.#errors = {}
    this.#cleaned.clear()
    this.#overLimit = this.#limits.map(() => 0)
    this.#statuses.clear()
    return delta
  }

  #delta(read: (histogram: Histogram) => HistogramDelta | undefined): TallyDelta {
    const distributions: Partial<Record<RecordedName, HistogramDelta>> = {}
    for (const name of RECORDED) {
      const delta = read(this.#histograms[name])
      if (delta !== undefined) distributions[name] = delta
    }
    return {
      arrivals: this.#arrivals,
      inFlight: this.#inFlight,
      generatorLagMs: this.#generatorLagMs,
      successes: this.#successes,
      answeredErrors: this.#answeredErrors,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
      dropped: this.#dropped,
      errors: this.#errors,
      overLimit: this.#overLimit,
      statuses: this.#statuses.toDelta(),
      distributions,
    }
  }
}

/** Returns the first different responses of an error class. */
function samplesOf(known: readonly string[], more: readonly string[]): Pick<ErrorCount, 'samples'> {
  if (known.length + more.length === 0) return {}
  return { samples: more.length === 0 ? known : [...new Set([...known, ...more])].slice(0, MAX_SAMPLES) }
}

function entries<Key extends string, Value>(record: Readonly<Partial<Record<Key, Value>>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][]
}
