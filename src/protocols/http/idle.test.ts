import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Connection, Outcome } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'
import { answer, ask, contextFor, HELLO, rawServer } from './raw-server.fixture.ts'
import type { Answer } from './raw-server.fixture.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { connectSocket, overSocket } from './socket-connection.ts'

/** Long enough for a server to close a connection because it is idle. */
const IDLE_MS = 300
/** A round trip within which the end of a connection arrives even on a busy machine. */
const LONG_MS = 5_000

/**
 * Opens a connection, has one response, and is idle before the next request, which gets `end`. `connectMs` is the round
 * trip that the connection assumes.
 */
async function idle(end: Answer, idleMs: number, connectMs: number): Promise<Connection<SinkRequest>> {
  const server = await rawServer(HELLO, end)
  const context = contextFor()
  const socket = await openSocket(server.url, context, { secure: false })
  const connection = overSocket(socket, server.url, context, connectMs)
  expect(await ask(connection)).toMatchObject({ ok: true })
  await delay(idleMs)
  return connection
}

describe('a connection that ends when a request arrives', () => {
  test('leaves its request unprocessed if it was idle', async () => {
    expect(await ask(await idle((socket) => socket.end(), IDLE_MS, LONG_MS))).toMatchObject({
      ok: false,
      errorClass: 'connection',
      message: expect.stringMatching(
        /^the connection was closed before any response, after it had been idle for \d\.\d s$/,
      ),
      unprocessed: true,
    })
  })

  test.each<[string, Answer, SinkRequest, idleMs: number, connectMs: number]>([
    ['was idle, and is reset', (socket) => socket.resetAndDestroy(), {}, IDLE_MS, LONG_MS],
    ['was idle, and the request is a POST', (socket) => socket.end(), { method: 'POST', body: 'x' }, IDLE_MS, LONG_MS],
    ['was idle, and has begun to respond', (socket) => socket.end('HTTP/1.1 200 OK\r\n'), {}, IDLE_MS, LONG_MS],
    ['was idle, but ends much later', (socket) => setTimeout(() => socket.end(), 100), {}, IDLE_MS, 1],
    ['was not idle', (socket) => socket.end(), {}, 0, LONG_MS],
  ])('does not leave its request unprocessed if it %s', async (_, end, request, idleMs, connectMs) => {
    const outcome: Outcome = await ask(await idle(end, idleMs, connectMs), request)
    expect(outcome).toMatchObject({ ok: false, errorClass: 'connection' })
    expect(outcome).not.toHaveProperty('unprocessed')
  })

  test('does not leave its first request unprocessed', async () => {
    const server = await rawServer((socket) => socket.end())
    const connection = await connectSocket(server.url, contextFor())
    await delay(IDLE_MS)
    const outcome = await ask(connection)
    expect(outcome.message).toBe('the connection was closed before any response')
    expect(outcome).not.toHaveProperty('unprocessed')
  })
})

describe('keep-alive', () => {
  test('closes an idle connection before the server does', async () => {
    const server = await rawServer(answer('200 OK', '', 'Keep-Alive: max=10, timeout=2\r\n'))
    const connection = await connectSocket(server.url, contextFor())
    const startMs = performance.now()
    // Requests at intervals below the limit, which is 1 s before that of the server, keep the connection open.
    for (let i = 0; i < 3; i++) {
      expect(await ask(connection)).toMatchObject({ ok: true })
      await delay(IDLE_MS)
      expect(connection.usable).toBe(true)
    }
    await vi.waitUntil(() => !connection.usable, 5_000)
    expect(performance.now() - startMs).toBeGreaterThan(2 * IDLE_MS + 950)
    expect(await connection.closed).toBeUndefined()
  })

  test.each(['timeout=5, max=0', 'timeout=0'])('with %s accepts no further request', async (value) => {
    const server = await rawServer(answer('200 OK', '', `Keep-Alive: ${value}\r\n`))
    const connection = await connectSocket(server.url, contextFor())
    expect(await ask(connection)).toMatchObject({ ok: true })
    expect(connection.usable).toBe(false)
  })
})
