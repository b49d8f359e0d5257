import type { Ms } from '../model/units.ts'
import { SLICE_MS } from './recorder.ts'

/**
 * Maximum number of batches. At this number, adjacent batches are joined in pairs, so a run of any length keeps between
 * half of it and all of it.
 */
const MAX_BATCHES = 64

interface TimelineOptions<Batch> {
  /** Index of the first slice that will be added. */
  readonly startSlice: number
  empty(): Batch
  join(first: Batch, second: Batch): Batch
}

/** Divides a run into a bounded number of batches of equal length, each of which covers whole slices. */
export class Timeline<Batch> {
  readonly #options: TimelineOptions<Batch>
  readonly #batches: Batch[] = []
  #slicesPerBatch = 1
  #slices = 0

  constructor(options: TimelineOptions<Batch>) {
    this.#options = options
  }

  get batches(): readonly Batch[] {
    return this.#batches
  }

  /** Number of slices added. */
  get slices(): number {
    return this.#slices
  }

  get startMs(): Ms {
    return this.#options.startSlice * SLICE_MS
  }

  /** Length of each batch. */
  get lengthMs(): Ms {
    return this.#slicesPerBatch * SLICE_MS
  }

  /** Adds a slice and returns the batch that it belongs to, for the caller to update. */
  next(): Batch {
    if (this.#slices++ === this.#batches.length * this.#slicesPerBatch) {
      if (this.#batches.length === MAX_BATCHES) this.#halve()
      this.#batches.push(this.#options.empty())
    }
    return this.#batches.at(-1) ?? this.#options.empty()
  }

  #halve(): void {
    for (let i = 0; i < MAX_BATCHES / 2; i++) {
      const [first, second] = [this.#batches[2 * i], this.#batches[2 * i + 1]]
      if (first !== undefined && second !== undefined) this.#batches[i] = this.#options.join(first, second)
    }
    this.#batches.length = MAX_BATCHES / 2
    this.#slicesPerBatch *= 2
  }
}
