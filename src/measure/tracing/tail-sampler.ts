import type { ErrorClass } from '../../model/error-class.ts'
import type { KeptBecause } from '../../model/trace.ts'
import type { Ms } from '../../model/units.ts'

/** How many requests of each kind every generator thread keeps. */
export interface TailSizes {
  readonly slowest: number
  /** For each error class. */
  readonly failed: number
  readonly ordinary: number
}

const TAIL_SIZES: TailSizes = { slowest: 50, failed: 10, ordinary: 10 }

interface Kept<Item> {
  readonly scoreMs: Ms
  readonly item: Item
}

/** Why a request is kept, and how to store it. */
interface Place<Item> {
  readonly because: Exclude<KeptBecause, 'all'>
  readonly keep: (item: Item) => void
}

/**
 * Decides which requests to keep after they have ended: the slowest of all, some of each error class, and some of the
 * rest for comparison, each of these with the same probability (reservoir sampling, Vitter's algorithm R). Memory does
 * not grow with the run. The item is created only for requests that are kept.
 */
export class TailSampler<Item> {
  readonly #sizes: TailSizes
  readonly #random: () => number
  /** Binary heap with the fastest of the slowest requests on top. */
  readonly #slowest: Kept<Item>[] = []
  readonly #failed = new Map<ErrorClass, Reservoir<Item>>()
  readonly #ordinary: Reservoir<Item>

  constructor(sizes: TailSizes = TAIL_SIZES, random: () => number = Math.random) {
    this.#sizes = sizes
    this.#random = random
    this.#ordinary = new Reservoir(sizes.ordinary, random)
  }

  /** Returns where to keep a request that took `scoreMs`; undefined if it is not kept. */
  offer(scoreMs: Ms, errorClass: ErrorClass | undefined): Place<Item> | undefined {
    if (errorClass !== undefined) return this.#offerFailed(scoreMs, errorClass)
    const fastest = this.#slowest[0]
    if (this.#slowest.length < this.#sizes.slowest || (fastest !== undefined && scoreMs > fastest.scoreMs)) {
      return { because: 'slowest', keep: (item) => this.#keepSlow({ scoreMs, item }) }
    }
    const index = this.#ordinary.draw()
    if (index === undefined) return undefined
    return { because: 'ordinary', keep: (item) => this.#ordinary.put(index, { scoreMs, item }) }
  }

  /** The slowest requests first, then the failed, then the ordinary ones. */
  get kept(): readonly Item[] {
    const failed = [...this.#failed.values()].flatMap(({ items }) => items)
    return [this.#slowest, failed, this.#ordinary.items].flatMap((part) =>
      [...part].sort((a, b) => b.scoreMs - a.scoreMs).map(({ item }) => item),
    )
  }

  #offerFailed(scoreMs: Ms, errorClass: ErrorClass): Place<Item> | undefined {
    let reservoir = this.#failed.get(errorClass)
    if (reservoir === undefined) {
      this.#failed.set(errorClass, (reservoir = new Reservoir(this.#sizes.failed, this.#random)))
    }
    const index = reservoir.draw()
    if (index === undefined) return undefined
    return { because: 'failed', keep: (item) => reservoir.put(index, { scoreMs, item }) }
  }

  #keepSlow(kept: Kept<Item>): void {
    const heap = this.#slowest
    if (heap.length < this.#sizes.slowest) {
      heap.push(kept)
      this.#rise(heap.length - 1)
    } else {
      heap[0] = kept
      this.#sink()
    }
  }

  #rise(from: number): void {
    const heap = this.#slowest
    for (let child = from; child > 0;) {
      const parent = (child - 1) >> 1
      if (scoreAt(heap, parent) <= scoreAt(heap, child)) return
      swap(heap, parent, child)
      child = parent
    }
  }

  #sink(): void {
    const heap = this.#slowest
    for (let parent = 0; ;) {
      const left = 2 * parent + 1
      const least = [left, left + 1].reduce(
        (best, child) => (child < heap.length && scoreAt(heap, child) < scoreAt(heap, best) ? child : best),
        parent,
      )
      if (least === parent) return
      swap(heap, parent, least)
      parent = least
    }
  }
}

/** A random sample of a fixed size, in which each item has the same probability. */
class Reservoir<Item> {
  readonly items: Kept<Item>[] = []
  readonly #size: number
  readonly #random: () => number
  #seen = 0

  constructor(size: number, random: () => number) {
    this.#size = size
    this.#random = random
  }

  /** Returns the index for the next item; undefined if it is not kept. */
  draw(): number | undefined {
    const index = this.#seen < this.#size ? this.#seen : Math.floor(this.#random() * (this.#seen + 1))
    this.#seen++
    return index < this.#size ? index : undefined
  }

  put(index: number, kept: Kept<Item>): void {
    this.items[index] = kept
  }
}

function scoreAt(heap: readonly Kept<unknown>[], index: number): Ms {
  return heap[index]?.scoreMs ?? Number.POSITIVE_INFINITY
}

function swap<Item>(heap: Kept<Item>[], a: number, b: number): void {
  const [first, second] = [heap[a], heap[b]]
  if (first === undefined || second === undefined) return
  heap[a] = second
  heap[b] = first
}
