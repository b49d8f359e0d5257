import type { ServerHttp2Stream } from 'node:http2'
import https from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Connection } from '../../model/protocol.ts'
import type { AnswerSink, SinkRequest } from './answer-sink.ts'
import { byteAt, CHUNK_BYTES, countedBody } from './generated-body.builder.ts'
import { cert, key } from './localhost-certificate.fixture.ts'
import { ask, contextFor } from './raw-server.fixture.ts'
import { listen } from './streams.conformance.ts'
import { listening, multiplexedServer, TRUSTING } from './tls-servers.fixture.ts'
import { connectSecure } from './secure-connection.ts'

type Listener = (
  request: Pick<IncomingMessage, 'on' | 'pause' | 'url' | 'headers'>,
  response: Pick<ServerResponse, 'writeHead' | 'write' | 'end' | 'destroy'>,
) => void

const VERSIONS = ['HTTP/1.1', 'HTTP/2']

/** Starts a TLS server with this listener and connects to it. */
async function connected(version: string, listener: Listener): Promise<Connection<SinkRequest>> {
  const server = version === 'HTTP/2' ? multiplexedServer() : https.createServer({ cert, key })
  server.on('request', listener as never)
  const connection = await connectSecure(await listening(server), contextFor(TRUSTING))
  onTestFinished(() => connection.destroy())
  expect(connection.version).toBe(version)
  return connection
}

