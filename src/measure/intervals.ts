import { decodeHdr } from '../model/hdr-codec.ts'
import { DISTRIBUTIONS, type Interval, type IntervalDistribution } from '../model/figures.ts'
import type { Ms } from '../model/units.ts'
import type { HistogramDelta } from './histogram.ts'
import { figuresOf } from './figures.ts'
import { SLICE_MS } from './recorder.ts'
import { type LatencyLimit, Tally, type TallyDelta } from './tally.ts'

const MAX_INTERVALS = 600
const FIRST_INTERVAL_MS = 1_000

/**
 * The run, second by second. Beyond 600 intervals, adjacent ones are merged and later ones are twice as long, so that a
 * soak test of a day takes no more memory than one of ten minutes. Finished intervals are kept as JSON, which is
 * smaller than their live histograms.
 *
 * The last interval before the planned end is as long as the plan says, so a run of 2.5 s has one of 0.5 s. Responses
 * that arrive after that end (the drain) belong to it, and its throughput is per time until the last of them. A drain
 * that lasts as long as an interval gets its own intervals.
 */
export class IntervalSeries {
  readonly #limits: readonly LatencyLimit[]
  #endMs: Ms
  #intervals: Interval[] = []
  #intervalMs: Ms = FIRST_INTERVAL_MS
  #open: Tally
  /** Number of slices in the interval in progress. */
  #slices = 0
  #startMs: Ms = 0
  #nowMs: Ms = 0
  #inFlight = 0
  /** What followed the planned end, and the number in flight at that end; undefined before it. */
  #drain: { readonly tally: Tally; readonly inFlight: number } | undefined

  /** `endMs`: planned end of the measured part. */
  constructor(limits: readonly LatencyLimit[], endMs: Ms) {
    this.#limits = limits
    this.#endMs = endMs
    this.#open = new Tally(limits)
  }

  get intervalMs(): Ms {
    return this.#intervalMs
  }

  get intervals(): readonly Interval[] {
    return this.#intervals
  }

  /** Ends the measured part earlier than planned, at a time that no slice has reached. */
  endAt(endMs: Ms): void {
    this.#endMs = endMs
  }

  /** Adds the next slice of every thread. Returns the intervals that this completed. */
  add(deltas: readonly TallyDelta[]): readonly Interval[] {
    // Merge before the next interval begins: if it were merged when it ends, it would be half as long as the others.
    if (this.#intervals.length === MAX_INTERVALS && this.#slices === 0) this.#mergePairs()
    if (this.#drain === undefined && this.#startMs < this.#endMs && this.#nowMs >= this.#endMs) {
      this.#drain = { tally: new Tally(this.#limits), inFlight: this.#inFlight }
    }
    const tally = this.#drain?.tally ?? this.#open
    for (const delta of deltas) {
      tally.add(delta)
      this.#inFlight += delta.inFlight
    }
    this.#nowMs += SLICE_MS
    this.#slices++
    return this.#closeFinished()
  }

  /**
   * Completes the interval in progress at the end of the run. `untilMs`: when the last request ended, and at least the
   * planned end if the run was not stopped before it.
   */
  finish(untilMs: Ms): readonly Interval[] {
    const completed: Interval[] = []
    while (this.#nowMs < Math.min(untilMs, this.#endMs)) completed.push(...this.add([]))
    if (this.#slices === 0) return completed
    if (this.#drain !== undefined) this.#open.add(this.#drain.tally.take())
    this.#drain = undefined
    // The last slice may have ended early.
    const nowMs = Math.min(this.#nowMs, Math.max(untilMs, this.#nowMs - SLICE_MS))
    const endMs = this.#startMs < this.#endMs ? Math.min(this.#endMs, nowMs) : nowMs
    completed.push(this.#close(endMs, nowMs, this.#inFlight))
    return completed
  }

  /** Closes the interval in progress if it is complete, and after a long drain the one before it. */
  #closeFinished(): readonly Interval[] {
    const isLast = this.#startMs < this.#endMs && this.#endMs <= this.#startMs + this.#intervalMs
    if (!isLast) {
      if (this.#nowMs - this.#startMs < this.#intervalMs) return []
      return [this.#close(this.#nowMs, this.#nowMs, this.#inFlight)]
    }
    if (this.#drain === undefined || this.#nowMs - this.#endMs < this.#intervalMs) return []
    const { tally, inFlight } = this.#drain
    this.#drain = undefined
    const planned = this.#close(this.#endMs, this.#endMs, inFlight)
    this.#open = tally
    return [planned, this.#close(this.#nowMs, this.#nowMs, this.#inFlight)]
  }

  /** `endMs`: end of the interval. `throughputEndMs`: when the last of its responses had arrived. */
  #close(endMs: Ms, throughputEndMs: Ms, inFlight: number): Interval {
    const durationMs = endMs - this.#startMs
    const arrivals = this.#open.arrivals
    const interval: Interval = {
      ...figuresOf(this.#open.peek(), this.#limits, throughputEndMs - this.#startMs, durationMs),
      startMs: this.#startMs,
      durationMs,
      arrivals,
      inFlight,
    }
    this.#open = new Tally(this.#limits)
    this.#startMs = endMs
    this.#slices = 0
    this.#intervals.push(interval)
    return interval
  }

  #mergePairs(): void {
    const merged: Interval[] = []
    for (let i = 0; i < this.#intervals.length; i += 2) {
      const pair = this.#intervals.slice(i, i + 2)
      const [first, last] = [pair[0], pair.at(-1)]
      if (first === undefined || last === undefined) break
      const tally = new Tally(this.#limits)
      for (const interval of pair) tally.add(deltaOf(interval))
      const durationMs = last.startMs + last.durationMs - first.startMs
      const arrivals = tally.arrivals
      merged.push({
        ...figuresOf(tally.peek(), this.#limits, durationMs, durationMs),
        startMs: first.startMs,
        durationMs,
        arrivals,
        inFlight: last.inFlight,
      })
    }
    this.#intervals = merged
    this.#intervalMs *= 2
  }
}

/** Converts an interval to a delta that can be added to others. Its histograms are lossless. */
function deltaOf(interval: Interval): TallyDelta {
  return {
    arrivals: interval.arrivals,
    inFlight: 0,
    generatorLagMs: 0,
    successes: interval.successes,
    answeredErrors: interval.responsesReceived - interval.successes,
    bytesSent: interval.bytesSent,
    bytesReceived: interval.bytesReceived,
    dropped: interval.droppedByReason,
    statuses: Object.entries(interval.statuses),
    errors: interval.errorsByClass,
    overLimit: Object.values(interval.overLimit).map(({ count }) => count),
    distributions: Object.fromEntries(
      DISTRIBUTIONS.flatMap((name) => {
        const distribution = interval[name]
        return distribution.p50Ms === undefined ? [] : [[name, histogramOf(distribution)]]
      }),
    ),
  }
}

function histogramOf(distribution: Extract<IntervalDistribution, { p50Ms: Ms }>): HistogramDelta {
  const { buckets, counts } = decodeHdr(distribution.histogram ?? '')
  const { count, meanMs, stddevMs, minMs, maxMs } = distribution
  return {
    buckets: Uint16Array.from(buckets),
    counts: Uint32Array.from(counts),
    count,
    sum: meanMs * 1_000 * count,
    sumSquares: (stddevMs ** 2 + meanMs ** 2) * 1e6 * count,
    min: Math.round(minMs * 1_000),
    max: Math.round(maxMs * 1_000),
  }
}
