import { type Blocks, comparedIn, START_ROUNDING_MS } from '../model/blocks.ts'
import type { DropReason } from '../model/figures.ts'
import type { JourneySample, Sample } from '../model/sample.ts'
import type { Ms } from '../model/units.ts'
import type { DescribeRequest } from './error-text.ts'
import { partsOf } from './batch-parts.ts'
import { type MetricDelta, MetricRecorder } from './metric-recorder.ts'
import { type LatencyLimit, Tally, type TallyDelta } from './tally.ts'

/** Length of a slice, the shortest time unit that is recorded. Intervals and batches consist of whole slices. */
export const SLICE_MS = 100

/** Lag up to which an arrival counts at its intended start. */
const PUNCTUAL_MS: Ms = 5
/** A comparison has no limits of its own. */
const NO_LIMITS: readonly LatencyLimit[] = []

/** Everything that one generator thread recorded during one slice. */
export interface SliceDelta {
  /** Position in time: the slice covers `SLICE_MS` from `index · SLICE_MS` on. */
  readonly index: number
  readonly total: TallyDelta
  /** By name; only operations with activity in this slice. */
  readonly operations: Readonly<Record<string, TallyDelta>>
  /** By position in the pattern; only phases with activity in this slice. */
  readonly phases: Readonly<Record<number, TallyDelta>>
  /** Absent if no journey had activity in this slice. */
  readonly journeys?: JourneysDelta
  /** By name; absent if no metric got a value in this slice. */
  readonly metrics?: Readonly<Record<string, MetricDelta>>
  /** By position; only blocks whose requests were due or ended in this slice. */
  readonly blocks?: Readonly<Record<number, BlockDelta>>
}

/** The requests that started in the compared part of a block, whenever they end. */
export interface BlockDelta {
  readonly total: TallyDelta
  readonly operations: Readonly<Record<string, TallyDelta>>
}

interface BlockRecord {
  readonly total: Tally
  readonly operations: Map<string, Tally>
}

export interface JourneysDelta {
  /** Each journey is counted as one request. */
  readonly tally: TallyDelta
  /** When the last successful journey would have ended without think time. */
  readonly untilMs: Ms
}

/**
 * Turns the outcomes of requests into slices, inside a generator thread. Requests with an intended start before the
 * measured part (warm-up) are only counted. Memory does not grow with the length of the run, because finished slices
 * are handed over.
 */
export class Recorder {
  /** Records the custom metrics of the user's code. */
  readonly metrics: MetricRecorder = new MetricRecorder()
  readonly #limits: readonly LatencyLimit[]
  readonly #blocks: Blocks | undefined
  /** By position. A tally is large, so a block keeps it until its requests have ended and the next block has begun. */
  readonly #blockRecords = new Map<number, BlockRecord>()
  readonly #total: Tally
  readonly #operations = new Map<string, Tally>()
  readonly #phases = new Map<number, Tally>()
  readonly #journeys: Tally
  #journeysUntilMs: Ms = 0
  /** Requests that the warm-up sent, by operation. */
  readonly #warmUp = new Map<string, number>()
  #finished: SliceDelta[] = []
  #slice = 0

  /** `blocks`: those of the run, if it has any. */
  constructor(limits: readonly LatencyLimit[], blocks?: Blocks) {
    this.#limits = limits
    this.#blocks = blocks
    this.#total = new Tally(limits)
    this.#journeys = new Tally(limits)
  }

  /** Records that a request was due. */
  arrived(sample: Sample): void {
    if (!sample.measured) return
    const lagMs = sample.dueMs - sample.intendedMs
    this.rollTo(arrivalMs(sample, lagMs))
    const block = this.#blockOf(sample)
    if (sample.batch === undefined) return this.#arrive(sample.operation, sample.phase, lagMs, block)
    for (const operation of sample.batch.operations) this.#arrive(operation, sample.phase, lagMs, block)
  }

