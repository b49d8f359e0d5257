import type { GeneratedBody } from '../../model/body.ts'
import type { Random } from '../../model/pattern.ts'
import { randomFrom } from '../arrivals/random.ts'
import { BLOCK_BYTES, drawOffset, SLICE_BYTES, slicedBody } from './block.ts'

/** The same for every seed; the seed determines only where slices begin. */
let block: Uint8Array | undefined

/** Creates random bytes, which are incompressible. */
export function binaryBody(length: number, random: Random): Uint8Array | GeneratedBody {
  return length <= SLICE_BYTES ? bytesAt(drawOffset(random), length) : slicedBody(length, random, bytesAt)
}

function bytesAt(offset: number, length: number): Uint8Array {
  block ??= makeBlock()
  return block.subarray(offset, offset + length)
}

function makeBlock(): Uint8Array {
  const random = randomFrom('binary')
  const words = new Uint32Array(BLOCK_BYTES / 4)
  for (let i = 0; i < words.length; i++) words[i] = random.next() * 2 ** 32
  return Buffer.from(words.buffer)
}
