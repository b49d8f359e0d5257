/**
 * The situations of the client cases of the Autobahn test suite, which checks an implementation of RFC 6455: frame
 * sizes, control frames, reserved bits, fragmentation, UTF-8, closing, limits and compression.
 */
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../../model/protocol.ts'
import { writeInPieces } from '../hostile-server.fixture.ts'
import { begin, bareServer, closeFrame, frameOf, open } from './server.fixture.ts'

const TEXT = 0x81
const BINARY = 0x82
const PING = 0x89
const PONG = 0x8a
const CLOSE = 0x88
const FIRST_TEXT = 0x01
const FIRST_BINARY = 0x02
const MORE = 0x00
const LAST = 0x80

interface Seen {
  readonly outcome: Outcome
  /** Code of the close frame that the client sent. */
  readonly closeCode: number | undefined
  readonly pongs: readonly string[]
}

/** Answers one request with these bytes, `pieceBytes` at a time, and returns what the client did. */
async function answeredWith(
  frames: readonly Buffer[],
  { pieceBytes = Number.POSITIVE_INFINITY, compressed = '' } = {},
): Promise<Seen> {
  const received: Buffer[] = []
  const headers = compressed === '' ? '' : `sec-websocket-extensions: ${compressed}\r\n`
  const url = await bareServer(
    (socket) => {
      socket.on('data', (bytes: Buffer) => received.push(bytes))
      socket.once('data', () => writeInPieces(socket, Buffer.concat(frames), pieceBytes))
    },
    { headers },
  )
  const connection = await open(url, { perMessageDeflate: compressed !== '' })
  const asked = begin(connection, { data: 'x', read: 'text' })
  const outcome = await asked.done
  // The client's last frame arrives shortly after the exchange has ended.
  const last = outcome.ok ? PONG : CLOSE
  const awaited = outcome.errorClass === 'protocol' || (outcome.ok && frames.some(([first]) => first === PING))
  if (awaited) await vi.waitUntil(() => opcodes(received).includes(last & 0x0f), { interval: 1, timeout: 10_000 })
  if (outcome.ok) connection.destroy()
  await connection.closed
  expect(asked.outcomes).toHaveLength(1)
  const sent = clientFrames(received)
  const close = sent.find(({ opcode }) => opcode === 8)
  return {
    outcome,
    closeCode: close !== undefined && close.payload.length > 1 ? close.payload.readUInt16BE(0) : undefined,
    pongs: sent.filter(({ opcode }) => opcode === 10).map(({ payload }) => payload.toString()),
  }
}

function opcodes(received: readonly Buffer[]): readonly number[] {
  return clientFrames(received).map(({ opcode }) => opcode)
}

/** Decodes the masked frames of a client, all shorter than 126 bytes. */
function clientFrames(received: readonly Buffer[]): { readonly opcode: number; readonly payload: Buffer }[] {
  const bytes = Buffer.concat(received)
  const frames: { opcode: number; payload: Buffer }[] = []
  for (let at = 0; at + 6 <= bytes.length;) {
    const length = (bytes[at + 1] ?? 0) & 0x7f
    const mask = bytes.subarray(at + 2, at + 6)
    const payload = bytes.subarray(at + 6, at + 6 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0))
    frames.push({ opcode: (bytes[at] ?? 0) & 0x0f, payload: Buffer.from(payload) })
    at += 6 + length
  }
  return frames
}

const hello = 'Hello-µ@ßöäüàá-UTF-8!!'

