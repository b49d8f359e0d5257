import { bucketOf, HIGHEST_US, type SparseHistogram } from '../model/hdr.ts'
import type { Ms } from '../model/units.ts'

/** The values recorded since the last `take`, as plain data that can cross a thread and be added without loss. */
export interface HistogramDelta extends SparseHistogram {
  readonly buckets: Uint16Array
  readonly counts: Uint32Array
  readonly count: number
  readonly sumUs: number
  readonly sumSquaresUs: number
  readonly minUs: number
  readonly maxUs: number
}

/**
 * Buckets are allocated one page at a time, so a histogram takes memory for the range of its values, not for the whole
 * layout.
 */
const PAGE_BITS = 10
const PAGE = 1 << PAGE_BITS
const PAGE_MASK = PAGE - 1

/**
 * Latencies in the HDR layout that the whole project shares. Recording costs a few additions. `peek` and `take` cost
 * time in proportion to the number of filled buckets, not to the size of the layout.
 */
export class Histogram {
  readonly #pages: (Uint32Array | undefined)[] = []
  #touched: number[] = []
  #count = 0
  #sumUs = 0
  #sumSquaresUs = 0
  #minUs = Number.POSITIVE_INFINITY
  #maxUs = 0

  get count(): number {
    return this.#count
  }

  /** Records one latency. The plan's time-outs keep it within the hour that the layout covers. */
  record(ms: Ms): void {
    const us = ms <= 0 ? 0 : Math.min(HIGHEST_US, Math.round(ms * 1_000))
    this.#bump(bucketOf(us), 1)
    this.#count++
    this.#sumUs += us
    this.#sumSquaresUs += us * us
    if (us < this.#minUs) this.#minUs = us
    if (us > this.#maxUs) this.#maxUs = us
  }

  add(delta: HistogramDelta): void {
    const { buckets, counts } = delta
    for (let i = 0; i < buckets.length; i++) this.#bump(buckets[i] ?? 0, counts[i] ?? 0)
    this.#count += delta.count
    this.#sumUs += delta.sumUs
    this.#sumSquaresUs += delta.sumSquaresUs
    this.#minUs = Math.min(this.#minUs, delta.minUs)
    this.#maxUs = Math.max(this.#maxUs, delta.maxUs)
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
      sumUs: this.#sumUs,
      sumSquaresUs: this.#sumSquaresUs,
      minUs: this.#minUs,
      maxUs: this.#maxUs,
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
    this.#sumUs = 0
    this.#sumSquaresUs = 0
    this.#minUs = Number.POSITIVE_INFINITY
    this.#maxUs = 0
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