  #arrive(operation: string, phase: number, lagMs: Ms, block: BlockRecord | undefined): void {
    this.#total.arrive(lagMs)
    if (operation !== '') tallyOf(this.#operations, operation, this.#limits).arrive(lagMs)
    if (phase >= 0) tallyOf(this.#phases, phase, this.#limits).arrive(lagMs)
    block?.total.arrive(lagMs)
    if (block !== undefined && operation !== '') tallyOf(block.operations, operation, NO_LIMITS).arrive(lagMs)
  }

  /** Records the outcome of a request that was due. `describe` names it in the message of an error. */
  settled(sample: Sample, describe?: DescribeRequest): void {
    if (!sample.measured) return this.#countWarmUp(sample)
    this.rollTo(sample.doneMs)
    // Operations of a batch that ended before its last one count in the slice in which the batch ended.
    const block = this.#blockOf(sample)
    if (sample.batch === undefined) return this.#settle(sample, block, describe)
    for (const part of partsOf(sample, sample.batch)) this.#settle(part, block, describe)
  }

  #settle(sample: Sample, block: BlockRecord | undefined, describe: DescribeRequest | undefined): void {
    const { operation, phase } = sample
    this.#total.settle(sample, describe)
    if (operation !== '') tallyOf(this.#operations, operation, this.#limits).settle(sample, describe)
    if (phase >= 0) tallyOf(this.#phases, phase, this.#limits).settle(sample, describe)
    block?.total.settle(sample, describe)
    if (block !== undefined && operation !== '')
      tallyOf(block.operations, operation, NO_LIMITS).settle(sample, describe)
  }

  /** Returns the record of the block that compares a request; undefined if none does. */
  #blockOf({ intendedMs }: Sample): BlockRecord | undefined {
    const index = this.#blocks === undefined ? -1 : comparedIn(this.#blocks, intendedMs)
    if (index < 0) return undefined
    let block = this.#blockRecords.get(index)
    if (block === undefined) {
      this.#blockRecords.set(index, (block = { total: new Tally(NO_LIMITS), operations: new Map() }))
    }
    return block
  }

  /** Records that a journey was due. Its requests are recorded separately. */
  journeyArrived(journey: Sample): void {
    if (!journey.measured) return
    const lagMs = journey.dueMs - journey.intendedMs
    this.rollTo(arrivalMs(journey, lagMs))
    this.#journeys.arrive(lagMs)
  }

  /** Records the outcome of a journey. `describe` names the step that failed. */
  journeySettled(journey: JourneySample, describe?: DescribeRequest): void {
    if (!journey.measured) return
    this.rollTo(journey.doneMs)
    this.#journeys.settle(journey, describe)
    if (journey.fate === 'success') {
      this.#journeysUntilMs = Math.max(this.#journeysUntilMs, journey.doneMs - journey.thinkMs)
    }
  }

  /** Records journeys that were given up before they were due, together with the first request of each. */
  journeysUndispatched(reason: DropReason, count: number): void {
    this.#journeys.drop(reason, count)
  }

  /** Records scheduled requests that were given up before they were due. */
  undispatched(reason: DropReason, phase: number, count: number): void {
    this.#total.drop(reason, count)
    if (phase >= 0) tallyOf(this.#phases, phase, this.#limits).drop(reason, count)
  }

  /** Records the time that it took to open a connection. */
  connected(ms: Ms): void {
    this.#total.observe('connectTime', ms)
  }

  /** Records the time between two messages of the response to a request that is in flight. */
  gap({ operation, phase }: Sample, ms: Ms): void {
    this.#total.observe('messageGap', ms)
    if (operation !== '') tallyOf(this.#operations, operation, this.#limits).observe('messageGap', ms)
    if (phase >= 0) tallyOf(this.#phases, phase, this.#limits).observe('messageGap', ms)
  }

  /**
   * Records that the thread itself ran `lagMs` later than scheduled: it read responses that had already arrived that
   * much later.
   */
  threadLagged(lagMs: Ms, nowMs: Ms): void {
    if (nowMs < 0) return
    this.rollTo(nowMs)
    this.#total.lag(lagMs)
  }

  /** Returns the number of requests that the warm-up has sent, by operation; empty without a warm-up. */
  get warmUp(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#warmUp)
  }

  /** Closes every slice that ended before `nowMs`. */
  rollTo(nowMs: Ms): void {
    while ((this.#slice + 1) * SLICE_MS <= nowMs) this.#close()
  }

  /** Returns the slices finished since the last call. */
  takeFinished(): readonly SliceDelta[] {
    const finished = this.#finished
    this.#finished = []
    return finished
  }

  /** Ends the run: closes the slice in progress as well. */
  finish(): void {
    this.#close()
  }

  #countWarmUp({ operation, batch, sentMs }: Sample): void {
    if (Number.isNaN(sentMs)) return
    for (const name of batch?.operations ?? [operation]) this.#warmUp.set(name, (this.#warmUp.get(name) ?? 0) + 1)
  }

  #close(): void {
    const metrics = this.metrics.take()
    this.#finished.push({
      index: this.#slice++,
      total: this.#total.take(),
      operations: takeAll(this.#operations),
      phases: takeAll(this.#phases),
      ...(this.#journeys.idle ? {} : { journeys: { tally: this.#journeys.take(), untilMs: this.#journeysUntilMs } }),
      ...(metrics !== undefined && { metrics }),
      ...(this.#blockRecords.size > 0 && { blocks: this.#takeBlocks() }),
    })
  }

  #takeBlocks(): Readonly<Record<number, BlockDelta>> {
    const newest = Math.max(...this.#blockRecords.keys())
    const taken: Record<number, BlockDelta> = {}
    for (const [index, { total, operations }] of this.#blockRecords) {
      if (!total.idle) taken[index] = { total: total.take(), operations: takeAll(operations) }
      else if (index < newest) this.#blockRecords.delete(index)
    }
    return taken
  }
}

/**
 * Returns the time at which an arrival counts. An arrival at the end of a slice belongs to that slice: otherwise the
 * last arrival of each second would count in the next one. An arrival that was late counts when it was due.
 */
function arrivalMs({ intendedMs, dueMs }: Sample, lagMs: Ms): Ms {
  return lagMs < PUNCTUAL_MS ? intendedMs - START_ROUNDING_MS : dueMs
}

function tallyOf<Key>(tallies: Map<Key, Tally>, key: Key, limits: readonly LatencyLimit[]): Tally {
  let tally = tallies.get(key)
  if (tally === undefined) tallies.set(key, (tally = new Tally(limits)))
  return tally
}

function takeAll<Key extends string | number>(tallies: ReadonlyMap<Key, Tally>): Record<Key, TallyDelta> {
  const busy = [...tallies].filter(([, tally]) => !tally.idle)
  return Object.fromEntries(busy.map(([key, tally]) => [key, tally.take()])) as Record<Key, TallyDelta>
}
