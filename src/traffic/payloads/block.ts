import type { GeneratedBody } from '../../model/body.ts'
import type { Random } from '../../model/pattern.ts'
import { sfc32 } from '../arrivals/random.ts'

/**
 * Size in bytes of the block that bodies are slices of: large enough that equal slices are rare, small enough that it
 * takes only milliseconds to create.
 */
export const BLOCK_BYTES: number = 2 ** 19

/**
 * Maximum size in bytes of a body that is one slice; a larger body consists of slices of this size, created while it is
 * sent.
 */
export const SLICE_BYTES: number = 64 * 2 ** 10

/** Returns a slice of `length` bytes, at most `SLICE_BYTES`, from the first valid position at or after `offset`. */
export type SliceAt = (offset: number, length: number) => Uint8Array

/** Draws the start of a slice so that the slice ends within the block even if it moves to the next valid position. */
export function drawOffset(random: Random): number {
  return Math.floor(random.next() * (BLOCK_BYTES - 2 * SLICE_BYTES))
}

/** Creates a body of any length that provides one slice at a time and copies nothing. */
export function slicedBody(length: number, random: Random, sliceAt: SliceAt): GeneratedBody {
  const [a, b, c] = [word(random), word(random), word(random)]
  return {
    length,
    *chunks() {
      const offsets = sfc32(a, b, c)
      for (let left = length; left > 0; left -= SLICE_BYTES) {
        yield sliceAt(drawOffset(offsets), Math.min(left, SLICE_BYTES))
      }
    },
  }
}

function word(random: Random): number {
  return Math.floor(random.next() * 2 ** 32)
}
