import { constants } from 'node:http2'
import { expect, test, vi } from 'vitest'
import type { Connection, Outcome } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'
import { field, FLAG, FRAME, frameServer, STATUS_200, uint32 } from './frame-server.fixture.ts'
import type { FrameConnection, FrameServer } from './frame-server.fixture.ts'
import { ask, contextFor } from './raw-server.fixture.ts'
import { connectSecure } from './secure-connection.ts'
import { TRUSTING } from './tls-servers.fixture.ts'

const MIB = 1024 * 1024
/** Maximum growth of the process while a server floods it, including the server's own buffers. */
const ALLOWED_BYTES = 48 * MIB

/** Sends frames until the client closes the connection, as fast as it reads them. */
function flood(server: FrameConnection, ...frame: Parameters<FrameConnection['send']>): void {
  const more = (): void => {
    // Many frames for each turn of the event loop, which the client needs as well.
    for (let i = 0; i < 1_000; i++) if (server.socket.destroyed || !server.send(...frame)) return
    setImmediate(more)
  }
  server.socket.on('drain', more)
  more()
}

const STATUS_103 = field(':status', '103')

function connected(server: FrameServer): Promise<Connection<SinkRequest>> {
  return connectSecure(server.url, contextFor(TRUSTING))
}

test.each<[string, (server: FrameConnection, stream: number) => void, Partial<Outcome>]>([
  [
    'an endless block of CONTINUATION frames',
    (server, stream) => {
      server.send(FRAME.headers, FLAG.none, stream, STATUS_200)
      flood(server, FRAME.continuation, FLAG.none, stream, field('x-a', 'b'.repeat(100)))
    },
    { errorClass: 'protocol' },
  ],
  [
    'endless interim responses',
    (server, stream) => {
      flood(server, FRAME.headers, FLAG.endHeaders, stream, STATUS_103)
    },
    { errorClass: 'protocol', message: 'the server sent more than 100 interim responses' },
  ],
  [
    'endless empty DATA frames',
    (server, stream) => {
      server.send(FRAME.headers, FLAG.endHeaders, stream, STATUS_200)
      flood(server, FRAME.data, FLAG.none, stream)
    },
    { ok: false },
  ],
  [
    'a head of 900 headers',
    (server, stream) => {
      const large = Buffer.concat(Array.from({ length: 900 }, (_, i) => field(`x-${i}`, 'b'.repeat(110))))
      server.send(FRAME.headers, FLAG.none, stream, STATUS_200)
      for (let at = 0; at < large.length; at += 16_000) {
        const last = at + 16_000 >= large.length
        server.send(FRAME.continuation, last ? FLAG.endHeaders : FLAG.none, stream, large.subarray(at, at + 16_000))
      }
    },
    { errorClass: 'connection', message: expect.stringContaining('the head has more than 128 headers') },
  ],
  [
    'an invalid header block',
    (server, stream) => {
      server.send(FRAME.headers, FLAG.endHeaders | FLAG.end, stream, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))
    },
    { errorClass: 'protocol' },
  ],
  [
    'a response without a status',
    (server, stream) => {
      server.send(FRAME.headers, FLAG.endHeaders | FLAG.end, stream, field('x-a', 'b'))
    },
    { errorClass: 'protocol' },
  ],
  [
    'a header name in upper case',
    (server, stream) => {
      server.send(FRAME.headers, FLAG.endHeaders | FLAG.end, stream, Buffer.concat([STATUS_200, field('X-A', 'b')]))
    },
    { errorClass: 'protocol' },
  ],
  [
    'a body shorter than its content-length',
    (server, stream) => {
      server.send(FRAME.headers, FLAG.endHeaders, stream, Buffer.concat([STATUS_200, field('content-length', '10')]))
      server.send(FRAME.data, FLAG.end, stream, Buffer.from('hello'))
    },
    { errorClass: 'protocol' },
  ],
  [
    'DATA before the head',
    (server, stream) => {
      server.send(FRAME.data, FLAG.end, stream, Buffer.from('hello'))
    },
    { errorClass: 'protocol' },
  ],
  [
    'DATA on a stream that was never opened',
    (server) => {
      server.send(FRAME.data, FLAG.end, 99, Buffer.from('hello'))
    },
    { errorClass: 'protocol' },
  ],
  [
    'a pushed response',
    (server, stream) => {
      server.send(FRAME.push, FLAG.endHeaders, stream, Buffer.concat([uint32(2), STATUS_200]))
    },
    { errorClass: 'protocol' },
  ],
  [
    'a frame longer than the limit',
    (server, stream) => {
      server.send(FRAME.data, FLAG.none, stream, Buffer.alloc(17_000))
    },
    { errorClass: 'protocol' },
  ],
  [
    'a window that overflows',
    (server) => {
      server.send(FRAME.windowUpdate, FLAG.none, 0, uint32(0x7f_ff_ff_ff))
    },
    { errorClass: 'protocol' },
  ],
  [
    'bytes that are not frames',
    (server) => {
      server.socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
    },
    { errorClass: 'protocol' },
  ],
])('ends an exchange after %s, with bounded memory', { timeout: 10_000 }, async (_, respond, expected) => {
  const server = await frameServer(respond)
  const connection = await connected(server)
  const before = process.memoryUsage()
  const outcome = await ask(connection)
  const after = process.memoryUsage()
  expect(outcome).toMatchObject({ ok: false, ...expected })
  expect(outcome.message).toBeTruthy()
  expect(after.rss - before.rss).toBeLessThan(ALLOWED_BYTES)
  connection.destroy()
  await connection.closed
})

