import { encodeHdr } from '../model/hdr-codec.ts'
import type { SparseHistogram } from '../model/hdr.ts'
import type { Batches } from '../model/figures.ts'
import type { Ms } from '../model/units.ts'
import type { HistogramDelta } from './histogram.ts'
import { SLICE_MS } from './recorder.ts'
import type { TallyDelta } from './tally.ts'

/**
 * Maximum number of batches. At this number, adjacent batches are merged in pairs, so a run of any length keeps between
 * half of it and all of it.
 */
const MAX_BATCHES = 64

const HISTOGRAMS = ['responseTime', 'serviceTime', 'targetTime'] as const

interface Batch {
  arrivals: number
  inFlight: number
  generatorLagMs: Ms
  successes: number
  errors: number
  dropped: number
  unanswered: number
  histograms: Record<(typeof HISTOGRAMS)[number], CachedHistogram>
}

/** Filled buckets and, after the first request for it, their encoded form. */
interface CachedHistogram extends SparseHistogram {
  encoded?: string
}

/** Records how a run develops over time, in a bounded number of batches of equal length. */
export class BatchSeries {
  readonly #batches: Batch[] = []
  readonly #startSlice: number
  #slicesPerBatch = 1
  #slices = 0
  /** Number of empty slices since the last non-empty one. They are added only when another slice follows. */
  #empty = 0
  #inFlight = 0
  #lastSuccessSlice = 0

  /** `startSlice` is the index of the first slice that will be added. */
  constructor(startSlice: number) {
    this.#startSlice = startSlice
  }

  /** Adds the next slice. Slices are added in time order. */
  add(delta: TallyDelta): void {
    for (; this.#empty > 0; this.#empty--) this.#passEmpty()
    this.#inFlight += delta.inFlight
    const batch = this.#current()
    batch.arrivals += delta.arrivals
    batch.inFlight = this.#inFlight
    batch.generatorLagMs = Math.max(batch.generatorLagMs, delta.generatorLagMs)
    batch.successes += delta.successes
    const errors = Object.values(delta.errors).reduce((sum, { count }) => sum + count, 0)
    const dropped = Object.values(delta.dropped).reduce((sum, count) => sum + count, 0)
    batch.errors += errors
    batch.dropped += dropped
    batch.unanswered += errors - delta.answeredErrors + dropped
    for (const name of HISTOGRAMS) {
      const histogram = delta.distributions[name]
      if (histogram !== undefined) batch.histograms[name] = merge(batch.histograms[name], histogram)
    }
    if (delta.successes > 0) this.#lastSuccessSlice = this.#slices
    this.#slices++
  }

  /** Adds an empty slice. It is not counted yet, so that a finished phase does not extend to the end of the run. */
  addEmpty(): void {
    this.#empty++
  }

  /**
   * Time from the start to the last slice with a success. Responses that arrive just after the end of the load count.
   */
  get untilLastSuccessMs(): Ms {
    return this.#lastSuccessSlice * SLICE_MS
  }

  toJSON(): Batches {
    const column = (key: Exclude<keyof Batch, 'histograms'>): number[] => this.#batches.map((batch) => batch[key])
    const encoded = (name: (typeof HISTOGRAMS)[number]): string[] =>
      this.#batches.map(({ histograms }) => (histograms[name].encoded ??= encodeHdr(histograms[name])))
    return {
      startMs: this.#startSlice * SLICE_MS,
      lengthMs: this.#slicesPerBatch * SLICE_MS,
      arrivals: column('arrivals'),
      inFlight: column('inFlight'),
      generatorLagMs: column('generatorLagMs'),
      successes: column('successes'),
      errors: column('errors'),
      dropped: column('dropped'),
      unanswered: column('unanswered'),
      responseTime: encoded('responseTime'),
      serviceTime: encoded('serviceTime'),
      targetTime: encoded('targetTime'),
    }
  }

  #passEmpty(): void {
    this.#current().inFlight = this.#inFlight
    this.#slices++
  }

  #current(): Batch {
    if (this.#slices === this.#batches.length * this.#slicesPerBatch) {
      if (this.#batches.length === MAX_BATCHES) this.#halve()
      this.#batches.push(emptyBatch(this.#inFlight))
    }
    return this.#batches.at(-1) ?? emptyBatch(0)
  }

  #halve(): void {
    for (let i = 0; i < MAX_BATCHES / 2; i++) {
      const [first, second] = [this.#batches[2 * i], this.#batches[2 * i + 1]]
      if (first !== undefined && second !== undefined) this.#batches[i] = join(first, second)
    }
    this.#batches.length = MAX_BATCHES / 2
    this.#slicesPerBatch *= 2
  }
}

function emptyBatch(inFlight: number): Batch {
  const histograms = {
    responseTime: { buckets: [], counts: [] },
    serviceTime: { buckets: [], counts: [] },
    targetTime: { buckets: [], counts: [] },
  }
  return { arrivals: 0, inFlight, generatorLagMs: 0, successes: 0, errors: 0, dropped: 0, unanswered: 0, histograms }
}

function join(first: Batch, second: Batch): Batch {
  const histogram = (name: (typeof HISTOGRAMS)[number]): SparseHistogram =>
    merge(first.histograms[name], second.histograms[name])
  return {
    arrivals: first.arrivals + second.arrivals,
    inFlight: second.inFlight,
    generatorLagMs: Math.max(first.generatorLagMs, second.generatorLagMs),
    successes: first.successes + second.successes,
    errors: first.errors + second.errors,
    dropped: first.dropped + second.dropped,
    unanswered: first.unanswered + second.unanswered,
    histograms: {
      responseTime: histogram('responseTime'),
      serviceTime: histogram('serviceTime'),
      targetTime: histogram('targetTime'),
    },
  }
}

/** Merges both histograms, with buckets in ascending order. */
function merge(a: SparseHistogram, b: SparseHistogram | HistogramDelta): SparseHistogram {
  const buckets = new Uint16Array(a.buckets.length + b.buckets.length)
  const counts = new Uint32Array(buckets.length)
  let size = 0
  for (let i = 0, j = 0; i < a.buckets.length || j < b.buckets.length; size++) {
    const left = a.buckets[i] ?? Number.POSITIVE_INFINITY
    const right = b.buckets[j] ?? Number.POSITIVE_INFINITY
    buckets[size] = Math.min(left, right)
    if (left <= right) counts[size] = a.counts[i++] ?? 0
    if (right <= left) counts[size] = (counts[size] ?? 0) + (b.counts[j++] ?? 0)
  }
  return { buckets: buckets.slice(0, size), counts: counts.slice(0, size) }
}
