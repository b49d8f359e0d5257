import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { framed, responses } from './framed.builder.ts'
import { ResponseFramer } from './response-framer.ts'
import type { ResponseReader } from './response-framer.ts'
import { HEAD_LIMIT } from './response-head.ts'

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'

describe('a response ends', () => {
  test.each<[string, string, boolean, object]>([
    ['after its length', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello', false, { status: 200, bodyBytes: 5 }],
    ['after its head, for HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n', true, { bodyBytes: 0 }],
    ['after its head, for 204', 'HTTP/1.1 204 No Content\r\n\r\n', false, { status: 204, bodyBytes: 0 }],
    ['after its head, for 304', 'HTTP/1.1 304 OK\r\ncontent-length: 5\r\n\r\n', false, { status: 304, bodyBytes: 0 }],
    ['after the last chunk', `${CHUNKED}5\r\nhello\r\n0\r\n\r\n`, false, { bodyBytes: 5 }],
    ['after the trailers', `${CHUNKED}0\r\na: b\r\nc:\r\n\r\n`, false, { bodyBytes: 0 }],
    [
      'with chunk sizes in any case',
      `${CHUNKED}00Aa;x\r\n${'x'.repeat(170)}\r\n0 ; y\r\n\r\n`,
      false,
      { bodyBytes: 170 },
    ],
    [
      'with other codings before chunked',
      `${CHUNKED.replace('chunked', 'gzip, Chunked')}0\r\n\r\n`,
      false,
      { bodyBytes: 0 },
    ],
  ])('%s', (_, response, toHead, expected) => {
    const bytes = Buffer.from(`${response}next`)
    expect(framed([bytes], { toHead })).toMatchObject({ done: true, consumed: bytes.length - 4, ...expected })
  })

  test('at the end of the stream when it has no length', () => {
    const pieces = [Buffer.from('HTTP/1.1 200 OK\r\n\r\nhel'), Buffer.from('lo')]
    expect(framed(pieces)).toMatchObject({ done: false, bodyBytes: 5, keepAlive: false })
    expect(framed(pieces, { ended: true })).toMatchObject({ done: true, bodyBytes: 5 })
  })

  test('never when the stream ends too early', () => {
    const whole = Buffer.from(`${CHUNKED}5\r\nhello\r\n0\r\na: b\r\n\r\n`)
    for (let length = 0; length < whole.length; length++) {
      expect(framed([whole.subarray(0, length)], { ended: true })).toMatchObject({ done: false, violation: undefined })
    }
  })
})

/** Needs no head and no body. */
const COUNTING: ResponseReader = { wants: () => false, head: () => {}, data: () => {}, chunkEnd: () => {} }

test.each([
  ['HTTP/1.1 200 OK\r\ncontent-length: 0', true],
  ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: x, Close', false],
  ['HTTP/1.0 200 OK\r\ncontent-length: 0', false],
  ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive', true],
  ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: Keep-Alive', true],
  ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive, close', false],
  ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: Close\r\nconnection: keep-alive', false],
])('for %j keepAlive is %j', (head, keepAlive) => {
  expect(framed([Buffer.from(`${head}\r\n\r\n`)])).toMatchObject({ done: true, keepAlive })
})

test.each([
  ['', 'before any response'],
  ['HTTP/1.1 2', 'inside the head of the response'],
  ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe', 'after 2 of 5 bytes of the body'],
  [`${CHUNKED}5\r\nhe`, 'inside the body, after 2 bytes'],
])('for %j progress is %s', (part, progress) => {
  const framer = new ResponseFramer(COUNTING)
  framer.begin(false)
  framer.push(Buffer.from(part), 0, part.length)
  expect(framer.progress).toBe(progress)
})

test.each([
  ['a status line', `HTTP/1.1 200 ${'x'.repeat(HEAD_LIMIT)}`],
  ['headers', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(HEAD_LIMIT / 6)}`],
  ['a chunk extension', `${CHUNKED}5;${'x'.repeat(HEAD_LIMIT)}`],
  ['trailers', `${CHUNKED}0\r\n${'x: y\r\n'.repeat(1 + HEAD_LIMIT / 6)}`],
])('limits %s to 64 KiB', (_, flood) => {
  const bytes = Buffer.from(flood)
  const pieces = Array.from({ length: Math.ceil(bytes.length / 1000) }, (__, i) =>
    bytes.subarray(1000 * i, 1000 * i + 1000),
  )
  expect(framed(pieces).violation).toMatch(/longer than 65536 bytes|too long/)
})

test.each([
  ['a first chunk without a size', ';a\r\n', 'a chunk does not begin with its size'],
  ['a second chunk without a size', '5\r\nhello\r\n\r\n', 'a chunk does not begin with its size'],
  ['a size that is not hexadecimal', '5g\r\n', 'the size of a chunk is not hexadecimal'],
  ['a line feed without CR after a size', '5\n', 'the size of a chunk is not hexadecimal'],
  ['a chunk longer than its size', '5\r\nhello!', 'a chunk is longer than its size'],
  ['a trailer without a name', '0\r\n: a\r\n\r\n', 'a trailer has no name'],
  ['a folded trailer', '0\r\na: b\r\n c\r\n\r\n', 'a trailer has no name'],
])('reports a violation for %s', (_, body, violation) => {
  expect(framed([Buffer.from(CHUNKED + body)]).violation).toBe(violation)
})

test('accepts many small chunks with extensions', () => {
  const many = Buffer.from(`${CHUNKED}${'1;extension\r\nx\r\n'.repeat(10_000)}0\r\n\r\n`)
  expect(framed([many])).toMatchObject({ done: true, bodyBytes: 10_000 })
})

test('reports a violation for a chunk size above the safe integers', () => {
  expect(framed([Buffer.from(`${CHUNKED}ffffffffffffffff\r\n`)]).violation).toBe('the size of a chunk is too large')
})

test('frames consecutive responses with one framer', () => {
  fc.assert(
    fc.property(fc.array(responses, { minLength: 2, maxLength: 4 }), (several) => {
      const framer = new ResponseFramer(COUNTING)
      for (const { bytes, toHead, untilClose, status, bodyBytes } of several) {
        framer.begin(toHead)
        expect(framer.push(bytes, 0, bytes.length)).toBe(bytes.length)
        if (untilClose) framer.end()
        expect(framer).toMatchObject({ done: true, status, bodyBytes })
      }
    }),
  )
})

describe('however the bytes are split', () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 })

  test('a valid response has the same status, body and end', () => {
    fc.assert(
      fc.property(responses, fc.uint8Array({ maxLength: 8 }), cuts, (response, surplus, where) => {
        const bytes = Buffer.concat([response.bytes, response.untilClose ? Buffer.alloc(0) : surplus])
        const options = { toHead: response.toHead, ended: response.untilClose }
        const got = framed(split(bytes, where), options)
        expect(got).toEqual(framed([bytes], options))
        expect(got).toMatchObject({ done: true, consumed: response.bytes.length, status: response.status })
        expect(got.body.equals(response.body)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('a response is the same for every single cut and byte by byte', () => {
    const bytes = Buffer.from(
      `HTTP/1.1 103 Hints\r\na: b\r\n\r\n${CHUNKED}5;a="b"\r\nhello\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\nsurplus`,
    )
    const whole = framed([bytes])
    expect(whole).toMatchObject({ done: true, bodyBytes: 15, consumed: bytes.length - 7 })
    for (let at = 1; at < bytes.length; at++) expect(framed(split(bytes, [at]))).toEqual(whole)
    expect(framed([...bytes].map((byte) => Buffer.of(byte)))).toEqual(whole)
  })

  test('a damaged response is either always or never a violation', () => {
    const damaged = fc.tuple(responses, fc.nat(), fc.constantFrom(0, 9, 10, 13, 32, 48, 58, 59, 97, 255))
    fc.assert(
      fc.property(damaged, cuts, ([{ bytes, toHead }, at, byte], where) => {
        const broken = Buffer.from(bytes)
        broken[at % broken.length] = byte
        const one = framed([broken], { toHead })
        const other = framed(split(broken, where), { toHead })
        // The number of bytes read and the message may depend on where the bytes are split.
        expect(other.violation === undefined).toBe(one.violation === undefined)
        expect({ ...other, ...(one.violation && ANYHOW) }).toEqual({ ...one, ...(one.violation && ANYHOW) })
      }),
      { numRuns: 1000 },
    )
  })

  test('arbitrary bytes throw no error and are never read beyond their end', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (pieces) => {
        const total = pieces.reduce((sum, piece) => sum + piece.length, 0)
        expect(framed(pieces).consumed).toBeLessThanOrEqual(total)
      }),
    )
  })
})

const ANYHOW = { consumed: 0, violation: '', body: undefined, bodyBytes: 0 }

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [...at, bytes.length].map((end, i) => bytes.subarray(at[i - 1] ?? 0, end))
}
