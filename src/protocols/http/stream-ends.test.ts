import { constants } from 'node:http2'
import { expect, test, vi } from 'vitest'
import type { Outcome } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'
import { field, FLAG, FRAME, frameServer, STATUS_200, uint32 } from './frame-server.fixture.ts'
import type { FrameConnection } from './frame-server.fixture.ts'
import { ask, contextFor } from './raw-server.fixture.ts'
import { connectSecure } from './secure-connection.ts'
import { TRUSTING } from './tls-servers.fixture.ts'

const { NGHTTP2_NO_ERROR, NGHTTP2_CANCEL } = constants

/** The settings of a server that lets the client send no byte of a body. */
const NO_WINDOW = Buffer.concat([Buffer.from([0, 4]), uint32(0)])

/** Sends a head, and `hello` as the start of a body. */
function begin(server: FrameConnection, stream: number, fields: Uint8Array = Buffer.alloc(0)): void {
  server.send(FRAME.headers, FLAG.endHeaders, stream, Buffer.concat([STATUS_200, fields]))
  server.send(FRAME.data, FLAG.none, stream, Buffer.from('hello'))
}

/** Makes one write of what a server sends, so that the client reads all of it at once. */
function together(send: (server: FrameConnection, stream: number) => void) {
  return (server: FrameConnection, stream: number): void => {
    server.socket.cork()
    send(server, stream)
    server.socket.uncork()
  }
}

/** Runs three exchanges: the first one follows the handshake of the connection, the others are concurrent. */
async function outcomesOf(
  respond: (server: FrameConnection, stream: number) => void,
  payload: SinkRequest = {},
): Promise<readonly Outcome[]> {
  const server = await frameServer(respond)
  const connection = await connectSecure(server.url, contextFor(TRUSTING))
  const outcomes = [
    await ask(connection, payload),
    ...(await Promise.all([ask(connection, payload), ask(connection, payload)])),
  ]
  expect(connection.usable).toBe(true)
  connection.destroy()
  return outcomes
}

function resetsOf({ received }: FrameConnection): readonly [stream: number, code: number][] {
  const resets = received.filter(({ type }) => type === FRAME.reset)
  return resets.map(({ stream, payload }) => [stream, payload.readUInt32BE()])
}

test.each<[string, (server: FrameConnection, stream: number) => void, string]>([
  [
    'a body of unknown length',
    (server, stream) => {
      begin(server, stream)
      setTimeout(() => server.reset(stream, NGHTTP2_NO_ERROR), 5)
    },
    '5 bytes',
  ],
  [
    'a body of unknown length in the same write',
    together((server, stream) => {
      begin(server, stream)
      server.reset(stream, NGHTTP2_NO_ERROR)
    }),
    '5 bytes',
  ],
  [
    'a body with a content-length',
    together((server, stream) => {
      begin(server, stream, field('content-length', '10'))
      server.reset(stream, NGHTTP2_NO_ERROR)
    }),
    '5 of 10 bytes',
  ],
  [
    'a head',
    together((server, stream) => {
      server.send(FRAME.headers, FLAG.endHeaders, stream, STATUS_200)
      server.reset(stream, NGHTTP2_NO_ERROR)
    }),
    '0 bytes',
  ],
])('fails a response that a reset without an error cuts off after %s', async (_, respond, bytes) => {
  const failed = {
    ok: false,
    errorClass: 'connection',
    message: `the stream was reset: NO_ERROR, after ${bytes} of the body`,
  }
  const outcomes = await outcomesOf(respond)
  expect(outcomes).toMatchObject([failed, failed, failed])
  for (const outcome of outcomes) expect(outcome).not.toHaveProperty('unprocessed')
})

test.each<[string, (server: FrameConnection, stream: number) => void]>([
  ['its body', (server, stream) => server.answer(stream, 'hello')],
  ['its body in one write', together((server, stream) => server.answer(stream, 'hello'))],
  [
    'an empty DATA frame',
    (server, stream) => {
      begin(server, stream)
      setTimeout(() => server.send(FRAME.data, FLAG.end, stream), 5)
    },
  ],
  [
    'trailers',
    together((server, stream) => {
      begin(server, stream)
      server.send(FRAME.headers, FLAG.endHeaders | FLAG.end, stream, field('x-a', 'b'))
    }),
  ],
  [
    'its body, before a reset without an error',
    together((server, stream) => {
      server.answer(stream, 'hello')
      server.reset(stream, NGHTTP2_NO_ERROR)
    }),
  ],
])('counts a response that ends with %s', async (_, respond) => {
  const complete = { ok: true, bytesReceived: 'HTTP/1.1 200 \r\n\r\nhello'.length }
  expect(await outcomesOf(respond)).toMatchObject([complete, complete, complete])
})

test.each<[string, SinkRequest]>([
  ['GET', {}],
  ['HEAD', { method: 'HEAD' }],
  ['POST', { method: 'POST', body: 'x'.repeat(1_000) }],
])('sends no RST_STREAM after a complete response to %s', async (_, payload) => {
  const server = await frameServer((connection, stream) => setTimeout(() => connection.answer(stream), 5))
  const connection = await connectSecure(server.url, contextFor(TRUSTING))
  for (let i = 0; i < 3; i++) expect(await ask(connection, payload)).toMatchObject({ ok: true })
  const [frames] = server.connections
  // Frames arrive in order: those of the first two streams are there.
  expect(frames?.streams).toEqual([1, 3, 5])
  expect(frames && resetsOf(frames)).toEqual([])
  connection.destroy()
})

test('cancels the rest of a body whose response came early', async () => {
  const server = await frameServer((connection, stream) => connection.answer(stream), NO_WINDOW)
  const connection = await connectSecure(server.url, contextFor(TRUSTING))
  expect(await ask(connection, { method: 'POST', body: 'x'.repeat(1_000) })).toMatchObject({ ok: true })
  const [frames] = server.connections
  await vi.waitUntil(() => frames !== undefined && resetsOf(frames).length > 0)
  expect(frames && resetsOf(frames)).toEqual([[1, NGHTTP2_CANCEL]])
  expect(connection.usable).toBe(true)
  connection.destroy()
})
