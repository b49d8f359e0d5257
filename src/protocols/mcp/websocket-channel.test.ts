import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket } from 'ws'
import { cert, key } from '../http/localhost-certificate.case.ts'
import { ask, connected, ECHO, echoed, PING } from './mcp.case.ts'
import type { Said } from './mcp.case.ts'

interface Server {
  readonly url: URL
  /** Every frame as it came. */
  readonly frames: readonly string[]
  readonly headers: readonly NodeJS.Dict<string | string[]>[]
}

/** Shakes hands over WebSocket and does this with every call. It ends with the test. */
async function webSocketServer(
  behaviour: (message: Said, webSocket: WebSocket) => void,
  options: ServerOptions = {},
): Promise<Server> {
  const frames: string[] = []
  const headers: NodeJS.Dict<string | string[]>[] = []
  const server = new WebSocketServer({
    ...(options.server === undefined && { port: 0, host: '127.0.0.1' }),
    ...options,
  })
  options.server?.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.on('connection', (webSocket, request) => {
    headers.push(request.headers)
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
  test('a message is a text frame', async () => {
    const server = await webSocketServer(echo)
    const connection = await connected(server.url, undefined, { headers: { 'x-plan': '1' } })
    const calls = Array.from({ length: 10 }, (_, i) => ask(connection, ECHO, i))
    const outcomes = await Promise.all(calls)
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    expect(outcomes[0]?.bytesSent).toBe(server.frames[2]?.length)
    expect(server.frames.some((frame) => frame.includes('\n'))).toBe(false)
    expect(server.headers[0]).toMatchObject({ 'x-plan': '1', host: server.url.host })
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  test('it ends in a newline for who waits for one', async () => {
    const server = await webSocketServer((message, webSocket) => webSocket.send(`${JSON.stringify(echoed(message))}\n`))
    const connection = await connected(server.url, { protocolVersion: '2025-06-18', trailingNewline: true })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(server.frames).toHaveLength(3)
    expect(server.frames.every((frame) => frame.endsWith('}\n'))).toBe(true)
  })

  test('a subprotocol is offered to who wants one', async () => {
    const server = await webSocketServer(echo, { handleProtocols: (offered) => (offered.has('mcp') ? 'mcp' : false) })
    const connection = await connected(server.url, { protocolVersion: '2025-06-18', subprotocols: ['mcp'] })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(server.headers[0]).toMatchObject({ 'sec-websocket-protocol': 'mcp' })
  })

  test('TLS is spoken, and who the server is is checked', async () => {
    const server = await webSocketServer(echo, { server: createServer({ cert, key }) })
    const connection = await connected(server.url, undefined, { tls: { ca: cert } })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    await expect(connected(server.url)).rejects.toMatchObject({ errorClass: 'tls' })
  })

  test('the address that was checked is the one that is connected to', async () => {
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
      'the server closed the WebSocket with code 1011 (out of order)',
    ],
    ['in order', (it) => it.close(1000), 'connection', 'the server closed the connection'],
    ['without a word', (it) => it.terminate(), 'connection', 'the server closed the WebSocket with code 1006'],
    [
      'after bytes',
      (it) => it.send(Buffer.from('{}')),
      'protocol',
      'the server sent a binary frame, and JSON-RPC is text',
    ],
    ['after no JSON', (it) => it.send('hello'), 'protocol', "the server sent what is not JSON-RPC: 'hello'"],
  ])('a connection that ends %s fails what is under way', async (_, end, errorClass, message) => {
    const server = await webSocketServer((__, webSocket) => end(webSocket))
    const connection = await connected(server.url)
    expect(await ask(connection, PING)).toMatchObject({ ok: false, errorClass, message })
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toMatchObject({ message })
  })

  test('a handshake that is refused says how', async () => {
    const { url } = await webSocketServer(echo, { verifyClient: () => false })
    await expect(connected(url)).rejects.toMatchObject({
      name: 'ConnectError',
      errorClass: 'protocol',
      message: `the WebSocket handshake with ${url.host} failed: Unexpected server response: 401`,
    })
  })

  test('nobody listening is told as over any socket', async () => {
    await expect(connected(new URL('mcp+ws://127.0.0.1:1'))).rejects.toMatchObject({ errorClass: 'connect' })
  })
})
