import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Connection } from '../../model/protocol.ts'
import type { McpRequest } from './request.ts'
import { ask, connected, overPipes } from './mcp.fixture.ts'

/** An era without a handshake, because these servers would not read one. */
const MODERN = { protocolVersion: '2026-07-28' } as const
/** More than the buffers of pipes and sockets hold. */
const LONG: McpRequest = { tool: 'x', arguments: { data: 'x'.repeat(16 * 1024 * 1024) } }
const IGNORE = { onMessage: () => {}, onDone: () => {} }

/** Starts a TCP server that reads nothing. It stops when the test ends. */
async function deafServer(): Promise<{ readonly port: number; readonly sockets: readonly Socket[] }> {
  const sockets: Socket[] = []
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    sockets.push(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}

async function overTcp(): Promise<Connection<McpRequest>> {
  const { port } = await deafServer()
  return connected(new URL(`mcp+tcp://127.0.0.1:${port}`), MODERN)
}

async function overWebSocket(): Promise<Connection<McpRequest>> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  server.on('connection', (_, { socket }) => socket.pause())
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return connected(new URL(`mcp+ws://127.0.0.1:${(server.address() as AddressInfo).port}`), MODERN)
}

const overStdio = (): Promise<Connection<McpRequest>> =>
  overPipes([process.execPath, '-e', 'setInterval(() => {}, 1000)'], MODERN)

describe('a server that does not read', () => {
  test.each([
    ['TCP', overTcp],
    ['WebSocket', overWebSocket],
    ['pipes', overStdio],
  ])('over %s loses the connection when a call that was not sent is cancelled', async (_, open) => {
    const connection = await open()
    const cancel = connection.exchange({ requestId: 1, operation: '', payload: LONG }, IGNORE)
    const others = ask(connection, { method: 'x' }, 2)
    const { bytesSent } = cancel()
    // Bytes that the server did not accept do not count as sent.
    expect(bytesSent).toBeLessThan(16 * 1024 * 1024)
    expect(connection.usable).toBe(false)
    const message = 'the server had not read a request when it was cancelled'
    expect(await others).toMatchObject({ ok: false, errorClass: 'connection', message })
    expect(await connection.closed).toMatchObject({ message })
  })

  test('fails the call in flight immediately when it closes its side of TCP', async () => {
    const { port, sockets } = await deafServer()
    const connection = await connected(new URL(`mcp+tcp://127.0.0.1:${port}`), MODERN)
    const asked = ask(connection, LONG)
    await vi.waitUntil(() => sockets.length > 0)
    for (const socket of sockets) socket.end()
    expect(await asked).toMatchObject({ errorClass: 'connection', message: 'the server closed the connection' })
    expect(await connection.closed).toBeInstanceOf(Error)
  })
})

test('cancelling a call that the server has read keeps the connection usable', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const connection = await connected(new URL(`mcp+tcp://127.0.0.1:${(server.address() as AddressInfo).port}`), MODERN)
  const cancel = connection.exchange({ requestId: 1, operation: '', payload: { method: 'x' } }, IGNORE)
  const { bytesSent } = cancel()
  expect(bytesSent).toBeGreaterThan(100)
  expect(connection.usable).toBe(true)
})
