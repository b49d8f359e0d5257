import { bucketOf, HIGHEST_US, type SparseHistogram } from '../model/hdr.ts'
import type { Ms } from '../model/units.ts'

/**
 * The values recorded since the last `take`, as plain data that can cross a thread and be added without loss. Latencies
 * are in µs.
 */
export interface HistogramDelta extends SparseHistogram {
  readonly buckets: Uint16Array
  readonly counts: Uint32Array
  readonly count: number
  readonly sum: number
  readonly sumSquares: number
  readonly min: number
  readonly max: number
}

/**
 * Buckets are allocated one page at a time, so a histogram takes memory for the range of its values, not for the whole
 * layout.
 */
const PAGE_BITS = 10
const PAGE = 1 << PAGE_BITS
const PAGE_MASK = PAGE - 1

/**
 * Latencies in the HDR layout that the whole project shares, or values in the layout of custom metrics. Recording costs
 * a few additions. `peek` and `take` cost time in proportion to the number of filled buckets, not to the size of the
 * layout.
 */
export class Histogram {
  readonly #pages: (Uint32Array | undefined)[] = []
  #touched: number[] = []
  #count = 0
  #sum = 0
  #sumSquares = 0
  #min = Number.POSITIVE_INFINITY
  #max = 0

  get count(): number {
    return this.#count
  }

  /** Records one latency. The plan's time-outs keep it within the hour that the layout covers. */
  record(ms: Ms): void {
    const us = ms <= 0 ? 0 : Math.min(HIGHEST_US, Math.round(ms * 1_000))
    this.recordIn(bucketOf(us), us)
  }

  /** Records a value that belongs to `bucket`. */
  recordIn(bucket: number, value: number): void {
    this.#bump(bucket, 1)
    this.#count++
    this.#sum += value
    this.#sumSquares += value * value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  add(delta: HistogramDelta): void {
    const { buckets, counts } = delta
    for (let i = 0; i < buckets.length; i++) this.#bump(buckets[i] ?? 0, counts[i] ?? 0)
    this.#count += delta.count
    this.#sum += delta.sum
    this.#sumSquares += delta.sumSquares
    this.#min = Math.min(this.#min, delta.min)
    this.#max = Math.max(this.#max, delta.max)
  }

  /** Returns everything recorded so far; undefined if there is nothing. */
  peek(): HistogramDelta | undefined {
    if (this.#count === 0) return undefined
    const buckets = Uint16Array.from(this.#touched).sort()
    const counts = new Uint32Array(buckets.length)
    for (let i = 0; i < buckets.length; i++) counts[i] = this.#at(buckets[i] ?? 0)
    return {
      buckets,
      counts,
      count: this.#count,
      sum: this.#sum,
      sumSquares: this.#sumSquares,
      min: this.#min,
      max: this.#max,
    }
  }

  /** Returns everything recorded since the last call and resets the histogram. */
  take(): HistogramDelta | undefined {
    const delta = this.peek()
    if (delta === undefined) return undefined
    for (const bucket of this.#touched) {
      const page = this.#pages[bucket >> PAGE_BITS]
      if (page !== undefined) page[bucket & PAGE_MASK] = 0
    }
    this.#touched = []
    this.#count = 0
    this.#sum = 0
    this.#sumSquares = 0
    this.#min = Number.POSITIVE_INFINITY
    this.#max = 0
    return delta
  }

  #at(bucket: number): number {
    return this.#pages[bucket >> PAGE_BITS]?.[bucket & PAGE_MASK] ?? 0
  }

  #bump(bucket: number, by: number): void {
    const page = (this.#pages[bucket >> PAGE_BITS] ??= new Uint32Array(PAGE))
    const before = page[bucket & PAGE_MASK] ?? 0
    if (before === 0) this.#touched.push(bucket)
    page[bucket & PAGE_MASK] = before + by
  }
}

/** Merges two histograms, with buckets in ascending order, into a new one. */
export function mergeSparse(a: SparseHistogram, b: SparseHistogram): SparseHistogram {
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
