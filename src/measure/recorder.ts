import type { DropReason } from '../model/result.ts'
import type { JourneySample, Sample } from '../model/sample.ts'
import type { Ms } from '../model/units.ts'
import { type LatencyLimit, Tally, type TallyDelta } from './tally.ts'

/** The finest stretch of time that is told apart. Intervals and batches are made of whole slices. */
export const SLICE_MS = 100

/** What one generator thread saw during one slice. */
export interface SliceDelta {
  /** Position in time: the slice covers `index · SLICE_MS` and the `SLICE_MS` after it. */
  readonly index: number
  readonly total: TallyDelta
  /** By name; only those in which something happened. */
  readonly operations: Readonly<Record<string, TallyDelta>>
  /** By position in the pattern; only those in which something happened. */
  readonly phases: Readonly<Record<number, TallyDelta>>
  /** Absent where nothing happened to any. */
  readonly journeys?: JourneysDelta
}

export interface JourneysDelta {
  /** Each counted as one request. */
  readonly tally: TallyDelta
  /** When the last of those that succeeded would have ended if nobody had thought. */
  readonly untilMs: Ms
}

/**
 * Turns the fates of requests into slices, inside a generator thread. What was intended before the start of the measured
 * part (warm-up) is not recorded. Memory does not grow with the length of the run: finished slices are handed on.
 */
export class Recorder {
  readonly #limits: readonly LatencyLimit[]
  readonly #total: Tally
  readonly #operations = new Map<string, Tally>()
  readonly #phases = new Map<number, Tally>()
  readonly #journeys: Tally
  #journeysUntilMs: Ms = 0
  #finished: SliceDelta[] = []
  #slice = 0

  constructor(limits: readonly LatencyLimit[]) {
    this.#limits = limits
    this.#total = new Tally(limits)
    this.#journeys = new Tally(limits)
  }

  /** A request came due. */
  arrived(sample: Sample): void {
    if (!sample.measured) return
    this.rollTo(sample.dueMs)
    const lagMs = sample.dueMs - sample.intendedMs
    this.#total.arrive(lagMs)
    if (sample.operation !== '') tallyOf(this.#operations, sample.operation, this.#limits).arrive(lagMs)
    if (sample.phase >= 0) tallyOf(this.#phases, sample.phase, this.#limits).arrive(lagMs)
  }

  /** A request that came due met its fate. */
  settled(sample: Sample): void {
    if (!sample.measured) return
    this.rollTo(sample.doneMs)
    this.#total.settle(sample)
    if (sample.operation !== '') tallyOf(this.#operations, sample.operation, this.#limits).settle(sample)
    if (sample.phase >= 0) tallyOf(this.#phases, sample.phase, this.#limits).settle(sample)
  }

  /** A journey came due. What it sends comes due by itself. */
  journeyArrived(journey: Sample): void {
    if (!journey.measured) return
    this.rollTo(journey.dueMs)
    this.#journeys.arrive(journey.dueMs - journey.intendedMs)
  }

  /** A journey met its fate. */
  journeySettled(journey: JourneySample): void {
    if (!journey.measured) return
    this.rollTo(journey.doneMs)
    this.#journeys.settle(journey)
    if (journey.fate === 'success') {
      this.#journeysUntilMs = Math.max(this.#journeysUntilMs, journey.doneMs - journey.thinkMs)
    }
  }

  /** Journeys that never came due were given up; so was the first request of each. */
  journeysNeverDue(reason: DropReason, count: number): void {
    this.#journeys.drop(reason, count)
  }

  /** Scheduled requests that never came due were given up. */
  neverDue(reason: DropReason, phase: number, count: number): void {
    this.#total.drop(reason, count)
    if (phase >= 0) tallyOf(this.#phases, phase, this.#limits).drop(reason, count)
  }

  observe(name: 'connectTime' | 'messageGap', ms: Ms): void {
    this.#total.observe(name, ms)
  }

  /** The thread itself ran `lagMs` later than it asked for: answers that had come by then were read that much later. */
  threadLagged(lagMs: Ms, nowMs: Ms): void {
    if (nowMs < 0) return
    this.rollTo(nowMs)
    this.#total.lag(lagMs)
  }

  /** Closes every slice that ended before `nowMs`. */
  rollTo(nowMs: Ms): void {
    while ((this.#slice + 1) * SLICE_MS <= nowMs) this.#close()
  }

  /** Finished slices since the last call. */
  takeFinished(): readonly SliceDelta[] {
    const finished = this.#finished
    this.#finished = []
    return finished
  }

  /** The run is over: the slice under way is finished too. */
  finish(): void {
    this.#close()
  }

  #close(): void {
    this.#finished.push({
      index: this.#slice++,
      total: this.#total.take(),
      operations: takeAll(this.#operations),
      phases: takeAll(this.#phases),
      ...(this.#journeys.idle ? {} : { journeys: { tally: this.#journeys.take(), untilMs: this.#journeysUntilMs } }),
    })
  }
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