describe('accepts', () => {
  test.each<[string, readonly Buffer[], string, number?]>([
    ...[0, 125, 126, 127, 128, 65_535, 65_536].flatMap((length): [string, Buffer[], string, number?][] => [
      [`a text of ${length} bytes`, [frameOf(TEXT, '*'.repeat(length))], '*'.repeat(length)],
      [`bytes of length ${length}, in pieces of 997`, [frameOf(BINARY, '*'.repeat(length))], '*'.repeat(length), 997],
    ]),
    ['a ping before the message', [frameOf(PING, ''), frameOf(TEXT, hello)], hello],
    ['a ping of 125 bytes, octet by octet', [frameOf(PING, 'p'.repeat(125)), frameOf(TEXT, hello)], hello, 1],
    ['an unsolicited pong', [frameOf(PONG, 'unsolicited'), frameOf(TEXT, hello)], hello],
    ['a text in two fragments', [frameOf(FIRST_TEXT, 'a'), frameOf(LAST, 'b')], 'ab'],
    ['a text in empty fragments', [frameOf(FIRST_TEXT, ''), frameOf(MORE, ''), frameOf(LAST, '')], ''],
    [
      'pings between the fragments, octet by octet',
      [frameOf(FIRST_TEXT, 'a'), frameOf(PING, '1'), frameOf(MORE, 'b'), frameOf(PING, '2'), frameOf(LAST, 'c')],
      'abc',
      1,
    ],
    ['a text whose fragments split characters', splitInto(Buffer.from(hello), 1), hello],
    ['four-byte characters in fragments', splitInto(Buffer.from('𐀀\u{10ffff}😀'), 3), '𐀀\u{10ffff}😀'],
    ['characters that Unicode does not assign', [frameOf(TEXT, Buffer.from('ufffe￾￿'))], 'ufffe￾￿', 1],
    [
      'a text of 1 MiB in fragments of 64 bytes',
      splitInto(Buffer.alloc(1024 * 1024, '*'), 64),
      '*'.repeat(1024 * 1024),
    ],
    ['a binary message of 4 MiB', [frameOf(BINARY, Buffer.alloc(4 * 1024 * 1024, '*'))], '*'.repeat(4 * 1024 * 1024)],
    [
      'binary fragments that are not UTF-8',
      [frameOf(FIRST_BINARY, Buffer.from([0xff])), frameOf(LAST, Buffer.from([0xc0]))],
      '\ufffd\ufffd',
    ],
  ])('%s', async (_, frames, text, pieceBytes = Number.POSITIVE_INFINITY) => {
    const { outcome } = await answeredWith(frames, { pieceBytes })
    // Compares here, because a failed assertion would print megabytes.
    expect([outcome.ok, outcome.errorClass, outcome.answer?.text === text]).toEqual([true, undefined, true])
  })

  test('pings, and answers each with its payload', async () => {
    const { pongs } = await answeredWith([frameOf(PING, 'one'), frameOf(TEXT, 'x')])
    expect(pongs).toEqual(['one'])
  })
})

function splitInto(bytes: Buffer, pieceBytes: number): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const first = (at === 0 ? FIRST_TEXT : MORE) | (at + pieceBytes >= bytes.length ? 0x80 : 0)
    frames.push(frameOf(first, bytes.subarray(at, at + pieceBytes)))
  }
  return frames
}

