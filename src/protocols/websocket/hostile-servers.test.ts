import type { Socket } from 'node:net'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../../model/protocol.ts'
import { flood, uncaughtErrors, writeInPieces } from '../hostile-server.fixture.ts'
import { liveBytes } from '../live-bytes.fixture.ts'
import type { WebSocketRequest } from './request.ts'
import { begin, bareServer, closeFrame, frameOf, open } from './server.fixture.ts'

const MIB = 1024 * 1024
const DEFLATE = { headers: 'sec-websocket-extensions: permessage-deflate\r\n' }

function repeated(frame: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil((64 * 1024) / frame.length) }, () => frame))
}

/** Returns a compressed payload that decompresses to this many MiB. */
function bomb(mebibytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(MIB), { finishFlush: 2 })
  return Buffer.concat(Array.from({ length: mebibytes }, () => block)).subarray(0, -4)
}

describe('memory stays below 16 MiB for each connection, and cancelling ends the exchange, when the server sends', () => {
  const check = { bodyIncludes: 'x' }
  test.each<[string, Buffer, Buffer, WebSocketRequest]>([
    ['fragments of one byte', frameOf(0x02, ''), repeated(frameOf(0, 'a')), { data: 'x' }],
    ['fragments of one byte to a check', frameOf(0x02, ''), repeated(frameOf(0, 'a')), { data: 'x', check }],
    ['empty fragments', frameOf(0x01, ''), repeated(frameOf(0, '')), { data: 'x', read: 'text' }],
    ['a frame of 1 GiB', Buffer.from([0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0]), Buffer.alloc(MIB), { data: 'x' }],
    [
      'a frame of 1 GiB to a check',
      Buffer.from([0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0]),
      Buffer.alloc(MIB),
      { data: 'x', check },
    ],
    ['a text without end', frameOf(0x01, ''), frameOf(0, 'a'.repeat(MIB)), { data: '{}', correlate: 'id' }],
    ['pings', Buffer.alloc(0), repeated(frameOf(0x89, 'p'.repeat(125))), { data: 'x' }],
    ['pongs', Buffer.alloc(0), repeated(frameOf(0x8a, 'p'.repeat(125))), { data: 'x' }],
    ['unsolicited messages', Buffer.alloc(0), repeated(frameOf(0x81, 'tick'.repeat(30))), { ping: true }],
  ])('%s', async (_, first, chunk, request) => {
    const written: (() => number)[] = []
    const url = await bareServer((socket) =>
      socket.once('data', () => {
        // Reads nothing more, so that pongs are never read.
        socket.pause()
        socket.write(first)
        written.push(flood(socket, chunk))
      }),
    )
    const connections = await Promise.all([open(url), open(url), open(url)])
    const before = await liveBytes()
    const asked = connections.map((connection) => begin(connection, request))
    await vi.waitUntil(
      () => written.length === 3 && written.every((bytes) => bytes() > (chunk.length < MIB ? 4 : 24) * MIB),
      { timeout: 15_000 },
    )
    expect(((await liveBytes()) - before) / 3).toBeLessThan(16 * MIB)
    for (const { cancel } of asked) cancel()
    for (const connection of connections) connection.destroy()
    await Promise.all(connections.map(({ closed }) => closed))
    expect(asked.flatMap(({ outcomes }) => outcomes)).toEqual([])
  })
})

test('counts a response of 100 MiB without keeping it', async () => {
  const url = await bareServer((socket) =>
    socket.once('data', () => {
      socket.write(Buffer.from([0x82, 127, 0, 0, 0, 0, 0x06, 0x40, 0, 0]))
      for (let i = 0; i < 100; i++) socket.write(Buffer.alloc(MIB))
    }),
  )
  const outcome = await begin(await open(url), { data: 'x' }).done
  expect(outcome).toMatchObject({ ok: true, bytesReceived: 100 * MIB + 10 })
})

test.each<[string, number, WebSocketRequest, string | undefined]>([
  ['fails a check when it is longer than the check examines', 10, { check: { bodyIncludes: 'x' } }, 'check'],
  ['is a response when no one reads it', 10, {}, undefined],
  ['fails with class protocol when it is longer than any message', 1025, {}, 'protocol'],
])('a message that decompresses to a thousand times its size %s', async (_, mebibytes, request, errorClass) => {
  const payload = bomb(mebibytes)
  const url = await bareServer((socket) => socket.once('data', () => socket.write(frameOf(0xc2, payload))), DEFLATE)
  const connection = await open(url, { perMessageDeflate: true })
  const before = await liveBytes()
  const outcome = await begin(connection, { data: 'x', ...request }).done
  expect((await liveBytes()) - before).toBeLessThan(16 * MIB)
  expect(outcome).toMatchObject({ ok: errorClass === undefined })
  expect(outcome.errorClass).toBe(errorClass)
})