describe.each(VERSIONS)('%s over TLS', (version) => {
  test('generates a body of 100 MB as fast as the server reads it', { timeout: 30_000 }, async () => {
    const length = 100 * 1024 * 1024
    const body = countedBody(length)
    let received = 0
    let wrong = 0
    let ahead = 0
    const connection = await connected(version, (request, response) => {
      request.on('data', (bytes: Buffer) => {
        if (bytes[0] !== byteAt(received) || bytes.at(-1) !== byteAt(received + bytes.length - 1)) wrong++
        received += bytes.length
        ahead = Math.max(ahead, body.made - received)
      })
      request.on('end', () => response.end(request.headers['content-length']))
    })
    const outcome = await ask(connection, { method: 'POST', path: '/', body, check: { bodyIncludes: `${length}` } })
    expect(outcome).toMatchObject({ ok: true })
    expect({ received, wrong }).toEqual({ received: length, wrong: 0 })
    expect(ahead).toBeLessThan(48 * 1024 * 1024)
  })

  test('stops generating a body that the server does not read, also after a cancellation', async () => {
    const asked = vi.fn<() => void>()
    const connection = await connected(version, (request) => {
      request.pause()
      asked()
    })
    const body = countedBody(100 * 1024 * 1024)
    const onDone = vi.fn<() => void>()
    const payload = { method: 'POST', path: '/', body }
    const cancel = connection.exchange({ requestId: 0, operation: '', payload }, { onMessage: () => {}, onDone })
    await vi.waitUntil(() => asked.mock.calls.length === 1)
    await delay(50)
    const { bytesSent } = cancel()
    const { made } = body
    expect(made).toBeGreaterThan(0)
    expect(made).toBeLessThan(48 * 1024 * 1024)
    expect(bytesSent).toBeLessThan(made + 1024)
    await delay(20)
    expect(body.made).toBe(made)
    expect(onDone).not.toHaveBeenCalled()
  })

  test('stops generating a body after an early response', async () => {
    const connection = await connected(version, (request, response) => {
      request.pause()
      response.writeHead(413)
      response.end()
    })
    const body = countedBody(100 * 1024 * 1024)
    const outcome = await ask(connection, { method: 'POST', path: '/', body })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'http-4xx' })
    const { made } = body
    await delay(20)
    expect(body.made).toBe(made)
    expect(made).toBeLessThan(body.length)
    // The early response ends one stream; the others stay usable.
    if (version === 'HTTP/2') expect(await ask(connection, { path: '/' })).toMatchObject({ errorClass: 'http-4xx' })
  })

  test('fails with class connection when a body does not have its declared length', async () => {
    const connection = await connected(version, (request, response) => {
      request.on('data', () => {})
      request.on('error', () => {})
      request.on('end', () => response.end())
    })
    const body = { length: CHUNK_BYTES + 1, chunks: () => [new Uint8Array(CHUNK_BYTES)] }
    expect(await ask(connection, { method: 'POST', path: '/', body })).toMatchObject({
      ok: false,
      errorClass: 'connection',
      message: 'the body could not be sent: it ended 1 bytes early',
    })
  })

  test('passes status, headers and body to a sink', async () => {
    const connection = await connected(version, (_, response) => {
      response.writeHead(418, { 'x-a': '1' })
      response.write('hel')
      response.end('lo')
    })
    const reported: unknown[] = []
    const sink: AnswerSink = {
      head: (status, headers) => reported.push(status, headers['x-a']),
      data: (bytes) => reported.push(Buffer.from(bytes).toString()),
    }
    expect(await ask(connection, { path: '/', sink })).toMatchObject({ errorClass: 'http-4xx' })
    expect(reported.slice(0, 2)).toEqual([418, '1'])
    expect(reported.slice(2).join('')).toBe('hello')
  })

  test('reports events and pieces as they arrive', async () => {
    const connection = await connected(version, ({ url }, response) => {
      response.writeHead(200, { 'content-type': url === '/sse' ? 'text/event-stream' : 'text/plain' })
      response.write('data: one\n\ndata: t')
      setTimeout(() => response.end('wo\n\n'), 20)
    })
    expect(await listen(connection, { path: '/sse', stream: 'sse' })).toMatchObject({
      messages: [11, 11],
      outcome: { ok: true },
    })
    expect(await listen(connection, { path: '/', stream: 'chunks' })).toMatchObject({
      messages: [18, 4],
      outcome: { ok: true },
    })
  })

  test('fails with class connection when a stream breaks off', async () => {
    const connection = await connected(version, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: one\n\n')
      // Over HTTP/2, this resets the stream with NO_ERROR.
      setTimeout(() => response.destroy(), 20)
    })
    const { messages, outcome } = await listen(connection, { path: '/', stream: 'sse' })
    expect(messages).toEqual([11])
    expect(outcome).toMatchObject({ ok: false, errorClass: 'connection' })
  })

  test('returns cookies in an answer', async () => {
    const connection = await connected(version, (_, response) => {
      response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] })
      response.end('{"a":1}')
    })
    expect(await ask(connection, { path: '/', read: 'json' })).toMatchObject({
      ok: true,
      answer: { status: 200, setCookie: ['a=1', 'b=2'], text: '{"a":1}', json: { a: 1 } },
    })
  })
})

test('HTTP/2 does not mix bodies that are generated concurrently', async () => {
  const server = multiplexedServer()
  server.on('stream', (stream: ServerHttp2Stream) => {
    let received = 0
    let wrong = 0
    stream.on('data', (bytes: Buffer) => {
      if (bytes[0] !== byteAt(received) || bytes.at(-1) !== byteAt(received + bytes.length - 1)) wrong++
      received += bytes.length
    })
    stream.on('end', () => {
      stream.respond({ ':status': 200 })
      stream.end(`${received} bytes, ${wrong} wrong`)
    })
  })
  const connection = await connectSecure(await listening(server), contextFor(TRUSTING))
  const lengths = [1, 2, 3, 4].map((times) => times * 1_000_000)
  const outcomes = await Promise.all(
    lengths.map((length) => {
      const check = { bodyIncludes: `${length} bytes, 0 wrong` }
      return ask(connection, { method: 'POST', path: '/', body: countedBody(length), check })
    }),
  )
  expect(outcomes.map(({ ok, message }) => message ?? ok)).toEqual([true, true, true, true])
  connection.destroy()
})