describe('rejects with a close frame and class protocol', () => {
  const masked = Buffer.from([TEXT, 0x81, 1, 2, 3, 4, 5])
  const bytes = (...each: readonly number[]): Buffer => Buffer.from(each)
  test.each<[string, readonly Buffer[], number]>([
    ...[0x90, 0xa0, 0xb0, 0xc0, 0xd0, 0xf0].flatMap((bits): [string, Buffer[], number][] => [
      [`reserved bits ${bits.toString(2)} in a text`, [frameOf(bits | 1, hello)], 1002],
      [`reserved bits ${bits.toString(2)} in a ping`, [frameOf(bits | 9, '')], 1002],
    ]),
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer[], number] => [
      `opcode ${opcode}`,
      [frameOf(0x80 | opcode, 'x')],
      1002,
    ]),
    ['a masked frame', [masked], 1002],
    ['a ping of 126 bytes', [frameOf(PING, 'p'.repeat(126))], 1002],
    ['a fragmented ping', [frameOf(0x09, 'a'), frameOf(LAST, 'b')], 1002],
    ['a fragmented pong', [frameOf(0x0a, 'a'), frameOf(LAST, 'b')], 1002],
    ['a fragmented close frame', [frameOf(0x08, '')], 1002],
    ['a continuation without a message', [frameOf(LAST, 'b'), frameOf(TEXT, hello)], 1002],
    ['a fragment after the last one', [frameOf(MORE, 'b'), frameOf(TEXT, hello)], 1002],
    ['a text inside a text', [frameOf(FIRST_TEXT, 'a'), frameOf(TEXT, hello)], 1002],
    ['a text of 2 GiB', [bytes(0x82, 0x7f, 0, 0, 0, 0, 0x80, 0, 0, 0)], 1009],
    ['a fragment beyond 1 GiB', [frameOf(FIRST_BINARY, 'a'), bytes(0x80, 0x7f, 0, 0, 0, 0, 0x40, 0, 0, 0)], 1009],
    ['an invalid byte', [frameOf(TEXT, bytes(0xff))], 1007],
    ['a lonely continuation byte', [frameOf(TEXT, bytes(0x61, 0x80))], 1007],
    ['an overlong slash', [frameOf(TEXT, bytes(0xc0, 0xaf))], 1007],
    ['an overlong three-byte character', [frameOf(TEXT, bytes(0xe0, 0x80, 0xaf))], 1007],
    ['half a surrogate pair', [frameOf(TEXT, bytes(0xed, 0xa0, 0x80))], 1007],
    ['a character beyond U+10FFFF', [frameOf(TEXT, bytes(0xf4, 0x90, 0x80, 0x80))], 1007],
    ['a five-byte character', [frameOf(TEXT, bytes(0xf8, 0x88, 0x80, 0x80, 0x80))], 1007],
    ['a text that ends inside a character', [frameOf(TEXT, bytes(0x61, 0xce))], 1007],
    ['an invalid character across fragments', [frameOf(FIRST_TEXT, bytes(0xce)), frameOf(LAST, bytes(0x61))], 1007],
    ['an invalid fragment before the last one', [frameOf(FIRST_TEXT, bytes(0xed, 0xa0, 0x80))], 1007],
    ['a close frame of one byte', [frameOf(CLOSE, 'x')], 1002],
    ['a close frame of 126 bytes', [closeFrame(1000, 'r'.repeat(124))], 1002],
    ['a close reason that is not UTF-8', [closeFrame(1000, bytes(0xce, 0x61))], 1007],
    ...[0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535].map((code): [string, Buffer[], number] => [
      `close code ${code}`,
      [closeFrame(code)],
      1002,
    ]),
  ])('%s', async (_, frames, code) => {
    const { outcome, closeCode } = await answeredWith(frames)
    expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol', message: expect.stringMatching(/\w/) })
    expect(closeCode).toBe(code)
  })
})

describe('closes', () => {
  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])(
    'with the code %i of the server',
    async (code) => {
      const { outcome, closeCode } = await answeredWith([closeFrame(code, 'r'.repeat(123))])
      expect(outcome).toMatchObject({ ok: false, errorClass: 'connection', status: code })
      expect(outcome.message).toContain('r'.repeat(123))
      expect(closeCode).toBe(code)
    },
  )

  test.each<[string, readonly Buffer[]]>([
    ['without a code', [frameOf(CLOSE, '')]],
    ['once, when the server sends two close frames', [closeFrame(1000), closeFrame(1000)]],
    ['and reads nothing after the close frame', [closeFrame(1000), frameOf(PING, ''), frameOf(TEXT, 'late')]],
    ['inside a message', [frameOf(FIRST_TEXT, 'a'), closeFrame(1000)]],
  ])('%s', async (_, frames) => {
    const { outcome, pongs } = await answeredWith(frames)
    expect(outcome).toMatchObject({ ok: false, errorClass: 'connection' })
    expect(pongs).toEqual([])
  })
})

