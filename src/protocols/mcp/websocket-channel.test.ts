import { once } from 'node:events'
import { createServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket } from 'ws'
import { cert, key } from '../http/localhost-certificate.fixture.ts'
import { ask, connected, ECHO, echoed, PING } from './mcp.fixture.ts'
import type { Said } from './mcp.fixture.ts'

interface Server {
  readonly url: URL
  /** Every frame received. */
  readonly frames: readonly string[]
  readonly headers: readonly NodeJS.Dict<string | string[]>[]
}

/** Starts a server that handles the handshake and passes each call to `behaviour`. It stops when the test ends. */
async function webSocketServer(
  behaviour: (message: Said, webSocket: WebSocket) => void,
  options: ServerOptions = {},
  greeting?: string,
): Promise<Server> {
  const frames: string[] = []
  const headers: NodeJS.Dict<string | string[]>[] = []
  const server = new WebSocketServer({
    ...(options.server === undefined && { port: 0, host: '127.0.0.1' }),
    ...options,
  })
  options.server?.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.on('headers', (_, { socket }) => {
    // Send everything written in this turn in one packet: the end of the handshake and the greeting.
    socket.cork()
    setImmediate(() => socket.uncork())
  })
  server.on('connection', (webSocket, request) => {
    headers.push(request.headers)
    if (greeting !== undefined) webSocket.send(greeting)
    webSocket.on('error', () => {})
    webSocket.on('message', (data: Buffer) => {
      frames.push(data.toString())
      const message = JSON.parse(data.toString()) as Said
      const { id, method } = message
      if (method === 'initialize') {
        webSocket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-06-18' } }))
      } else if (id !== undefined) behaviour(message, webSocket)
    })
  })
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
    options.server?.close()
  })
  const scheme = options.server === undefined ? 'mcp+ws' : 'mcp+wss'
  return { url: new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/mcp/ws?a=b`), frames, headers }
}

const echo = (message: Said, webSocket: WebSocket): void => webSocket.send(JSON.stringify(echoed(message)))

describe('over WebSocket', () => {
  test('sends each message as a text frame', async () => {
    const server = await webSocketServer(echo)
    const connection = await connected(server.url, undefined, { headers: { 'x-plan': '1' } })
    const calls = Array.from({ length: 10 }, (_, i) => ask(connection, ECHO, i))
    const outcomes = await Promise.all(calls)
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    // A client frame adds a header of 2 bytes and a mask of 4 bytes.
    const [, , third = ''] = server.frames
    expect(outcomes[0]).toMatchObject({ bytesSent: third.length + 6 })
    expect(server.frames.some((frame) => frame.includes('\n'))).toBe(false)
    expect(server.headers[0]).toMatchObject({ 'x-plan': '1', host: server.url.host })
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  test('ends messages with a newline when trailingNewline is set', async () => {
    const server = await webSocketServer((message, webSocket) => webSocket.send(`${JSON.stringify(echoed(message))}\n`))
    const connection = await connected(server.url, { protocolVersion: '2025-06-18', trailingNewline: true })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(server.frames).toHaveLength(3)
    expect(server.frames.every((frame) => frame.endsWith('}\n'))).toBe(true)
  })

  test('offers the subprotocols of the options', async () => {
    const server = await webSocketServer(echo, { handleProtocols: (offered) => (offered.has('mcp') ? 'mcp' : false) })
    const connection = await connected(server.url, { protocolVersion: '2025-06-18', subprotocols: ['mcp'] })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(server.headers[0]).toMatchObject({ 'sec-websocket-protocol': 'mcp' })
  })

  test('uses TLS and verifies the certificate of the server', async () => {
    const server = await webSocketServer(echo, { server: createServer({ cert, key }) })
    const connection = await connected(server.url, undefined, { tls: { ca: cert } })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    await expect(connected(server.url)).rejects.toMatchObject({ errorClass: 'tls' })
  })

  test('connects to the resolved address', async () => {
    const server = await webSocketServer(echo)
    const named = new URL(`mcp+ws://no-such-host.invalid:${server.url.port}/`)
    const connection = await connected(named, undefined, { address: '127.0.0.1' })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(server.headers[0]).toMatchObject({ host: named.host })
  })

  test.each<[string, (webSocket: WebSocket) => void, string, string]>([
    [
      'with a code',
      (it) => it.close(1011, 'out of order'),
      'connection',
      'the server closed the connection with 1011 (internal error): out of order',
    ],
    ['with code 1000', (it) => it.close(1000), 'connection', 'the server closed the connection'],
    [
      'without a close frame',
      (it) => it.terminate(),
      'connection',
      'the server closed the connection without a close frame',
    ],
    [
      'after a binary frame',
      (it) => it.send(Buffer.from('{}')),
      'protocol',
      'the server sent a binary frame, but JSON-RPC messages must be text',
    ],
    [
      'after a message that is not JSON',
      (it) => it.send('hello'),
      'protocol',
      "the server sent a message that is not JSON-RPC: 'hello'",
    ],
  ])('fails the calls in flight when the connection ends %s', async (_, end, errorClass, message) => {
    const server = await webSocketServer((__, webSocket) => end(webSocket))
    const connection = await connected(server.url)
    expect(await ask(connection, PING)).toMatchObject({ ok: false, errorClass, message })
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toMatchObject({ message })
  })

  test('reports the status of a rejected handshake', async () => {
    const { url } = await webSocketServer(echo, { verifyClient: () => false })
    await expect(connected(url)).rejects.toMatchObject({
      name: 'ConnectError',
      errorClass: 'http-4xx',
      message: `${url.host} answered the handshake with 401 Unauthorized: Unauthorized`,
    })
  })

  test('fails with class connect when the connection is reset during the handshake', async () => {
    const server = createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const url = new URL(`mcp+ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await expect(connected(url)).rejects.toMatchObject({ name: 'ConnectError', errorClass: 'connect' })
  })

  test('answers a request that arrives in the last packet of the handshake', async () => {
    const ping = { jsonrpc: '2.0', id: 'early', method: 'ping' }
    const server = await webSocketServer(echo, {}, JSON.stringify(ping))
    const connection = await connected(server.url)
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(server.frames.map((frame) => JSON.parse(frame) as object)).toContainEqual({
      jsonrpc: '2.0',
      id: 'early',
      result: {},
    })
  })

  test('does not wait for a server that sends a close frame and stays open', async () => {
    const server = await webSocketServer((_, webSocket) => {
      const { _socket: socket } = webSocket as unknown as { readonly _socket: Socket }
      // A close frame with code 1011. The server does not read the answer.
      socket.pause().write(Buffer.from([0x88, 2, 0x03, 0xf3]))
    })
    const connection = await connected(server.url)
    expect(await ask(connection, PING)).toMatchObject({ errorClass: 'connection' })
    expect(await connection.closed).toBeInstanceOf(Error)
  }, 15_000)

  test('close takes a bounded time when the server ignores the close frame', async () => {
    const server = await webSocketServer((_, webSocket) => webSocket.pause())
    const connection = await connected(server.url)
    connection.exchange({ requestId: 0, operation: '', payload: PING }, { onMessage: () => {}, onDone: () => {} })()
    await vi.waitUntil(() => server.frames.some((frame) => frame.includes('"ping"')))
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  }, 15_000)

  test('fails with class connect on a closed port', async () => {
    await expect(connected(new URL('mcp+ws://127.0.0.1:1'))).rejects.toMatchObject({ errorClass: 'connect' })
  })
})
