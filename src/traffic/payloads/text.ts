import type { GeneratedBody } from '../../model/body.ts'
import type { Random } from '../../model/pattern.ts'
import { randomFrom } from '../arrivals/random.ts'
import { BLOCK_BYTES, drawOffset, SLICE_BYTES, slicedBody } from './block.ts'

/**
 * 64 characters of each length in UTF-8, all of them assigned and in normal form: the base64url alphabet, Cyrillic, CJK
 * and faces. The set excludes characters that JSON escapes, spaces that software may trim, and line breaks that end a
 * frame.
 */
const CHARACTERS: readonly Buffer[] = [
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'),
  from(0x410),
  from(0x4e00),
  from(0x1f600),
]

/** UTF-8 lengths of the characters of a cell. The block repeats this pattern with different characters. */
const CELL = [...ones(7), 2, ...ones(8), 3, ...ones(8), 4]
const CELL_BYTES = 32

/** Maps each byte offset in a cell where a character begins to the number of UTF-16 units before it. */
const UNITS_BEFORE: ReadonlyMap<number, number> = unitsBefore()
const CELL_UNITS = CELL.reduce((sum, length) => sum + unitsOf(length), 0)

interface TextBlock {
  readonly text: string
  readonly bytes: Uint8Array
}

/** The same for every seed; the seed determines only where slices begin. */
let block: TextBlock | undefined

/**
 * Creates text of exactly `length` bytes of UTF-8. It is a string, which every protocol can write directly, embed in
 * JSON or send as a text frame. A longer text consists of byte chunks of whole characters.
 */
export function textBody(length: number, random: Random): string | GeneratedBody {
  if (length > SLICE_BYTES) return slicedBody(length, random, bytesAt)
  const offset = nextFit(drawOffset(random), length)
  return theBlock().text.slice(unitAt(offset), unitAt(offset + length))
}

function bytesAt(offset: number, length: number): Uint8Array {
  const fit = nextFit(offset, length)
  return theBlock().bytes.subarray(fit, fit + length)
}

/**
 * Returns the first position from `offset` on where a character begins and another one begins `length` bytes later.
 * There is one within each cell: characters begin at 26 of its 32 bytes, so at 20 or more positions one begins at both
 * ends.
 */
function nextFit(offset: number, length: number): number {
  let fit = offset
  while (!(UNITS_BEFORE.has(fit % CELL_BYTES) && UNITS_BEFORE.has((fit + length) % CELL_BYTES))) fit++
  return fit
}

function unitAt(byte: number): number {
  return Math.floor(byte / CELL_BYTES) * CELL_UNITS + (UNITS_BEFORE.get(byte % CELL_BYTES) ?? 0)
}

function theBlock(): TextBlock {
  if (block === undefined) {
    const bytes = makeBytes()
    // Decoding gives one flat string whose slices are not copies.
    block = { bytes, text: bytes.toString() }
  }
  return block
}

function makeBytes(): Buffer {
  const random = randomFrom('text')
  const bytes = Buffer.alloc(BLOCK_BYTES)
  for (let at = 0; at < BLOCK_BYTES;) {
    for (const length of CELL) {
      const start = Math.floor(random.next() * 64) * length
      const characters = CHARACTERS[length - 1]
      for (let i = 0; i < length; i++) bytes[at++] = characters?.[start + i] ?? 0
    }
  }
  return bytes
}

function from(first: number): Buffer {
  const points = Array.from({ length: 64 }, (_, index) => first + index)
  return Buffer.from(String.fromCodePoint(...points))
}

function ones(count: number): readonly number[] {
  return Array.from({ length: count }, () => 1)
}

function unitsOf(bytes: number): number {
  return bytes === 4 ? 2 : 1
}

function unitsBefore(): ReadonlyMap<number, number> {
  const before = new Map<number, number>()
  let [bytes, units] = [0, 0]
  for (const length of CELL) {
    before.set(bytes, units)
    bytes += length
    units += unitsOf(length)
  }
  return before
}
