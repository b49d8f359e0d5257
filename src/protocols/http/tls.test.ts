import { once } from 'node:events'
import http2 from 'node:http2'
import type { ServerHttp2Session } from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Outcome } from '../../model/protocol.ts'
import { httpProtocol } from './index.ts'
import { cert, key } from './localhost-certificate.fixture.ts'
import { ask, contextFor } from './raw-server.fixture.ts'
import { listening, multiplexedServer, TRUSTING } from './tls-servers.fixture.ts'

describe('HTTP/1.1 over TLS', () => {
  test('carries consecutive exchanges with the version from ALPN', async () => {
    const server = https.createServer({ cert, key }, (request, response) =>
      response.end(`${request.method} ${request.url}`),
    )
    const connection = await httpProtocol.connect(await listening(server), contextFor(TRUSTING))
    expect(connection).toMatchObject({ version: 'HTTP/1.1', maxInFlight: 1 })
    for (let i = 0; i < 3; i++) {
      expect(await ask(connection, { path: '/a', check: { bodyIncludes: 'GET /a' } })).toMatchObject({ ok: true })
    }
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  test('rejects a self-signed certificate with class tls', async () => {
    const url = await listening(https.createServer({ cert, key }))
    await expect(httpProtocol.connect(url, contextFor())).rejects.toMatchObject({
      errorClass: 'tls',
      message: `TLS with ${url.host} failed: self-signed certificate`,
      mistake: 'untrusted-certificate',
    })
    const unchecked = await httpProtocol.connect(url, contextFor({ tls: { rejectUnauthorized: false } }))
    unchecked.destroy()
  })

  test('rejects a certificate for another name with class tls', async () => {
    const url = await listening(https.createServer({ cert, key }))
    const other = httpProtocol.connect(url, contextFor({ tls: { ca: cert, servername: 'example.test' } }))
    await expect(other).rejects.toMatchObject({ errorClass: 'tls', mistake: 'certificate-name' })
  })

  test('rejects a server without TLS with class tls', async () => {
    const url = await listening(net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    await expect(httpProtocol.connect(url, contextFor(TRUSTING))).rejects.toMatchObject({
      errorClass: 'tls',
      message: `the server at ${url.host} does not speak TLS on this port`,
      mistake: 'no-tls',
    })
  })

  test('says so when a server that speaks TLS gets plain HTTP', async () => {
    // The alert that OpenSSL sends for a record that is not TLS.
    const server = net.createServer((socket) => socket.end(Buffer.from([21, 3, 1, 0, 2, 2, 70])))
    const url = new URL((await listening(server)).href.replace('https:', 'http:'))
    const connection = await httpProtocol.connect(url, contextFor())
    expect(await ask(connection)).toMatchObject({
      errorClass: 'protocol',
      message: 'the server speaks TLS on this port: use https://',
    })
  })

  test('rejects an unreadable client certificate with class tls', async () => {
    const url = await listening(https.createServer({ cert, key }))
    const connecting = httpProtocol.connect(url, contextFor({ tls: { cert: 'no certificate', key: 'no key' } }))
    await expect(connecting).rejects.toMatchObject({ errorClass: 'tls' })
  })

  test('can abort a handshake that never ends', async () => {
    const silent = net.createServer((socket) => {
      onTestFinished(() => {
        socket.destroy()
      })
    })
    const controller = new AbortController()
    const connecting = httpProtocol.connect(
      await listening(silent),
      contextFor({ ...TRUSTING, signal: controller.signal }),
    )
    await once(silent, 'connection')
    controller.abort(new DOMException('late', 'TimeoutError'))
    await expect(connecting).rejects.toMatchObject({ errorClass: 'timeout' })
  })
})

describe('HTTP/2', () => {
  test('carries concurrent exchanges on one connection', async () => {
    let together = 0
    let max = 0
    const server = multiplexedServer()
    server.on('request', (request, response) => {
      max = Math.max(max, ++together)
      setTimeout(() => {
        together--
        response.end(request.url)
      }, 50)
    })
    const connection = await httpProtocol.connect(await listening(server), contextFor(TRUSTING))
    expect(connection).toMatchObject({ version: 'HTTP/2', maxInFlight: 100 })
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) => ask(connection, { path: `/${i}/`, check: { bodyIncludes: `/${i}/` } })),
    )
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(50)
    expect(max).toBeGreaterThan(25)
    expect(connection.usable).toBe(true)
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  test('sends method, headers and body and judges the status', async () => {
    const server = multiplexedServer()
    server.on('request', (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text) => (body += text))
      request.on('end', () => {
        const { 'x-a': own, host, ':authority': authority } = request.headers
        response.writeHead(503, { 'x-b': '1' })
        response.end(JSON.stringify({ method: request.method, own, body, host: authority ?? host }))
      })
    })
    const url = await listening(server)
    const connection = await httpProtocol.connect(url, contextFor({ ...TRUSTING, headers: { 'X-A': 'a' } }))
    const request = { method: 'POST', body: 'grüße', path: '/' }
    expect(await ask(connection, request)).toMatchObject({ ok: false, errorClass: 'http-5xx' })
    for (const [path, equals] of Object.entries({ method: 'POST', own: 'a', body: 'grüße', host: url.host })) {
      const check = { status: 503, header: { 'x-b': '1' }, json: { path, equals } }
      expect(await ask(connection, { ...request, check })).toMatchObject({ ok: true })
    }
    connection.destroy()
  })

  test('cancels one exchange without affecting others', async () => {
    const server = multiplexedServer()
    const ended = vi.fn<() => void>()
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {})
      if (headers[':path'] === '/slow') stream.on('close', ended)
      else stream.respond({ ':status': 200 }, { endStream: true })
    })
    const connection = await httpProtocol.connect(await listening(server), contextFor(TRUSTING))
    await ask(connection, { path: '/' })
    const onDone = vi.fn<() => void>()
    const outgoing = { requestId: 0, operation: '', payload: { path: '/slow' } }
    const cancel = connection.exchange(outgoing, { onMessage: () => {}, onDone })
    await ask(connection, { path: '/' })
    cancel()
    await vi.waitUntil(() => ended.mock.calls.length === 1)
    expect(await ask(connection, { path: '/' })).toMatchObject({ ok: true })
    expect(onDone).not.toHaveBeenCalled()
    connection.destroy()
  })

  test('fails a stream that the server resets with class connection, without affecting others', async () => {
    const server = multiplexedServer()
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {})
      if (headers[':path'] === '/reset') stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)
      else stream.respond({ ':status': 200 }, { endStream: true })
    })
    const connection = await httpProtocol.connect(await listening(server), contextFor(TRUSTING))
    expect(await ask(connection, { path: '/reset' })).toMatchObject({ ok: false, errorClass: 'connection' })
    expect(await ask(connection, { path: '/' })).toMatchObject({ ok: true })
    connection.destroy()
  })

  test('fails every exchange in flight when the connection is lost, then closes', async () => {
    const server = multiplexedServer()
    const sessions: ServerHttp2Session[] = []
    const streams = vi.fn<() => void>()
    server.on('session', (session) => sessions.push(session))
    server.on('stream', (stream) => {
      stream.on('error', () => {})
      streams()
    })
    const connection = await httpProtocol.connect(await listening(server), contextFor(TRUSTING))
    const outcomes: Outcome[] = []
    const asked = ['/1', '/2', '/3'].map((path) => ask(connection, { path }).then((outcome) => outcomes.push(outcome)))
    await vi.waitUntil(() => streams.mock.calls.length === 3)
    for (const session of sessions) session.socket.destroy()
    await connection.closed
    expect(outcomes).toHaveLength(3)
    expect(new Set(outcomes.map(({ errorClass }) => errorClass))).toEqual(new Set(['connection']))
    expect(connection.usable).toBe(false)
    await Promise.all(asked)
  })

  test('becomes unusable after GOAWAY', async () => {
    const server = multiplexedServer()
    const sessions: ServerHttp2Session[] = []
    server.on('session', (session) => sessions.push(session))
    server.on('request', (_, response) => response.end())
    const connection = await httpProtocol.connect(await listening(server), contextFor(TRUSTING))
    expect(await ask(connection)).toMatchObject({ ok: true })
    sessions[0]?.goaway()
    await vi.waitUntil(() => !connection.usable)
    connection.destroy()
    expect(connection.usable).toBe(false)
  })
})
