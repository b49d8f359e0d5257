import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { countedBody } from './http/generated-body.builder.ts'
import { httpProtocol } from './http/index.ts'
import { ask, contextFor, socketServer } from './http/raw-server.fixture.ts'
import { listening, multiplexedServer, TRUSTING } from './http/tls-servers.fixture.ts'
import { protocolFrom } from './index.ts'
import { TURN_BYTES } from './sockets/body-pump.ts'

// Jest replaces `queueMicrotask` by default.
const REPLACED = ['setTimeout', 'clearTimeout', 'setImmediate', 'queueMicrotask', 'performance'] as const

beforeEach(() => {
  vi.useFakeTimers({ toFake: [...REPLACED] })
})

afterEach(() => {
  vi.useRealTimers()
})

test.each(['http', 'tcp'])(
  'closes a connection of %s that the server keeps open',
  { timeout: 10_000 },
  async (kind) => {
    const server = await socketServer((socket) => {
      socket.allowHalfOpen = true
      socket.resume()
    })
    const connection = await protocolFrom({ kind }).connect(server.url, contextFor())
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  },
)

test('sends a large body with HTTP/2, and closes the connection', { timeout: 10_000 }, async () => {
  const server = multiplexedServer()
  server.on('stream', (stream) => {
    stream.resume()
    stream.on('end', () => {
      stream.respond({ ':status': 200 })
      stream.end()
    })
  })
  const connection = await httpProtocol.connect(await listening(server), contextFor(TRUSTING))
  const body = countedBody(3 * TURN_BYTES)
  expect(await ask(connection, { method: 'POST', body })).toMatchObject({ ok: true, status: 200 })
  await connection.close()
  expect(await connection.closed).toBeUndefined()
})

test('fails a request on a closed connection', { timeout: 10_000 }, async () => {
  const server = await socketServer((socket) => socket.resume())
  const connection = await httpProtocol.connect(server.url, contextFor())
  await connection.close()
  expect(await ask(connection)).toMatchObject({ ok: false, errorClass: 'connection', unprocessed: true })
})
