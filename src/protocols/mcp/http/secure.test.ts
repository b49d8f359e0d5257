import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import { constants } from 'node:http2'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { cert, key } from '../../http/localhost-certificate.fixture.ts'
import { ask, connected, ECHO, echoed } from '../mcp.fixture.ts'
import type { Said } from '../mcp.fixture.ts'
import { event, json, stream } from './scripted-server.fixture.ts'

const TRUSTING = { tls: { ca: cert } }

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/**
 * A session server that answers on streams, over any version of HTTP. Calls of the tool `hang` get no answer. Calls of
 * `open` get an answer whose stream does not end.
 */
function handler(methods: string[]): Handle {
  return (request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => (text += part))
    request.on('end', () => {
      if (request.method !== 'POST') {
        methods.push(request.method ?? '')
        response.writeHead(200).end()
        return
      }
      const message = JSON.parse(text) as Said
      const { id, method = '', params } = message
      methods.push(method)
      if (method === 'initialize') {
        response.setHeader('mcp-session-id', 's1')
        json(response, { jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } })
      } else if (id === undefined) response.writeHead(202).end()
      else if (params?.['name'] === 'hang') stream(response).write(': wait\n\n')
      else if (params?.['name'] === 'open') stream(response).write(event(echoed(message)))
      else stream(response).end(event(echoed(message)))
    })
  }
}

interface MultiplexedServer {
  readonly url: URL
  readonly methods: readonly string[]
  readonly sessions: readonly ServerHttp2Session[]
}

/** Starts a session server for HTTP/2. It ignores the streams for which `refuses` returns true. */
async function multiplexedServer(
  refuses: (stream: ServerHttp2Stream) => boolean = () => false,
): Promise<MultiplexedServer> {
  const methods: string[] = []
  const sessions: ServerHttp2Session[] = []
  const handle = handler(methods)
  const server = createSecureServer({ cert, key }, (request, response) => {
    if (refuses(response.stream)) return
    // Node's APIs for both versions of HTTP are compatible in the parts used here.
    handle(request as unknown as IncomingMessage, response as unknown as ServerResponse)
  })
  server.on('session', (session) => sessions.push(session))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  const url = new URL(`mcp+https://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  return { url, methods, sessions }
}

test('HTTP/2 carries all calls of a session on one socket, also a cancelled one', async () => {
  const { url, methods, sessions } = await multiplexedServer()
  const connection = await connected(url, { protocolVersion: '2025-11-25', maxInFlight: 8 }, TRUSTING)
  const onDone = vi.fn<() => void>()
  const hang = { tool: 'hang' }
  const cancel = connection.exchange({ requestId: 99, operation: '', payload: hang }, { onMessage: () => {}, onDone })
  const outcomes = await Promise.all(Array.from({ length: 7 }, (_, i) => ask(connection, ECHO, i)))
  expect(outcomes.every(({ ok }) => ok)).toBe(true)
  cancel()
  expect(await ask(connection, ECHO, 10)).toMatchObject({ ok: true })
  await vi.waitUntil(() => methods.includes('notifications/cancelled'))
  await connection.close()
  expect(methods.at(-1)).toBe('DELETE')
  expect(sessions).toHaveLength(1)
  expect(onDone).not.toHaveBeenCalled()
})

test('streams that stay open after their reply do not exhaust the HTTP/2 streams', async () => {
  const { url, sessions } = await multiplexedServer()
  const connection = await connected(url, { protocolVersion: '2025-11-25' }, TRUSTING)
  for (let i = 0; i < 500; i++) expect(await ask(connection, { tool: 'open' }, i)).toMatchObject({ ok: true })
  expect(sessions.length).toBeLessThanOrEqual(4)
})

test('calls that a GOAWAY excludes continue the session on another socket', async () => {
  const { url, methods, sessions } = await multiplexedServer(({ id = 0, session }) => {
    // The handshake and the first call use the streams 1, 3 and 5.
    if (session !== sessions[0] || id <= 5) return false
    if (id === 7) sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR, 5)
    return true
  })
  const connection = await connected(url, { protocolVersion: '2025-11-25', maxInFlight: 8 }, TRUSTING)
  expect(await ask(connection, ECHO, 0)).toMatchObject({ ok: true })
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => ask(connection, ECHO, i + 1)))
  expect(outcomes.map(({ ok, message }) => message ?? ok)).toEqual(Array.from({ length: 8 }, () => true))
  expect(sessions).toHaveLength(2)
  expect(methods.filter((method) => method === 'initialize')).toHaveLength(1)
  expect(methods.filter((method) => method === 'tools/call')).toHaveLength(9)
})

test.each(['2025-11-25', '2025-03-26'] as const)(
  'messages of %s that a server refuses are sent again',
  async (version) => {
    const seen = new Set<ServerHttp2Stream>()
    const { url } = await multiplexedServer((opened) => {
      seen.add(opened)
      if (seen.size % 2 === 1) opened.close(constants.NGHTTP2_REFUSED_STREAM)
      return seen.size % 2 === 1
    })
    const connection = await connected(url, { protocolVersion: version, maxInFlight: 2 }, TRUSTING)
    expect(await ask(connection, ECHO, 0)).toMatchObject({ ok: true })
    await connection.close()
  },
)

test('a call that a server always refuses fails after 20 more attempts', async () => {
  let refused = 0
  const { url, sessions } = await multiplexedServer((opened) => {
    // The handshake uses the streams 1 and 3.
    if ((opened.id ?? 0) <= 3) return false
    refused++
    opened.close(constants.NGHTTP2_REFUSED_STREAM)
    return true
  })
  const connection = await connected(url, { protocolVersion: '2025-11-25' }, TRUSTING)
  expect(await ask(connection, ECHO)).toMatchObject({
    ok: false,
    errorClass: 'connection',
    message: 'the server did not process the request',
  })
  expect(refused).toBe(21)
  expect(sessions).toHaveLength(1)
})

test('works with HTTP/1.1 over TLS', async () => {
  const methods: string[] = []
  const server = createServer({ cert, key }, handler(methods)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = new URL(`mcp+https://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  await expect(connected(url)).rejects.toMatchObject({ errorClass: 'tls' })
  const connection = await connected(url, { protocolVersion: '2025-11-25', maxInFlight: 2 }, TRUSTING)
  for (let i = 0; i < 3; i++) {
    const outcomes = await Promise.all([ask(connection, ECHO, 2 * i), ask(connection, ECHO, 2 * i + 1)])
    expect(outcomes).toMatchObject([{ ok: true }, { ok: true }])
  }
  await connection.close()
  expect(methods.at(-1)).toBe('DELETE')
})

test('connects every socket to the resolved address', async () => {
  const hosts = new Set<string | undefined>()
  const server = createServer({ cert, key }, (request, response) => {
    hosts.add(request.headers.host)
    handler([])(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const some = { tls: { ca: cert, servername: 'localhost' }, address: '127.0.0.1' }
  const url = new URL(`mcp+https://no-such-host.invalid:${port}/mcp`)
  const connection = await connected(url, { protocolVersion: '2025-11-25', maxInFlight: 2 }, some)
  const outcomes = await Promise.all([ask(connection, ECHO, 1), ask(connection, ECHO, 2)])
  expect(outcomes).toMatchObject([{ ok: true }, { ok: true }])
  expect([...hosts]).toEqual([`no-such-host.invalid:${port}`])
})