test('a server that resets the connection during decompression fails the exchange with the reason', async () => {
  const payload = bomb(60)
  const url = await bareServer((socket) => {
    socket.once('data', () => {
      socket.write(frameOf(0xc2, payload))
      // The client reads these bytes while it decompresses the payload. They are not the beginning of a frame.
      socket.write(Buffer.alloc(10_000, 0xff), () => setTimeout(() => socket.resetAndDestroy(), 20))
    })
  }, DEFLATE)
  const exchange = async (): Promise<Outcome> =>
    await begin(await open(url, { perMessageDeflate: true }), { data: 'x' }).done
  let outcome = await exchange()
  // On a busy machine, the reset can come after the decompression.
  for (let attempt = 1; outcome.ok && attempt < 5; attempt++) outcome = await exchange()
  expect(outcome).toMatchObject({ errorClass: 'connection', message: expect.stringContaining('ECONNRESET') })
})

test('a server that floods the connection after its close frame does not delay the end', async () => {
  const url = await bareServer((socket) =>
    socket.once('data', () => {
      socket.write(closeFrame(1011, 'broken'))
      flood(socket, frameOf(0x82, Buffer.alloc(MIB)))
    }),
  )
  const connection = await open(url)
  const startMs = performance.now()
  const asked = begin(connection, { data: 'x' })
  await connection.closed
  expect(performance.now() - startMs).toBeLessThan(5_000)
  expect(asked.outcomes).toMatchObject([{ ok: false, errorClass: 'connection', status: 1011 }])
})

describe('whatever bytes arrive, each exchange has one outcome', () => {
  const header = fc.tuple(
    fc.constantFrom(0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x88, 0x89, 0x8a, 0xc1, 0xc2, 0x41, 0x83, 0x91),
    fc.uint8Array({ maxLength: 130 }),
  )
  const frame = header.map(([first, payload]) => frameOf(first, Buffer.from(payload)))
  const anything = fc.oneof(
    { weight: 4, arbitrary: frame },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.json().map((json) => frameOf(0x81, json)) },
  )
  const close = closeFrame(1000)
  /** Frames that early versions mishandled, or might have. */
  const corpus: [Buffer[], number][] = [
    [[frameOf(0x01, ''), frameOf(0x00, ''), frameOf(0x80, '')], 1],
    [[frameOf(0x81, `{"id":${'['.repeat(20_000)}`)], 1_000],
    [[frameOf(0x81, '{"id":{"toString":1}}'), frameOf(0x81, '{"__proto__":{"id":1}}')], 1_000],
    [[frameOf(0xc1, bomb(1)), close, close], 100],
    [[frameOf(0xc1, Buffer.from([0x03, 0x00])), frameOf(0xc1, Buffer.from([0x03, 0x00]))], 1],
    [[frameOf(0x41, ''), frameOf(0x89, 'p'), frameOf(0x80, '')], 2],
    [[Buffer.from([0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])], 3],
    [[frameOf(0x88, ''), frameOf(0x81, 'late')], 1],
  ]

  test('over WebSocket', async () => {
    let frames: readonly Buffer[] = []
    let pieceBytes = 1
    const serve = (socket: Socket): void => {
      socket.once('data', () => {
        writeInPieces(socket, Buffer.concat(frames), pieceBytes)
        socket.end()
      })
    }
    const plain = await bareServer(serve)
    const compressed = await bareServer(serve, DEFLATE)
    const errors = uncaughtErrors()
    const requests: readonly WebSocketRequest[] = [
      { data: 'x', read: 'json' },
      { data: '{"id":1}', correlate: 'id', check: { json: { path: 'id', exists: true } } },
      { data: 'y', check: ({ body }) => body.length > 2, ignore: { bodyIncludes: 'tick' } },
      { ping: true },
      { replies: 2, read: 'text' },
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.array(anything, { maxLength: 8 }),
        fc.constantFrom(1, 7, 100, 65_536),
        async (sent, bytes) => {
          frames = sent
          pieceBytes = Math.max(bytes, Math.ceil(Buffer.concat(sent).length / 200))
          for (const [url, perMessageDeflate] of [
            [plain, false],
            [compressed, true],
          ] as const) {
            const connection = await open(url, { perMessageDeflate, maxInFlight: requests.length })
            const asked = requests.map((request) => begin(connection, request))
            await Promise.all(asked.map(({ done }) => done))
            await connection.closed
            expect(asked.map(({ outcomes }) => outcomes.length)).toEqual([1, 1, 1, 1, 1])
          }
        },
      ),
      { numRuns: 60, examples: corpus },
    )
    expect(errors).toEqual([])
  }, 30_000)
})
