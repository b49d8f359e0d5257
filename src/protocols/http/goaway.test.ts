import { constants } from 'node:http2'
import { expect, test } from 'vitest'
import type { Connection } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'
import { frameServer } from './frame-server.fixture.ts'
import type { FrameConnection } from './frame-server.fixture.ts'
import { ask, contextFor } from './raw-server.fixture.ts'
import { connectSecure } from './secure-connection.ts'
import { TRUSTING } from './tls-servers.fixture.ts'

const { NGHTTP2_NO_ERROR, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_REFUSED_STREAM, NGHTTP2_INTERNAL_ERROR } = constants

/** Opens a connection to a server that calls `onThird` when it has received three requests. */
async function connected(onThird: (connection: FrameConnection) => void): Promise<Connection<SinkRequest>> {
  const server = await frameServer((connection, stream) => {
    if (stream === 5) onThird(connection)
  })
  return connectSecure(server.url, contextFor(TRUSTING))
}

test('completes streams up to the last id of a graceful GOAWAY, and reports later ones as unprocessed', async () => {
  const connection = await connected((server) => {
    server.goaway(NGHTTP2_NO_ERROR, 3)
    server.answer(1, 'hello')
    setTimeout(() => {
      server.answer(3, 'hello')
      server.socket.end()
    }, 20)
  })
  const asked = [1, 2, 3].map(() => ask(connection, { check: { bodyIncludes: 'hello' } }))
  const outcomes = await Promise.all(asked)
  expect(connection.usable).toBe(false)
  expect(outcomes).toMatchObject([{ ok: true }, { ok: true }, { ok: false, unprocessed: true }])
  expect(await connection.closed).toBeUndefined()
})

test('counts a response that arrives together with GOAWAY and the end of the connection', async () => {
  const connection = await connected((server) => {
    server.socket.cork()
    for (const stream of [1, 3, 5]) server.answer(stream, 'hello')
    server.goaway(NGHTTP2_NO_ERROR, 5)
    server.socket.uncork()
    server.socket.end()
  })
  const outcomes = await Promise.all([1, 2, 3].map(() => ask(connection, { check: { bodyIncludes: 'hello' } })))
  expect(outcomes).toMatchObject([{ ok: true }, { ok: true }, { ok: true }])
  expect(await connection.closed).toBeUndefined()
})

test('fails the streams that a GOAWAY with an error includes, and names its code', async () => {
  const connection = await connected((server) => server.goaway(NGHTTP2_ENHANCE_YOUR_CALM, 3))
  const outcomes = await Promise.all([1, 2, 3].map(() => ask(connection)))
  const message = 'the connection was lost: the server ended the connection: GOAWAY ENHANCE_YOUR_CALM'
  expect(outcomes).toMatchObject([
    { ok: false, errorClass: 'connection', message },
    { ok: false, errorClass: 'connection', message },
    { ok: false, unprocessed: true },
  ])
  expect(outcomes[0]).not.toHaveProperty('unprocessed')
  expect(await connection.closed).toBeInstanceOf(Error)
})

test('reports a refused stream as unprocessed, but not a stream that is reset with another code', async () => {
  const connection = await connected((server) => {
    server.reset(1, NGHTTP2_REFUSED_STREAM)
    server.reset(3, NGHTTP2_INTERNAL_ERROR)
    server.answer(5)
  })
  const outcomes = await Promise.all([1, 2, 3].map(() => ask(connection)))
  expect(outcomes).toMatchObject([
    { ok: false, errorClass: 'connection', unprocessed: true },
    { ok: false, errorClass: 'connection', message: 'the stream was reset: INTERNAL_ERROR' },
    { ok: true },
  ])
  expect(outcomes[1]).not.toHaveProperty('unprocessed')
  expect(connection.usable).toBe(true)
  connection.destroy()
})
