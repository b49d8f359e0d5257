import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DelimiterFramer } from './delimiter-framer.ts'
import { FixedFramer } from './fixed-framer.ts'
import type { Framer } from './framer.ts'
import { LengthFramer, lengthPrefix, maxPrefixedBytes } from './length-framer.ts'
import type { LengthPrefix } from './length-framer.ts'
import { cuts, split } from './split.builder.ts'
import { StreamEndFramer } from './stream-end-framer.ts'

interface Framed {
  /** Content and length on the wire of each frame. */
  readonly frames: readonly { readonly content: Buffer; readonly bytes: number }[]
  readonly rest: number
  readonly violation: string | undefined
}

function framed(framer: Framer, pieces: readonly Buffer[], ends = false): Framed {
  const frames: { content: Buffer; bytes: number }[] = []
  let content: Buffer[] = []
  const take = (): void => {
    frames.push({ content: Buffer.concat(content), bytes: framer.frameBytes })
    content = []
  }
  for (const piece of pieces) {
    for (let at = 0; at < piece.length && framer.violation === undefined;) {
      at = framer.push(piece, at, (bytes, start, end) => content.push(Buffer.from(bytes.subarray(start, end))))
      if (framer.done) take()
    }
    // A socket reuses its read buffer in the same way.
    piece.fill(0x55)
  }
  if (ends) {
    framer.end()
    if (framer.done) take()
  }
  return { frames, rest: framer.done ? 0 : framer.frameBytes, violation: framer.violation }
}

const contents = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 })
const delimiters = fc.oneof(
  fc.constantFrom('\n', '\r\n', '\0', 'aba', 'aab', '--end--', 'ÿ€').map((text) => Buffer.from(text)),
  // Only two different bytes, so that the delimiter overlaps with itself and nearly matches in the content.
  fc.array(fc.constantFrom(97, 98), { minLength: 1, maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
)
const prefixes: fc.Arbitrary<LengthPrefix> = fc.record({
  length: fc.constantFrom(1, 2, 4),
  endian: fc.constantFrom('big', 'little'),
  includesPrefix: fc.boolean(),
})

/** Reference implementation: splits the complete bytes at the delimiter. */
function splitAt(bytes: Buffer, delimiter: Buffer): readonly Buffer[] {
  const parts: Buffer[] = []
  let at = 0
  for (let found = bytes.indexOf(delimiter); found >= 0; found = bytes.indexOf(delimiter, at)) {
    parts.push(bytes.subarray(at, found))
    at = found + delimiter.length
  }
  return [...parts, bytes.subarray(at)]
}

describe('framers, however the bytes are split', () => {
  test('DelimiterFramer ends frames at the first complete delimiter', () => {
    const streams = fc.tuple(
      delimiters,
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.array(fc.constantFrom(97, 98, 13, 10)))),
    )
    fc.assert(
      fc.property(streams, cuts, ([delimiter, parts], where) => {
        const bytes = Buffer.concat(
          parts
            .flatMap((part, i) => [Buffer.from(part), i % 3 === 0 ? delimiter : ''])
            .map((part) => Buffer.from(part)),
        )
        const expected = splitAt(bytes, delimiter)
        const got = framed(new DelimiterFramer(delimiter), split(bytes, where))
        expect(got.frames.map(({ content }) => content)).toEqual(expected.slice(0, -1))
        expect(got.frames.map((frame) => frame.bytes)).toEqual(
          expected.slice(0, -1).map(({ length }) => length + delimiter.length),
        )
        expect(got.rest).toBe(expected.at(-1)?.length)
      }),
      { numRuns: 1000 },
    )
  })

  test('LengthFramer reads back frames with a length prefix', () => {
    fc.assert(
      fc.property(prefixes, contents, fc.boolean(), cuts, (prefix, list, cutOff, where) => {
        const whole = Buffer.concat(list.flatMap((content) => [lengthPrefix(prefix, content.length), content]))
        const rest = cutOff ? [lengthPrefix(prefix, 9), Buffer.from('12345678')] : []
        const got = framed(new LengthFramer(prefix), split(Buffer.concat([whole, ...rest]), where))
        expect(got).toEqual({
          frames: list.map((content) => ({ content: Buffer.from(content), bytes: content.length + prefix.length })),
          rest: cutOff ? prefix.length + 8 : 0,
          violation: undefined,
        })
      }),
      { numRuns: 500 },
    )
  })

  test('FixedFramer cuts frames of a fixed length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.uint8Array({ maxLength: 200 }), cuts, (length, bytes, where) => {
        const count = Math.floor(bytes.length / length)
        expect(framed(new FixedFramer(length), split(bytes, where))).toEqual({
          frames: Array.from({ length: count }, (_, i) => ({
            content: Buffer.from(bytes.subarray(i * length, (i + 1) * length)),
            bytes: length,
          })),
          rest: bytes.length - count * length,
          violation: undefined,
        })
      }),
    )
  })

  test('StreamEndFramer returns one frame, or none when the stream is empty', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, where) => {
        const frames = bytes.length === 0 ? [] : [{ content: Buffer.from(bytes), bytes: bytes.length }]
        expect(framed(new StreamEndFramer(), split(bytes, where), true)).toMatchObject({ frames })
      }),
    )
  })
})

describe('a length prefix', () => {
  test.each<[LengthPrefix, string]>([
    [{ length: 1 }, '05'],
    [{ length: 2 }, '0005'],
    [{ length: 4 }, '00000005'],
    [{ length: 4, endian: 'little' }, '05000000'],
    [{ length: 2, includesPrefix: true }, '0007'],
    [{ length: 2, endian: 'little', includesPrefix: true }, '0700'],
  ])('encodes %j of 5 bytes as %s', (prefix, hex) => {
    expect(lengthPrefix(prefix, 5).toString('hex')).toBe(hex)
  })

  test.each<[LengthPrefix, number]>([
    [{ length: 1 }, 255],
    [{ length: 1, includesPrefix: true }, 254],
    [{ length: 2 }, 65_535],
    [{ length: 4 }, 512 * 1024 * 1024],
  ])('%j allows at most %d bytes', (prefix, most) => {
    expect(maxPrefixedBytes(prefix)).toBe(most)
    expect(lengthPrefix(prefix, most)).toHaveLength(prefix.length)
  })

  test('is a violation when the length is less than the prefix itself', () => {
    const framer = new LengthFramer({ length: 2, includesPrefix: true })
    expect(framed(framer, [Buffer.from([0, 2]), Buffer.from([0, 1, 0])])).toMatchObject({
      frames: [{ bytes: 2 }],
      violation: 'a frame declares a length of 1 bytes, less than its own prefix',
    })
  })

  test.each(['HTTP/1.1 400 Bad Request', '-ERR unknown command', '    '])(
    'is a violation when it is the text %j',
    (text) => {
      for (const endian of ['big', 'little'] as const) {
        expect(framed(new LengthFramer({ length: 4, endian }), [Buffer.from(text)]).violation).toMatch(
          /^a frame declares a length of \d+ bytes, more than the maximum of 536870912$/,
        )
      }
    },
  )
})
