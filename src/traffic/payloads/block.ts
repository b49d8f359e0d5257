import type { GeneratedBody } from '../../model/body.ts'
import type { Random } from '../../model/pattern.ts'
import { sfc32 } from '../arrivals/random.ts'

/** What bodies are slices of, in bytes: long enough that equal slices are rare, short enough that it is made in milliseconds. */
export const BLOCK_BYTES: number = 2 ** 19

/** Up to this many bytes a body is one slice; a longer one is made of slices of this length while it is sent. */
export const SLICE_BYTES: number = 64 * 2 ** 10

/** A slice of `length` bytes, at most `SLICE_BYTES`, from the first place at or after `offset` where one can stand. */
export type SliceAt = (offset: number, length: number) => Uint8Array

/** Draws where a slice begins: it ends within the block, however far it has to move to where it can stand. */
export function drawOffset(random: Random): number {
  return Math.floor(random.next() * (BLOCK_BYTES - 2 * SLICE_BYTES))
}

/** A body of any length, of which no more than a slice is asked for at a time, and nothing is copied. */
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
