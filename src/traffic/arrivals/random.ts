import type { Random } from '../../model/pattern.ts'

/**
 * Number of discarded rounds, after which similar initial states give unrelated numbers. The author of the generator
 * uses 12.
 */
const WARM_UP_ROUNDS = 12

/**
 * Returns a stream of numbers in [0, 1) with 32 bits each. The same seed and stream give the same numbers on every
 * machine. `stream` separates numbers that must be independent: `randomFrom(seed, 'arrivals')`,
 * `randomFrom(seed, 'payload', sequence)`. A number and its decimal string name the same stream.
 *
 * The generator is sfc32 by Chris Doty-Humphrey (PractRand 0.93, `rng/sfc.h`): 96 bits of state and a 32-bit counter,
 * so the shortest period is 2³². Its state is the MurmurHash3 (32 bit, Austin Appleby) of seed and stream under three
 * keys.
 */
export function randomFrom(seed: string, ...stream: readonly (string | number)[]): Random {
  const text = [seed, ...stream].map(partOf).join('')
  const [a, b, c] = KEYS
  return sfc32(hashOf(text, a), hashOf(text, b), hashOf(text, c))
}

/** Returns the streams `randomFrom(seed, ...stream, sequence)`, four times as fast when many are needed. */
export function streamsFrom(seed: string, ...stream: readonly (string | number)[]): (sequence: number) => Random {
  const common = [seed, ...stream].map(partOf).join('')
  const [a, b, c] = KEYS.map((key) => mixed(key, common)) as [number, number, number]
  return (sequence) => {
    const own = partOf(sequence)
    const length = common.length + own.length
    return sfc32(finished(mixed(a, own), length), finished(mixed(b, own), length), finished(mixed(c, own), length))
  }
}

const KEYS = [0x9e3779b9, 0x243f6a88, 0xb7e15162] as const

/** Includes the length of each part, so that ('ab', 'c') and ('a', 'bc') are different streams. */
function partOf(part: string | number): string {
  const text = String(part)
  return `${text.length}:${text}`
}

/** Creates sfc32 from three words of state and discards its first rounds. */
export function sfc32(a: number, b: number, c: number): Random {
  let [first, second, third] = [a | 0, b | 0, c | 0]
  let counter = 1

  function round(): number {
    const sum = (first + second + counter) | 0
    counter = (counter + 1) | 0
    first = second ^ (second >>> 9)
    second = (third + (third << 3)) | 0
    third = (((third << 21) | (third >>> 11)) + sum) | 0
    return sum >>> 0
  }

  for (let i = 0; i < WARM_UP_ROUNDS; i++) round()
  return { next: () => round() / 0x1_0000_0000 }
}

/** MurmurHash3 over UTF-16 code units, one block per unit. */
function hashOf(text: string, key: number): number {
  return finished(mixed(key, text), text.length)
}

function mixed(before: number, text: string): number {
  let hash = before
  for (let i = 0; i < text.length; i++) {
    const block = Math.imul(text.charCodeAt(i), 0xcc9e2d51)
    hash ^= Math.imul((block << 15) | (block >>> 17), 0x1b873593)
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  return hash
}

function finished(mixedHash: number, length: number): number {
  let hash = mixedHash ^ length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
