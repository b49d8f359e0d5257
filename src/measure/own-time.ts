import { type Blocks, blockAt, toOwn } from '../model/blocks.ts'
import type { Ms } from '../model/units.ts'
import { SLICE_MS, type SliceDelta } from './recorder.ts'
import type { TallyDelta } from './tally.ts'

/**
 * Puts the slices of one thread on the own axis of a run in blocks, whose starts and length are whole slices. What
 * happens in a pause belongs to the end of the block before it, because its requests started there.
 */
export class OwnTime {
  readonly #blocks: Blocks | undefined
  /** Slices that are the same one on the own axis; more of them may follow. */
  #held: SliceDelta[] = []

  constructor(blocks: Blocks | undefined) {
    this.#blocks = blocks
  }

  /** Returns the parts of each slice on the own axis that is complete now. */
  add(slice: SliceDelta): readonly (readonly SliceDelta[])[] {
    if (this.#blocks === undefined) return [[slice]]
    const middleMs = (slice.index + 0.5) * SLICE_MS
    const index = Math.max(0, Math.floor(toOwn(this.#blocks, middleMs) / SLICE_MS - 0.5))
    const own = { ...slice, index, total: isInBlock(this.#blocks, middleMs) ? slice.total : withoutLag(slice.total) }
    if (this.#held[0]?.index !== index) {
      const complete = this.end()
      this.#held = [own]
      return complete
    }
    this.#held.push(own)
    return []
  }

  /** Returns the parts of the last slice. */
  end(): readonly (readonly SliceDelta[])[] {
    const last = this.#held
    this.#held = []
    return last.length === 0 ? [] : [last]
  }
}

/** Whether requests start at a time on the clock, or the run waits for its last responses. */
function isInBlock(blocks: Blocks, clockMs: Ms): boolean {
  const block = blockAt(blocks, clockMs)
  const isLast = block === blocks.startsMs.length - 1
  return block >= 0 && (isLast || clockMs < (blocks.startsMs[block] ?? 0) + blocks.lengthMs)
}

/** A thread that is late in a pause delays no request. */
function withoutLag(tally: TallyDelta): TallyDelta {
  return { ...tally, generatorLagMs: 0 }
}
