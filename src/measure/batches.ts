import { encodeHdr } from '../model/hdr-codec.ts'
import type { SparseHistogram } from '../model/hdr.ts'
import type { Batches } from '../model/figures.ts'
import type { Ms } from '../model/units.ts'
import { mergeSparse } from './histogram.ts'
import { SLICE_MS } from './recorder.ts'
import type { TallyDelta } from './tally.ts'
import { Timeline } from './timeline.ts'

/** Times of every request. */
const REQUEST_TIMES = ['responseTime', 'serviceTime', 'targetTime'] as const
/** Times that a result contains only if there were any. */
const OPTIONAL_TIMES = ['firstMessageTime', 'messageGap', 'undelayedTime'] as const

const TIMES = [...REQUEST_TIMES, ...OPTIONAL_TIMES] as const

type TimeName = (typeof TIMES)[number]

interface Batch {
  arrivals: number
  inFlight: number
  generatorLagMs: Ms
  successes: number
  errors: number
  dropped: number
  unanswered: number
  histograms: Record<TimeName, CachedHistogram>
}

/** Filled buckets and, after the first request for it, their encoded form. */
interface CachedHistogram extends SparseHistogram {
  encoded?: string
}

/** Records how a run develops over time, in a bounded number of batches of equal length. */
export class BatchSeries {
  readonly #timeline: Timeline<Batch>
  /** Number of empty slices since the last non-empty one. They are added only when another slice follows. */
  #empty = 0
  #inFlight = 0
  #lastSuccessSlice = 0

  /** `startSlice` is the index of the first slice that will be added. */
  constructor(startSlice: number) {
    this.#timeline = new Timeline({ startSlice, empty: () => emptyBatch(this.#inFlight), join })
  }

  /** Adds the next slice. Slices are added in time order. */
  add(delta: TallyDelta): void {
    for (; this.#empty > 0; this.#empty--) this.#timeline.next().inFlight = this.#inFlight
    this.#inFlight += delta.inFlight
    const batch = this.#timeline.next()
    batch.arrivals += delta.arrivals
    batch.inFlight = this.#inFlight
    batch.generatorLagMs = Math.max(batch.generatorLagMs, delta.generatorLagMs)
    batch.successes += delta.successes
    const errors = Object.values(delta.errors).reduce((sum, { count }) => sum + count, 0)
    const dropped = Object.values(delta.dropped).reduce((sum, count) => sum + count, 0)
    batch.errors += errors
    batch.dropped += dropped
    batch.unanswered += errors - delta.answeredErrors + dropped
    for (const name of TIMES) {
      const histogram = delta.distributions[name]
      if (histogram !== undefined) batch.histograms[name] = mergeSparse(batch.histograms[name], histogram)
    }
    if (delta.successes > 0) this.#lastSuccessSlice = this.#timeline.slices - 1
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
    const { batches, startMs, lengthMs } = this.#timeline
    const column = (key: Exclude<keyof Batch, 'histograms'>): number[] => batches.map((batch) => batch[key])
    const encoded = (name: TimeName): string[] =>
      batches.map(({ histograms }) => (histograms[name].encoded ??= encodeHdr(histograms[name])))
    const optional = OPTIONAL_TIMES.filter((name) =>
      batches.some(({ histograms }) => histograms[name].buckets.length > 0),
    )
    return {
      startMs,
      lengthMs,
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
      ...Object.fromEntries(optional.map((name) => [name, encoded(name)])),
    }
  }
}

function emptyBatch(inFlight: number): Batch {
  const histograms = {
    responseTime: EMPTY,
    serviceTime: EMPTY,
    targetTime: EMPTY,
    firstMessageTime: EMPTY,
    messageGap: EMPTY,
    undelayedTime: EMPTY,
  }
  return { arrivals: 0, inFlight, generatorLagMs: 0, successes: 0, errors: 0, dropped: 0, unanswered: 0, histograms }
}

/** Shared by all batches, because `mergeSparse` returns a new histogram. */
const EMPTY: CachedHistogram = { buckets: [], counts: [], encoded: '' }

function join(first: Batch, second: Batch): Batch {
  const histogram = (name: TimeName): SparseHistogram => mergeSparse(first.histograms[name], second.histograms[name])
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
      firstMessageTime: histogram('firstMessageTime'),
      messageGap: histogram('messageGap'),
      undelayedTime: histogram('undelayedTime'),
    },
  }
}
