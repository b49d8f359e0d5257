import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineFramer } from './line-framer.ts'
import { cuts, split } from './split.builder.ts'

function linesOf(pieces: readonly Uint8Array[]): { lines: readonly string[]; bytes: number; pending: number } {
  const lines: string[] = []
  let bytes = 0
  const framer = new LineFramer((line, length) => {
    lines.push(line)
    bytes += length
  })
  for (const piece of pieces) framer.push(piece)
  return { lines, bytes, pending: framer.pending }
}

test('passes on complete lines with their bytes on the wire and keeps the rest', () => {
  expect(linesOf([Buffer.from('{"a":1}\n\nä\r\nrest')])).toEqual({
    lines: ['{"a":1}', '', 'ä\r'],
    bytes: 13,
    pending: 4,
  })
})

test('finds the same lines, however the bytes are split', () => {
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\n', '')))
  fc.assert(
    fc.property(texts, fc.boolean(), cuts, (lines, withRest, where) => {
      const bytes = Buffer.from([...lines, withRest ? 'rest' : ''].join('\n'))
      const got = linesOf(split(bytes, where))
      expect(got).toEqual({ lines, bytes: bytes.length - got.pending, pending: withRest ? 4 : 0 })
    }),
    { numRuns: 500 },
  )
})

test('reads only the given range of a buffer', () => {
  const lines: string[] = []
  const framer = new LineFramer((line) => lines.push(line))
  framer.push(Buffer.from('xxab\nc\nd'), 2, 6)
  expect([lines, framer.pending]).toEqual([['ab'], 1])
})

describe('a line that is too long', () => {
  test.each([
    ['in one piece', ['12345\n']],
    ['in several pieces', ['123', '45\n']],
    ['before its line feed', ['12345']],
  ])('is a violation when it arrives %s, and nothing more is read', (_, pieces) => {
    const lines: string[] = []
    const framer = new LineFramer((line) => lines.push(line), 4)
    for (const piece of ['1234\n', ...pieces, 'a\n']) framer.push(Buffer.from(piece))
    expect([lines, framer.violation]).toEqual([['1234'], 'a line is longer than 4 bytes'])
  })
})
