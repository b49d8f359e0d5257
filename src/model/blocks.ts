import type { Ms } from './units.ts'

/**
 * The time in which one of two targets receives load: blocks of equal length, with pauses between them in which the
 * other target does. A run in blocks has two time axes, both since the start of the measured part: that of its clock,
 * and its own, on which the blocks follow each other without pauses. Its schedule and its result use the own one.
 */
export interface Blocks {
  /** Start of each block on the clock, ascending. */
  readonly startsMs: readonly Ms[]
  readonly lengthMs: Ms
  /** Start of this side's warm-up on the clock, negative; 0 without one. */
  readonly warmUpAtMs: Ms
  /** The beginning of each block that a comparison does not use: the target has just been idle. */
  readonly discardMs: Ms
}

/** Returns the time on the clock of a time on the own axis. A time between two blocks is the end of the first one. */
export function toClock({ startsMs, lengthMs }: Blocks, ownMs: Ms): Ms {
  const block = Math.min(Math.max(0, Math.ceil(ownMs / lengthMs) - 1), startsMs.length - 1)
  return (startsMs[block] ?? 0) + ownMs - block * lengthMs
}

/** Returns the time on the own axis of a time on the clock. A time in a pause is the end of the block before it. */
export function toOwn(blocks: Blocks, clockMs: Ms): Ms {
  const { startsMs, lengthMs } = blocks
  const block = blockAt(blocks, clockMs)
  if (block < 0) return 0
  const intoMs = clockMs - (startsMs[block] ?? 0)
  // After the last block, the run waits for its last responses.
  return block * lengthMs + (block === startsMs.length - 1 ? intoMs : Math.min(intoMs, lengthMs))
}

/** Rounding error of an intended start. One at the end of a block or slice belongs to it, and not to the next one. */
export const START_ROUNDING_MS: Ms = 0.001

/**
 * Returns the position of the block that compares a request with this intended start on the clock; −1 if none does,
 * because the start is in the discarded beginning of a block or outside all blocks.
 */
export function comparedIn(blocks: Blocks, intendedMs: Ms): number {
  const { startsMs, lengthMs, discardMs } = blocks
  const atMs = intendedMs - START_ROUNDING_MS
  const block = blockAt(blocks, atMs)
  const intoMs = atMs - (startsMs[block] ?? 0)
  return block >= 0 && intoMs >= discardMs && intoMs < lengthMs ? block : -1
}

/** Returns the position of the last block that has begun by a time on the clock; −1 before the first one. */
export function blockAt({ startsMs }: Blocks, clockMs: Ms): number {
  return startsMs.findLastIndex((startMs) => startMs <= clockMs)
}
