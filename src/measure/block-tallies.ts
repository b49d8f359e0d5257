import type { Blocks } from '../model/blocks.ts'
import type { Figures } from '../model/figures.ts'
import type { Count } from '../model/units.ts'
import { figuresOf } from './figures.ts'
import { SLICE_MS, type SliceDelta } from './recorder.ts'
import { Tally, type TallyDelta } from './tally.ts'

/** What a run measured in one of its blocks, without the discarded beginning. */
export interface BlockResult {
  readonly total: Figures
  readonly operations: Readonly<Record<string, Figures>>
}

interface BlockTally {
  readonly total: Tally
  readonly operations: Map<string, Tally>
}

/** Adds up the requests of each block. */
export class BlockTallies {
  readonly #blocks: Blocks
  readonly #tallies: BlockTally[] = []
  /** Successes by slice of the clock: of all requests, and of each operation. */
  readonly #successes: Count[] = []
  readonly #successesOf = new Map<string, Count[]>()

  constructor(blocks: Blocks) {
    this.#blocks = blocks
  }

  add({ index, total, operations, blocks = {} }: SliceDelta): void {
    count(this.#successes, index, total)
    for (const [name, delta] of Object.entries(operations))
      count(entryOf(this.#successesOf, name, newCounts), index, delta)
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
    const figures = (of: Tally, successes: readonly Count[]): Figures => {
      const { lengthMs, discardMs } = this.#blocks
      const all = figuresOf(of.peek(), [], lengthMs - discardMs)
      return { ...all, throughputRps: this.#throughputRps(block, successes, all.responseTime.p50Ms ?? 0) }
    }
    return {
      total: figures(tally.total, this.#successes),
      operations: Object.fromEntries(
        Array.from(tally.operations, ([name, each]) => [name, figures(each, this.#successesOf.get(name) ?? [])]),
      ),
    }
  }

  /** Whether all requests of a block that were reported as due have ended. */
  isComplete(block: number): boolean {
    return (this.#tallies[block]?.total.inFlight ?? 0) === 0
  }

  /**
   * Returns the successes per second in a time as long as the compared part of a block, which begins later than that
   * part by the median response time: a target that answers late completes as much as one that answers at once. What a
   * target that is too slow completes after its block does not count.
   */
  #throughputRps(block: number, successes: readonly Count[], delayMs: number): number {
    const { startsMs, lengthMs, discardMs } = this.#blocks
    // Whole slices, so that no part of a slice is estimated.
    const from = Math.round(((startsMs[block] ?? 0) + discardMs) / SLICE_MS) + Math.floor(delayMs / SLICE_MS)
    const slices = Math.round((lengthMs - discardMs) / SLICE_MS)
    let completed = 0
    for (let slice = from; slice < from + slices; slice++) completed += successes[slice] ?? 0
    return (1_000 * completed) / (slices * SLICE_MS)
  }

  #tallyOf(block: number): BlockTally {
    return (this.#tallies[block] ??= { total: newTally(), operations: new Map() })
  }
}

const newTally = (): Tally => new Tally([])
const newCounts = (): Count[] => []

/** Several threads report the same slice. */
function count(successes: Count[], slice: number, delta: TallyDelta): void {
  successes[slice] = (successes[slice] ?? 0) + delta.successes
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
