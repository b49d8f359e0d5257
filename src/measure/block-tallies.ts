import type { Blocks } from '../model/blocks.ts'
import type { Figures } from '../model/figures.ts'
import { sum } from '../model/sum.ts'
import type { Count, Ms } from '../model/units.ts'
import { figuresOf } from './figures.ts'
import { SLICE_MS, type SliceDelta } from './recorder.ts'
import { Tally } from './tally.ts'

/** What a run measured in one of its blocks, without the discarded beginning. */
export interface BlockResult {
  readonly total: Figures
  readonly operations: Readonly<Record<string, Figures>>
  /** Requests that ended in the time of the throughput. */
  readonly completed: Count
}

interface BlockTally {
  readonly total: Tally
  readonly operations: Map<string, Tally>
}

/** Adds up the requests of each block. */
export class BlockTallies {
  readonly #blocks: Blocks
  readonly #tallies: BlockTally[] = []
  /** By slice of the clock: all requests that ended, the successes, and those of each operation. */
  readonly #ended: Count[] = []
  readonly #successes: Count[] = []
  readonly #successesOf = new Map<string, Count[]>()

  constructor(blocks: Blocks) {
    this.#blocks = blocks
  }

  add({ index, total, operations, blocks = {} }: SliceDelta): void {
    count(this.#successes, index, total.successes)
    count(this.#ended, index, total.successes + sum(Object.values(total.errors).map((errors) => errors.count)))
    for (const [name, delta] of Object.entries(operations))
      count(entryOf(this.#successesOf, name, newCounts), index, delta.successes)
    for (const [block, delta] of Object.entries(blocks)) {
      const tally = this.#tallyOf(Number(block))
      tally.total.add(delta.total)
      for (const [name, each] of Object.entries(delta.operations)) entryOf(tally.operations, name, newTally).add(each)
    }
  }

  /** Returns the figures of a block so far; undefined if nothing of it was reported. */
  result(block: number): BlockResult | undefined {
    const tally = this.#tallies[block]
    if (tally === undefined) return undefined
    const { lengthMs, discardMs } = this.#blocks
    const comparedMs = lengthMs - discardMs
    const figures = (of: Tally, successes: readonly Count[]): Figures => {
      const all = figuresOf(of.peek(), [], comparedMs)
      const completed = this.#completed(block, successes, all.responseTime.p50Ms)
      return { ...all, throughputRps: (1_000 * completed) / comparedMs }
    }
    const total = figures(tally.total, this.#successes)
    return {
      total,
      operations: Object.fromEntries(
        Array.from(tally.operations, ([name, each]) => [name, figures(each, this.#successesOf.get(name) ?? [])]),
      ),
      completed: this.#completed(block, this.#ended, total.responseTime.p50Ms),
    }
  }

  /** Whether all requests of a block that were reported as due have ended. */
  isComplete(block: number): boolean {
    return (this.#tallies[block]?.total.inFlight ?? 0) === 0
  }

  /**
   * Adds up counts in a time as long as the compared part of a block, which begins later than that part by the median
   * response time: a target that answers late completes as much as one that answers at once. What a target that is too
   * slow completes after its block does not count.
   */
  #completed(block: number, counts: readonly Count[], delayMs: Ms = 0): Count {
    const { startsMs, lengthMs, discardMs } = this.#blocks
    // Whole slices, so that no part of a slice is estimated.
    const from = Math.round(((startsMs[block] ?? 0) + discardMs) / SLICE_MS) + Math.floor(delayMs / SLICE_MS)
    const slices = Math.round((lengthMs - discardMs) / SLICE_MS)
    let completed = 0
    for (let slice = from; slice < from + slices; slice++) completed += counts[slice] ?? 0
    return completed
  }

  #tallyOf(block: number): BlockTally {
    return (this.#tallies[block] ??= { total: newTally(), operations: new Map() })
  }
}

const newTally = (): Tally => new Tally([])
const newCounts = (): Count[] => []

/** Several threads report the same slice. */
function count(counts: Count[], slice: number, more: Count): void {
  counts[slice] = (counts[slice] ?? 0) + more
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
