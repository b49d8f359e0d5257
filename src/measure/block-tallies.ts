import { type Blocks, blockAt } from '../model/blocks.ts'
import type { Figures } from '../model/figures.ts'
import { figuresOf } from './figures.ts'
import { SLICE_MS, type SliceDelta } from './recorder.ts'
import { Tally } from './tally.ts'

/** What a run measured in one of its blocks, without the discarded beginning. */
export interface BlockResult {
  readonly total: Figures
  readonly operations: Readonly<Record<string, Figures>>
}

interface BlockTally {
  readonly total: Tally
  readonly operations: Map<string, Tally>
}

/**
 * Adds up the slices of each block. A request belongs to the block before its end: one that ends in the following pause
 * started in the block.
 */
export class BlockTallies {
  readonly #blocks: Blocks
  readonly #tallies: BlockTally[] = []

  constructor(blocks: Blocks) {
    this.#blocks = blocks
  }

  add(slice: SliceDelta): void {
    const atMs = slice.index * SLICE_MS
    const block = blockAt(this.#blocks, atMs)
    if (block < 0 || atMs < (this.#blocks.startsMs[block] ?? 0) + this.#blocks.discardMs) return
    const { total, operations } = this.#tallyOf(block)
    total.add(slice.total)
    for (const [name, delta] of Object.entries(slice.operations)) {
      let tally = operations.get(name)
      if (tally === undefined) operations.set(name, (tally = new Tally([])))
      tally.add(delta)
    }
  }

  /** Returns the figures of a block so far; undefined if nothing of it was reported. */
  result(block: number): BlockResult | undefined {
    const tallies = this.#tallies[block]
    if (tallies === undefined) return undefined
    const { lengthMs, discardMs } = this.#blocks
    const figures = (tally: Tally): Figures => figuresOf(tally.peek(), [], lengthMs - discardMs)
    return {
      total: figures(tallies.total),
      operations: Object.fromEntries([...tallies.operations].map(([name, tally]) => [name, figures(tally)])),
    }
  }

  #tallyOf(block: number): BlockTally {
    return (this.#tallies[block] ??= { total: new Tally([]), operations: new Map() })
  }
}