describe('compression', () => {
  const plain = 'permessage-deflate'
  /** Returns a compressed payload without its trailer. */
  const deflated = (text: string | Buffer): Buffer => {
    // A flush ends with the four bytes that RFC 7692 leaves out.
    const whole = deflateRawSync(text, { finishFlush: 2 })
    return whole.subarray(0, whole.length - 4)
  }
  const long = JSON.stringify(Array.from({ length: 5_000 }, (_, i) => ({ id: i, name: `name ${i % 7}` })))
  const payload = deflated(long)
  const half = Math.floor(payload.length / 2)

  test.each<[string, readonly Buffer[], string, { readonly compressed?: string; readonly pieceBytes?: number }]>([
    ['a message', [frameOf(0xc1, deflated(hello))], hello, {}],
    ['an empty message', [frameOf(0xc1, Buffer.from([0]))], '', {}],
    ['a message that is not compressed', [frameOf(TEXT, hello)], hello, {}],
    ['a long message, octet by octet', [frameOf(0xc1, payload)], long, { pieceBytes: 61 }],
    [
      'fragments with a ping between them',
      [frameOf(0x41, payload.subarray(0, half)), frameOf(PING, 'p'), frameOf(LAST, payload.subarray(half))],
      long,
      {},
    ],
    ['fragments that end with an empty one', [frameOf(0x41, payload), frameOf(LAST, '')], long, {}],
    ['a final block', [frameOf(0xc1, Buffer.concat([deflateRawSync(hello), Buffer.from([0])]))], hello, {}],
    ['no context takeover', [frameOf(0xc1, payload)], long, { compressed: `${plain}; server_no_context_takeover` }],
    ['bytes that are not compressed', [frameOf(BINARY, 'xx')], 'xx', {}],
  ])('accepts %s', async (_, frames, text, { compressed = plain, pieceBytes = Number.POSITIVE_INFINITY }) => {
    const { outcome } = await answeredWith(frames, { compressed, pieceBytes })
    expect([outcome.ok, outcome.message, outcome.answer?.text === text]).toEqual([true, undefined, true])
  })

  test.each<[string, readonly Buffer[], number]>([
    ['invalid compressed data', [frameOf(0xc1, Buffer.from([0xff, 0xff, 0xff]))], 1007],
    ['compressed text that is not UTF-8', [frameOf(0xc1, deflated(Buffer.from([0xff])))], 1007],
    [
      'a compressed continuation',
      [frameOf(0x41, payload.subarray(0, half)), frameOf(0xc0, payload.subarray(half))],
      1002,
    ],
    ['a compressed ping', [frameOf(0xc9, 'x')], 1002],
  ])('rejects %s', async (_, frames, code) => {
    const { outcome, closeCode } = await answeredWith(frames, { compressed: plain })
    expect([outcome.errorClass, closeCode]).toEqual(['protocol', code])
  })

  test('decompresses messages that refer to earlier ones', async () => {
    const messages = ['{"a":"the first of three messages"}', '{"b":"the first of three messages"}', '{"c":"the first"}']
    const window = deflateRawSync(messages[0] ?? '', { finishFlush: 2 })
    const second = deflateRawSync(messages[1] ?? '', { finishFlush: 2, dictionary: Buffer.from(messages[0] ?? '') })
    const url = await bareServer(
      (socket) => {
        let answers = 0
        socket.on('data', () => socket.write(frameOf(0xc1, (answers++ === 0 ? window : second).subarray(0, -4))))
      },
      { headers: `sec-websocket-extensions: ${plain}\r\n` },
    )
    const connection = await open(url, { perMessageDeflate: true })
    for (const text of messages.slice(0, 2)) {
      const { answer } = await begin(connection, { data: 'x', read: 'text' }).done
      expect(answer?.text).toBe(text)
    }
  })
})
