import type { SparseHistogram } from '../model/hdr.ts'
import { encodeValues } from '../model/hdr-codec.ts'
import type { MetricFigures } from '../model/metric.ts'
import { lowestIn, resolutionFor } from '../model/value-buckets.ts'
import { percentilesOf } from './distribution.ts'
import { Histogram, mergeSparse } from './histogram.ts'
import type { MetricDelta } from './metric-recorder.ts'
import { Timeline } from './timeline.ts'

/** Values recorded with another unit than the first one of their name, which only the merge of threads can detect. */
export interface UnitConflict {
  readonly name: string
  readonly unit: string
  readonly otherUnit: string
}

interface MetricBatch {
  values: SparseHistogram
  encoded?: { readonly text: string; readonly resolution: number }
}

/** The values of one metric over the whole run and all threads: their total, and their batches over time. */
export class MetricSeries {
  readonly #name: string
  readonly #values = new Histogram()
  readonly #timeline: Timeline<MetricBatch>
  #unit: string | undefined
  #otherUnit: string | undefined
  /** Number of empty slices since the last non-empty one. They are added only when another slice follows. */
  #empty = 0

  /** `startSlice` is the slice of the first value. */
  constructor(name: string, startSlice: number) {
    this.#name = name
    this.#timeline = new Timeline<MetricBatch>({
      startSlice,
      empty: () => ({ values: { buckets: [], counts: [] } }),
      join: (first, second) => ({ values: mergeSparse(first.values, second.values) }),
    })
  }

  /** Defined if threads recorded values with two units. Only those with the first unit are in the figures. */
  get conflict(): UnitConflict | undefined {
    if (this.#unit === undefined || this.#otherUnit === undefined) return undefined
    return { name: this.#name, unit: this.#unit, otherUnit: this.#otherUnit }
  }

  /** Adds what every thread recorded in the next slice. */
  add(deltas: readonly MetricDelta[]): void {
    if (deltas.length === 0) {
      this.#empty++
      return
    }
    for (; this.#empty > 0; this.#empty--) this.#timeline.next()
    const batch = this.#timeline.next()
    for (const { unit, values } of deltas) {
      if (unit !== undefined && unit !== (this.#unit ??= unit)) this.#otherUnit = unit
      else {
        this.#values.add(values)
        batch.values = mergeSparse(batch.values, values)
        delete batch.encoded
      }
    }
  }

  figures(): MetricFigures | undefined {
    const delta = this.#values.peek()
    if (delta === undefined) return undefined
    const { count, sum, sumSquares, min, max, buckets } = delta
    const mean = sum / count
    const [p50 = 0, p75 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0] = percentilesOf(delta, (bucket) =>
      Math.max(lowestIn(bucket), min),
    )
    const resolution = resolutionFor(buckets)
    const { batches, startMs, lengthMs } = this.#timeline
    return {
      name: this.#name,
      unit: this.#unit ?? '',
      count,
      min,
      mean,
      stddev: Math.sqrt(Math.max(0, sumSquares / count - mean * mean)),
      p50,
      p75,
      p90,
      p95,
      p99,
      p999,
      max,
      histogram: encodeValues(delta, resolution),
      resolution,
      batches: { startMs, lengthMs, values: batches.map((batch) => encoded(batch, resolution)) },
    }
  }
}

/** Encodes a batch again only after it has changed. */
function encoded(batch: MetricBatch, resolution: number): string {
  if (batch.encoded?.resolution !== resolution) {
    batch.encoded = { text: encodeValues(batch.values, resolution), resolution }
  }
  return batch.encoded.text
}
