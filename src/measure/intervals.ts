import { decodeHdr } from '../model/hdr-codec.ts'
import { DISTRIBUTIONS, type Distribution, type Interval } from '../model/result.ts'
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
 */
export class IntervalSeries {
  readonly #limits: readonly LatencyLimit[]
  #intervals: Interval[] = []
  #intervalMs: Ms = FIRST_INTERVAL_MS
  #open: Tally
  #startMs: Ms = 0
  #nowMs: Ms = 0
  #inFlight = 0

  constructor(limits: readonly LatencyLimit[]) {
    this.#limits = limits
    this.#open = new Tally(limits)
  }

  get intervalMs(): Ms {
    return this.#intervalMs
  }

  get intervals(): readonly Interval[] {
    return this.#intervals
  }

  /** Adds the next slice of every thread. Returns the interval that this completed, if any. */
  add(deltas: readonly TallyDelta[]): readonly Interval[] {
    // Merge before the next interval begins: if it were merged when it ends, it would be half as long as the others.
    if (this.#intervals.length === MAX_INTERVALS && this.#nowMs === this.#startMs) this.#mergePairs()
    for (const delta of deltas) {
      this.#open.add(delta)
      this.#inFlight += delta.inFlight
    }
    this.#nowMs += SLICE_MS
    return this.#nowMs - this.#startMs >= this.#intervalMs ? this.#close() : []
  }

  /** Completes the interval in progress at the end of the run; it is shorter than the others. */
  finish(): readonly Interval[] {
    return this.#nowMs > this.#startMs ? this.#close() : []
  }

  #close(): readonly Interval[] {
    const durationMs = this.#nowMs - this.#startMs
    const arrivals = this.#open.arrivals
    const interval: Interval = {
      ...figuresOf(this.#open.peek(), this.#limits, durationMs, true),
      startMs: this.#startMs,
      durationMs,
      arrivals,
      inFlight: this.#inFlight,
    }
    this.#open = new Tally(this.#limits)
    this.#startMs = this.#nowMs
    this.#intervals.push(interval)
    return [interval]
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
        ...figuresOf(tally.peek(), this.#limits, durationMs, true),
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
        return 'histogram' in distribution ? [[name, histogramOf(distribution)]] : []
      }),
    ),
  }
}

function histogramOf(distribution: Extract<Distribution, { histogram: string }>): HistogramDelta {
  const { buckets, counts } = decodeHdr(distribution.histogram)
  const { count, meanMs, stddevMs, minMs, maxMs } = distribution
  return {
    buckets: Uint16Array.from(buckets),
    counts: Uint32Array.from(counts),
    count,
    sumUs: meanMs * 1_000 * count,
    sumSquaresUs: (stddevMs ** 2 + meanMs ** 2) * 1e6 * count,
    minUs: Math.round(minMs * 1_000),
    maxUs: Math.round(maxMs * 1_000),
  }
}
