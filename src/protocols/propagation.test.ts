import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Connection, Outcome } from '../model/protocol.ts'
import { httpProtocol } from './http/index.ts'
import { contextFor } from './http/raw-server.fixture.ts'
import { listening, multiplexedServer, TRUSTING } from './http/tls-servers.fixture.ts'
import { connected, ECHO, echoed, legacyServer, type Said } from './mcp/mcp.fixture.ts'
import { json, sessionServer } from './mcp/http/scripted-server.fixture.ts'
import { customProtocol } from './custom.ts'
import { open, socketServer } from './websocket/server.fixture.ts'

const CONTEXT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const WRITTEN = '00-11111111111111111111111111111111-2222222222222222-01'

function ask<Request>(
  connection: Connection<Request>,
  payload: Request,
  traceparent: string | undefined,
): Promise<Outcome> {
  return new Promise((onDone) => {
    connection.exchange({ requestId: 0, operation: '', payload, traceparent }, { onMessage() {}, onDone })
  })
}

/** Answers 200 and keeps the trace contexts that it received. */
function keeping(contexts: unknown[]): (request: IncomingMessage, response: { end(text: string): unknown }) => void {
  return (request, response) => {
    contexts.push(request.headers['traceparent'])
    request.resume().on('end', () => response.end('ok'))
  }
}

describe('HTTP sends the trace context in a header', () => {
  const cases = [
    { name: 'a read', request: { path: '/cart' } },
    { name: 'a small body', request: { method: 'POST', body: 'small' } },
    { name: 'a body in a separate write', request: { method: 'POST', body: 'x'.repeat(40_000) } },
    { name: 'custom headers', request: { headers: { 'x-user': '7' } } },
  ]

  test.each(cases)('on the fast path and counts its bytes: $name', async ({ request }) => {
    const contexts: unknown[] = []
    const server = createServer(keeping(contexts))
    const { port } = await listening(server)
    const sockets: { bytesRead: number }[] = []
    server.on('connection', (socket) => sockets.push(socket))
    const connection = await httpProtocol.connect(new URL(`http://127.0.0.1:${port}`), contextFor())
    onTestFinished(() => connection.destroy())
    const outcome = await ask(connection, request, CONTEXT)
    const plain = await ask(connection, request, undefined)
    expect(contexts).toEqual([CONTEXT, undefined])
    expect(outcome.bytesSent - plain.bytesSent).toBe(`traceparent: ${CONTEXT}\r\n`.length)
    expect(sockets[0]?.bytesRead).toBe(outcome.bytesSent + plain.bytesSent)
  })

  test('over TLS, with HTTP/1.1 and HTTP/2', async () => {
    const contexts: unknown[] = []
    const server = multiplexedServer()
    server.on('request', keeping(contexts) as never)
    const connection = await httpProtocol.connect(await listening(server), contextFor(TRUSTING))
    onTestFinished(() => connection.destroy())
    expect(connection.version).toBe('HTTP/2')
    await ask(connection, { path: '/' }, CONTEXT)
    await ask(connection, { path: '/' }, undefined)
    expect(contexts).toEqual([CONTEXT, undefined])
  })

  test('but sends the user’s own traceparent header unchanged', async () => {
    const contexts: unknown[] = []
    const { port } = await listening(createServer(keeping(contexts)))
    const connection = await httpProtocol.connect(new URL(`http://127.0.0.1:${port}`), contextFor())
    onTestFinished(() => connection.destroy())
    await ask(connection, { headers: { Traceparent: WRITTEN } }, CONTEXT)
    expect(contexts).toEqual([WRITTEN])
  })
})

test('WebSocket sends the trace context of the run in its handshake', async () => {
  const heads: string[] = []
  const url = await socketServer((socket, head) => {
    heads.push(head)
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  await expect(open(url, {}, { traceparent: CONTEXT })).rejects.toThrow('400')
  await expect(open(url)).rejects.toThrow('400')
  expect(heads[0]).toContain(`traceparent: ${CONTEXT}\r\n`)
  expect(heads[1]).not.toContain('traceparent')
})

describe('MCP sends the trace context in the _meta of each request', () => {
  const metaOf = ({ params }: Said): unknown => params?.['_meta']

  test('over lines, next to other keys, and keeps the user’s own traceparent', async () => {
    const server = await legacyServer((message, say) => say(echoed(message)))
    const connection = await connected(server.url)
    const written = { method: 'tools/call', params: { name: 'echo', _meta: { traceparent: WRITTEN, shop: 7 } } }
    await ask(connection, ECHO, CONTEXT)
    await ask(connection, { ...ECHO, progress: true }, CONTEXT)
    await ask(connection, written, CONTEXT)
    await ask(connection, ECHO, undefined)
    const calls = server.said.filter(({ method }) => method === 'tools/call')
    expect(calls.map(metaOf)).toEqual([
      { traceparent: CONTEXT },
      { traceparent: CONTEXT, progressToken: calls[1]?.id },
      { traceparent: WRITTEN, shop: 7 },
      undefined,
    ])
  })

  test('over HTTP also in the head, for servers that are instrumented below MCP, and counts its bytes', async () => {
    const server = await sessionServer(({ message, response }) => json(response, echoed(message)))
    const connection = await connected(server.url)
    const outcome = await ask(connection, ECHO, CONTEXT)
    const plain = await ask(connection, ECHO, undefined)
    expect([outcome.ok, plain.ok]).toEqual([true, true])
    const calls = server.posted.filter(({ message }) => message.method === 'tools/call')
    expect(calls.map(({ headers }) => headers['traceparent'])).toEqual([CONTEXT, undefined])
    expect(calls.map(({ message }) => metaOf(message))).toEqual([{ traceparent: CONTEXT }, undefined])
    const inHead = `traceparent: ${CONTEXT}\r\n`.length
    const inBody = `,"_meta":{"traceparent":"${CONTEXT}"}`.length
    expect(outcome.bytesSent - plain.bytesSent).toBe(inHead + inBody)
  })
})

test('a custom protocol receives the trace context', async () => {
  const reported: unknown[] = []
  const own = customProtocol({
    name: 'mine',
    connect: () => ({
      exchange(outgoing, { onDone }) {
        reported.push(outgoing.traceparent)
        onDone({ ok: true })
      },
    }),
  })
  const server = createTcpServer()
  const { port } = await listening(server)
  const connection = await own.connect(new URL(`mine://127.0.0.1:${port}`), contextFor())
  await ask(connection, {}, CONTEXT)
  await ask(connection, {}, undefined)
  expect(reported).toEqual([CONTEXT, undefined])
})
