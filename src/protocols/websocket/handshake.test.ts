import { once } from 'node:events'
import https from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { cert, key } from '../http/localhost-certificate.fixture.ts'
import { ConnectError } from '../../model/connect-error.ts'
import { ask, begin, echoServer, open, socketServer, textFrame, bareServer, webSocketServer } from './server.fixture.ts'

describe('the handshake', () => {
  test('uses the path of the target, the plan’s headers, the hostname in Host, and the resolved address', async () => {
    let request: IncomingMessage | undefined
    const { url } = await webSocketServer((_, server) => void server, {
      verifyClient: (info: { readonly req: IncomingMessage }) => {
        request = info.req
        return true
      },
    })
    const named = new URL(`ws://no-such-host.invalid:${url.port}/chat?room=1#embedded`)
    const connection = await open(
      named,
      {},
      { address: '127.0.0.1', headers: { authorization: 'Bearer t', 'x-a': 'b' } },
    )
    expect(connection).toMatchObject({ usable: true, version: 'WebSocket' })
    expect(request?.url).toBe('/chat?room=1')
    expect(request?.headers).toMatchObject({
      host: `no-such-host.invalid:${url.port}`,
      authorization: 'Bearer t',
      'x-a': 'b',
    })
  })

  test.each([
    [['chat'], 'WebSocket (chat)'],
    [['superchat', 'chat'], 'WebSocket (chat)'],
    [['superchat', 'v2.chat'], 'WebSocket (v2.chat)'],
  ])('offers the subprotocols %j and reports the selected one: %s', async (subprotocols, version) => {
    const { url } = await echoServer({
      handleProtocols: (offered) => ['chat', 'v2.chat'].find((name) => offered.has(name)) ?? false,
    })
    const connection = await open(url, { subprotocols })
    expect(connection.version).toBe(version)
    expect(await ask(connection, { data: 'x' })).toMatchObject({ ok: true })
  })

  test.each([
    ['none of the offered subprotocols', '', 'Server sent no subprotocol (offered: chat, superchat)'],
    [
      'a subprotocol that was not offered',
      'sec-websocket-protocol: soap\r\n',
      'Server sent an invalid subprotocol (offered: chat, superchat)',
    ],
  ])('fails with class protocol when the server selects %s', async (_, headers, message) => {
    const url = await bareServer(() => {}, { headers })
    const refused = open(url, { subprotocols: ['chat', 'superchat'] })
    await expect(refused).rejects.toThrow(ConnectError)
    await expect(refused).rejects.toMatchObject({
      errorClass: 'protocol',
      message: `the handshake with ${url.host} failed: ${message}`,
    })
  })

  test.each([
    ['401 Unauthorized', 'http-4xx'],
    ['404 Not Found', 'http-4xx'],
    ['503 Service Unavailable', 'http-5xx'],
    ['200 OK', 'status'],
    ['302 Found', 'status'],
  ])('fails on a %s response with class %s and the status', async (status, errorClass) => {
    const url = await socketServer((socket) =>
      socket.write(`HTTP/1.1 ${status}\r\nlocation: /\r\ncontent-length: 0\r\n\r\n`),
    )
    await expect(open(url)).rejects.toMatchObject({
      name: 'ConnectError',
      errorClass,
      message: `${url.host} answered the handshake with ${status}`,
      excerpt: status,
    })
  })

  test.each([
    ['with its length', 'content-length: 24\r\n\r\n{"error":"token is old"}', '{"error":"token is old"}'],
    ['longer than the excerpt', `content-length: 5000\r\n\r\n${'x'.repeat(5_000)}`, 'x'.repeat(300)],
    ['that never ends', 'content-length: 5000\r\n\r\nx', 'x'],
  ])('reports the beginning of the body of a refusal %s', async (_, rest, body) => {
    const url = await socketServer((socket) => socket.write(`HTTP/1.1 403 Forbidden\r\n${rest}`))
    const startMs = performance.now()
    await expect(open(url)).rejects.toMatchObject({ errorClass: 'http-4xx', excerpt: `403 Forbidden\n${body}` })
    expect(performance.now() - startMs).toBeLessThan(4_000)
  })

  test.each([
    ['bytes of another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    [
      'an accept header for another key',
      'HTTP/1.1 101 X\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n',
    ],
    ['an upgrade to something else', 'HTTP/1.1 101 X\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'],
  ])('fails with class protocol on %s', async (_, answer) => {
    const url = await socketServer((socket) => socket.write(answer))
    await expect(open(url)).rejects.toMatchObject({ name: 'ConnectError', errorClass: 'protocol' })
  })

  test('fails with class connect when the server closes during the handshake', async () => {
    const url = await socketServer((socket) => socket.end('HTTP/1.1 101 Switching Pro'))
    await expect(open(url)).rejects.toMatchObject({
      name: 'ConnectError',
      errorClass: expect.stringMatching(/connect|protocol/),
    })
    const silent = await socketServer((socket) => socket.destroy())
    await expect(open(silent)).rejects.toMatchObject({ name: 'ConnectError', errorClass: 'connect' })
  })

  test.each([
    ['timeout', () => new DOMException('late', 'TimeoutError')],
    ['cancelled', () => undefined],
  ])(
    'fails with class %s and closes the socket when aborted while the server is silent',
    async (errorClass, reason) => {
      const ended: boolean[] = []
      const asked = Promise.withResolvers<undefined>()
      const url = await socketServer((socket) => {
        socket.on('close', () => ended.push(true))
        asked.resolve(undefined)
      })
      const controller = new AbortController()
      const connecting = open(url, {}, { signal: controller.signal })
      await asked.promise
      controller.abort(reason())
      await expect(connecting).rejects.toMatchObject({ name: 'ConnectError', errorClass })
      await vi.waitUntil(() => ended.length === 1)
      await expect(open(url, {}, { signal: controller.signal })).rejects.toMatchObject({ errorClass })
    },
  )

  test('fails with class connect on a closed port, with class dns on an unknown hostname', async () => {
    await expect(open(new URL('ws://127.0.0.1:1'))).rejects.toMatchObject({
      errorClass: 'connect',
      message: 'could not connect to 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
    })
    await expect(open(new URL(`ws://${'a'.repeat(64)}.localhost:1`))).rejects.toMatchObject({ errorClass: 'dns' })
  })
})

