import { type Blocks, toClock } from '../../model/blocks.ts'
import type { Arrivals } from './index.ts'

/** Returns the arrivals of a run in blocks: the given ones, whose times are on its own axis, at their times on the clock. */
export function inBlocks(arrivals: Arrivals, blocks: Blocks | undefined): Arrivals {
  if (blocks === undefined) return arrivals
  return {
    next() {
      const ownMs = arrivals.next()
      return ownMs === Number.POSITIVE_INFINITY ? ownMs : toClock(blocks, ownMs)
    },
  }
}