test.each<[string, Parameters<FrameConnection['send']>]>([
  ['SETTINGS', [FRAME.settings, FLAG.none, 0]],
  ['PING', [FRAME.ping, FLAG.none, 0, Buffer.alloc(8)]],
  ['RST_STREAM', [FRAME.reset, FLAG.none, 1, uint32(constants.NGHTTP2_CANCEL)]],
  ['WINDOW_UPDATE', [FRAME.windowUpdate, FLAG.none, 0, uint32(1)]],
])('10 000 frames of %s leave one outcome for each request', async (_, frame) => {
  const server = await frameServer((connection, stream) => {
    if (stream === 1) connection.answer(1)
    connection.socket.cork()
    for (let i = 0; i < 10_000; i++) connection.send(...frame)
    connection.socket.uncork()
    if (stream !== 1) connection.answer(stream)
  })
  const connection = await connected(server)
  const done = vi.fn<(outcome: Outcome) => void>()
  const outgoing = { requestId: 0, operation: '', payload: {} }
  for (let i = 0; i < 3; i++) connection.exchange(outgoing, { onMessage: () => {}, onDone: done })
  await vi.waitUntil(() => done.mock.calls.length === 3, 5_000)
  connection.destroy()
  await connection.closed
  expect(done).toHaveBeenCalledTimes(3)
})

test('a server that opens no window leaves a request unsent, which can be cancelled', async () => {
  const initialWindow = Buffer.from([0, 4, 0, 0, 0, 0])
  const server = await frameServer(() => {}, initialWindow)
  const connection = await connected(server)
  const onDone = vi.fn<() => void>()
  const payload = { method: 'POST', body: 'x'.repeat(100_000) }
  const cancel = connection.exchange({ requestId: 0, operation: '', payload }, { onMessage: () => {}, onDone })
  await vi.waitUntil(() => server.connections[0]?.streams.length === 1)
  expect(cancel().bytesSent).toBeLessThan(1_000)
  expect(onDone).not.toHaveBeenCalled()
  expect(connection.usable).toBe(true)
  connection.destroy()
})

test.each([
  [1, 1],
  [7, 7],
  [0, 1],
  [1_000_000, 100],
])('a server that allows %d streams gets at most %d at once', async (allowed, maxInFlight) => {
  const streams = Buffer.concat([Buffer.from([0, 3]), uint32(allowed)])
  const server = await frameServer((connection, stream) => connection.answer(stream), streams)
  const connection = await connected(server)
  expect(connection.maxInFlight).toBe(maxInFlight)
  connection.destroy()
})

test('opens windows of 8 MiB for each stream and of 16 MiB for the connection', async () => {
  const server = await frameServer((connection, stream) => connection.answer(stream))
  const connection = await connected(server)
  expect(await ask(connection)).toMatchObject({ ok: true })
  const received = server.connections[0]?.received ?? []
  const settings = received.find(({ type }) => type === FRAME.settings)
  expect(windowIn(settings?.payload ?? Buffer.alloc(0))).toBe(8 * MIB)
  const updates = received.filter(({ type }) => type === FRAME.windowUpdate)
  expect(updates.map(({ stream, payload }) => [stream, payload.readUInt32BE()])).toEqual([[0, 16 * MIB - 65_535]])
  connection.destroy()
})

/** Returns SETTINGS_INITIAL_WINDOW_SIZE of a SETTINGS frame (RFC 9113, 6.5.1). */
function windowIn(settings: Buffer): number | undefined {
  for (let at = 0; at + 6 <= settings.length; at += 6) {
    if (settings.readUInt16BE(at) === constants.NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE)
      return settings.readUInt32BE(at + 2)
  }
  return undefined
}
