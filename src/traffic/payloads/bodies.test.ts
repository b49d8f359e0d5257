import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Body, isGenerated, lengthOf } from '../../model/body.ts'
import { randomFrom } from '../arrivals/random.ts'
import { SLICE_BYTES } from './block.ts'
import { bodyOf, formatsFrom } from './index.ts'

const MIB = 2 ** 20

function body(format: 'text' | 'binary', length: number, sequence: number, seed = '8f2c1e'): Body {
  return bodyOf(format, length, randomFrom(seed, 'payload', sequence))
}

function bytesOf(made: Body): Buffer {
  if (isGenerated(made)) return Buffer.concat([...made.chunks()])
  return typeof made === 'string' ? Buffer.from(made) : Buffer.from(made)
}

/** Throws if the bytes are not UTF-8. */
function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
}

const lengths = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 3 * SLICE_BYTES }),
  fc.integer({ min: SLICE_BYTES - 2, max: SLICE_BYTES + 2 }),
)
const sequences = fc.nat()

describe.each(['text', 'binary'] as const)('a %s body', (format) => {
  it('has exactly the requested length, both declared and sent', () => {
    fc.assert(
      fc.property(lengths, sequences, (length, sequence) => {
        const made = body(format, length, sequence)
        expect(lengthOf(made)).toBe(length)
        expect(bytesOf(made).length).toBe(length)
      }),
    )
  })

  it('is the same for the same seed and sequence, every time it is sent', () => {
    fc.assert(
      fc.property(lengths, sequences, (length, sequence) => {
        const made = body(format, length, sequence)
        const bytes = bytesOf(made)
        expect(bytesOf(body(format, length, sequence)).equals(bytes)).toBe(true)
        expect(bytesOf(made).equals(bytes)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('differs for another sequence and another seed', () => {
    for (const length of [16, 1_000, 100_000]) {
      const distinct = new Set(
        Array.from({ length: 100 }, (_, sequence) => bytesOf(body(format, length, sequence)).toString('latin1')),
      )
      expect(distinct.size).toBe(100)
      expect(bytesOf(body(format, length, 1, 'other')).equals(bytesOf(body(format, length, 1)))).toBe(false)
    }
  })

  it('of 100 MiB is created in chunks of at most 64 KiB, none of which is kept', () => {
    const made = body(format, 100 * MIB, 3)
    if (!isGenerated(made)) throw new TypeError('not generated')
    let sum = 0
    const memories = new Set<ArrayBufferLike>()
    for (const chunk of made.chunks()) {
      expect(chunk.length).toBeLessThanOrEqual(SLICE_BYTES)
      memories.add(chunk.buffer)
      sum += chunk.length
    }
    expect(sum).toBe(100 * MIB)
    expect(memories.size).toBe(1)
  })

  it('can be sent twice at the same time', () => {
    const made = body(format, 5 * SLICE_BYTES, 3)
    if (!isGenerated(made)) throw new TypeError('not generated')
    const [first, second] = [made.chunks()[Symbol.iterator](), made.chunks()[Symbol.iterator]()]
    for (let i = 0; i < 5; i++) expect(first.next().value).toEqual(second.next().value)
  })
})

describe('text', () => {
  it('is UTF-8 without line breaks or characters that JSON escapes, whole characters per chunk', () => {
    fc.assert(
      fc.property(lengths, sequences, (length, sequence) => {
        const made = body('text', length, sequence)
        const chunks = isGenerated(made) ? [...made.chunks()].map((chunk) => Buffer.from(chunk)) : [bytesOf(made)]
        const text = chunks.map(decoded).join('')
        expect(JSON.stringify(text)).toBe(`"${text}"`)
        expect(text).toMatch(/^[A-Za-z0-9_\-\u0410-\u044f\u4e00-\u4e3f\u{1f600}-\u{1f63f}]*$/u)
      }),
    )
  })

  it('has characters of one, two, three and four bytes', () => {
    const counts = new Map<number, number>()
    for (const character of decoded(bytesOf(body('text', 3_200, 1)))) {
      const length = Buffer.byteLength(character)
      counts.set(length, (counts.get(length) ?? 0) + length)
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4])
    expect(counts.get(1)).toBeGreaterThan(2_200)
  })

  it('is a string up to one slice, so that every protocol can embed it', () => {
    expect(typeof body('text', SLICE_BYTES, 1)).toBe('string')
    expect(typeof body('text', SLICE_BYTES + 1, 1)).toBe('object')
  })

  it('can begin with any character of the set', () => {
    const first = new Set(Array.from({ length: 2_000 }, (_, sequence) => bytesOf(body('text', 16, sequence))[0]))
    expect(first.size).toBeGreaterThan(60)
  })
})

describe('mixed formats', () => {
  const formats = (seed: string): readonly string[] =>
    Array.from({ length: 2_000 }, (_, i) => formatsFrom('mixed', seed)(i))

  it('are text and binary with equal probability', () => {
    const texts = formats('8f2c1e').filter((format) => format === 'text').length
    // Six standard deviations of a binomial count.
    expect(Math.abs(texts - 1_000)).toBeLessThan(6 * Math.sqrt(500))
  })

  it('are the same for the same seed, and others for another seed', () => {
    expect(formats('8f2c1e')).toEqual(formats('8f2c1e'))
    expect(formats('8f2c1e')).not.toEqual(formats('cafe'))
  })
})

test('distributes binary bytes uniformly over all 256 values', () => {
  const counts = new Array<number>(256).fill(0)
  for (const byte of bytesOf(body('binary', MIB, 1))) counts[byte] = (counts[byte] ?? 0) + 1
  const expected = MIB / 256
  // Six standard deviations of a binomial count. The slices overlap slightly, which widens the distribution by less
  // than a factor of two.
  for (const count of counts) expect(Math.abs(count - expected)).toBeLessThan(12 * Math.sqrt(expected))
})