describe('over TLS', () => {
  async function secureServer(): Promise<{ readonly url: URL; readonly names: readonly unknown[] }> {
    const names: unknown[] = []
    const server = https.createServer({ cert, key })
    server.on('secureConnection', ({ servername }) => names.push(servername))
    const webSockets = new WebSocketServer({ server })
    webSockets.on('connection', (peer) => peer.on('message', (data, binary) => peer.send(data, { binary })))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      for (const peer of webSockets.clients) peer.terminate()
      server.close()
    })
    return { url: new URL(`wss://127.0.0.1:${(server.address() as AddressInfo).port}/`), names }
  }

  test('exchanges messages and counts bytes as over TCP', async () => {
    const { url, names } = await secureServer()
    const connection = await open(
      new URL(`wss://localhost:${url.port}`),
      {},
      { tls: { ca: cert }, address: '127.0.0.1' },
    )
    expect(await ask(connection, { data: 'hello' })).toEqual({ ok: true, bytesSent: 11, bytesReceived: 7 })
    expect(names).toEqual(['localhost'])
    const given = begin(connection, { data: 'x', replies: 2 })
    await vi.waitUntil(() => given.messages.length === 1)
    expect(given.cancel()).toEqual({ bytesSent: 7, bytesReceived: 3 })
  })

  test('fails with class tls on an untrusted certificate', async () => {
    const { url } = await secureServer()
    await expect(open(url)).rejects.toMatchObject({ name: 'ConnectError', errorClass: 'tls' })
    const connection = await open(url, {}, { tls: { rejectUnauthorized: false } })
    expect(await ask(connection, { data: 'x' })).toMatchObject({ ok: true })
  })

  test('fails with class tls when the server does not speak TLS', async () => {
    const url = await socketServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await expect(open(new URL(`wss://127.0.0.1:${url.port}`))).rejects.toMatchObject({ errorClass: 'tls' })
  })
})

test('keeps messages that arrive in the last packet of the handshake', async () => {
  const url = await bareServer(() => {}, { behind: Buffer.concat([textFrame('one'), textFrame('two')]) })
  const asked = begin(await open(url), { replies: 2, read: 'text' })
  expect(await asked.done).toMatchObject({ ok: true, bytesReceived: 10, answer: { messages: ['one', 'two'] } })
})
