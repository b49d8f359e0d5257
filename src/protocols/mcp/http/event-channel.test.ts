import type { ServerResponse } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { flood } from '../../hostile-server.fixture.ts'
import { ask, connected, contextFor, ECHO, echoed } from '../mcp.fixture.ts'
import { mcp, mcpKind } from '../index.ts'
import { event, json, NOT_ALLOWED, postServer, said, stream } from './scripted-server.fixture.ts'
import type { HttpScript, Posted, RespondElse } from './scripted-server.fixture.ts'

const IGNORE = { onMessage: () => {}, onDone: () => {} }
const OLD = { protocolVersion: '2024-11-05', maxMessageBytes: 64 * 1024 } as const

interface EventServer extends HttpScript {
  /** Streams for the replies. */
  readonly streams: readonly ServerResponse[]
}

/** Starts a server of 2024-11-05 that handles the handshake and passes the rest to `respond`, with the stream. */
async function eventServer(
  respond: (posted: Posted, events: ServerResponse) => void,
  endpoint = '/messages?session=1',
): Promise<EventServer> {
  const streams: ServerResponse[] = []
  const server = await postServer(
    (posted) => {
      const { message, response } = posted
      const events = streams.at(-1)
      if (events === undefined) response.writeHead(405).end()
      else if (message.method === 'initialize') {
        response.writeHead(202).end('Accepted')
        events.write(event({ jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2024-11-05' } }))
      } else if (message.method === 'notifications/initialized') response.writeHead(202).end('Accepted')
      else respond(posted, events)
    },
    (_, response) => {
      streams.push(stream(response))
      response.write(`: hello\n\nevent: endpoint\ndata: ${endpoint}\n\n`)
    },
  )
  return { ...server, streams }
}

const answer = ({ message, response }: Posted, events: ServerResponse): void => {
  response.writeHead(202).end('Accepted')
  events.write(event(echoed(message)))
}

describe('the transport of 2024-11-05', () => {
  test('posts to the endpoint from the stream, and reads replies from the stream', async () => {
    const paths: (string | undefined)[] = []
    const server = await eventServer((posted, events) => {
      paths.push(posted.response.req.url)
      answer(posted, events)
    })
    const connection = await connected(server.url, OLD, { headers: { 'x-plan': 'p' } })
    expect(connection.version).toBe('2024-11-05')
    for (let i = 0; i < 5; i++) expect(await ask(connection, ECHO, i)).toMatchObject({ ok: true })
    expect(paths[0]).toBe('/messages?session=1')
    for (const { headers } of server.posted) expect(headers).toMatchObject({ 'x-plan': 'p' })
    // One socket for the stream, one for the posts.
    expect(server.sockets).toHaveLength(2)
    await connection.close()
    expect(await connection.closed).toBeUndefined()
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })

  test('accepts a reply that arrives before its post is accepted', async () => {
    const server = await eventServer(({ message, response }, events) => {
      events.write(event(echoed(message)))
      setTimeout(() => response.writeHead(202).end('Accepted'), 10)
    })
    const connection = await connected(server.url, OLD)
    for (let i = 0; i < 5; i++) expect(await ask(connection, ECHO, i)).toMatchObject({ ok: true })
  })

  test('is negotiated when the server does not accept initialize as a POST request', async () => {
    const server = await eventServer(answer)
    const protocol = mcpKind.create(mcp())
    const negotiated = await protocol.negotiate?.(server.url, contextFor())
    expect(negotiated).toEqual({ era: 'legacy', version: '2024-11-05', httpSse: true })
    const connection = await connected(server.url, {}, { negotiated })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
  })

  test.each<[string, string, (posted: Posted, events: ServerResponse) => void]>([
    ['a rejected post', 'http-4xx', ({ response }) => response.writeHead(429).end()],
    [
      'a rejected post with an endless body',
      'protocol',
      ({ response }) => void flood(response.writeHead(500), 'x'.repeat(4_096)),
    ],
    ['a reset post', 'connection', ({ response }) => response.socket?.resetAndDestroy()],
    ['a lost session', 'session-lost', ({ response }) => response.writeHead(404).end('Session not found')],
    [
      'a JSON-RPC error for a post',
      'jsonrpc',
      ({ response }) => json(response, { jsonrpc: '2.0', error: { code: 1, message: 'no' }, id: null }, 400),
    ],
    ['a stream that is reset', 'connection', (_, events) => events.socket?.resetAndDestroy()],
    ['a stream that ends', 'connection', (_, events) => events.end()],
  ])('%s fails with class %s', async (_, errorClass, respond) => {
    const server = await eventServer(respond)
    const connection = await connected(server.url, OLD)
    expect(await ask(connection, ECHO)).toMatchObject({ ok: false, errorClass })
  })

  test('is not usable when the outcome reports a lost session', async () => {
    const server = await eventServer(({ response }) => response.writeHead(404).end('Session not found'))
    const connection = await connected(server.url, OLD)
    expect(await ask(connection, ECHO)).toMatchObject({ errorClass: 'session-lost', usable: false })
  })

  test('cancelled calls whose posts were not accepted leave room for the next call', async () => {
    let stalled = true
    const server = await eventServer((posted, events) => {
      if (!stalled && posted.message.id !== undefined) answer(posted, events)
    })
    const connection = await connected(server.url, OLD)
    for (let requestId = 1; requestId <= 6; requestId++) {
      const count = server.posted.length
      const cancel = connection.exchange({ requestId, operation: '', payload: ECHO }, IGNORE)
      await vi.waitUntil(() => said(server).lastIndexOf('tools/call') >= count)
      cancel()
    }
    stalled = false
    expect(await ask(connection, ECHO, 7)).toMatchObject({ ok: true })
  })

  test('answers a request in the packet that names the endpoint', async () => {
    const early = event({ jsonrpc: '2.0', id: 'early', method: 'ping' })
    const server = await eventServer(
      (posted, events) => posted.message.method && answer(posted, events),
      `/messages\n\n${early}`,
    )
    const connection = await connected(server.url, OLD)
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(server.posted.map(({ message }) => message)).toContainEqual({ jsonrpc: '2.0', id: 'early', result: {} })
  })

  test('the connection closes when the stream ends', async () => {
    const server = await eventServer(answer)
    const connection = await connected(server.url, OLD)
    server.streams[0]?.end()
    expect(await connection.closed).toMatchObject({ message: 'the server ended its event stream' })
    expect(connection.usable).toBe(false)
  })

  test.each<[string, RespondElse, object]>([
    ['no stream (405)', NOT_ALLOWED, { errorClass: 'http-4xx', message: 'no event stream: 405 Method Not Allowed' }],
    [
      'an HTML page',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      {
        errorClass: 'protocol',
        message: 'no event stream: expected content-type text/event-stream, got text/html',
      },
    ],
    [
      'an endpoint with another origin',
      (_, response) => void stream(response).write('event: endpoint\ndata: http://elsewhere.test/\n\n'),
      {
        errorClass: 'protocol',
        message: 'the server named an endpoint with another origin: http://elsewhere.test/',
      },
    ],
  ])('connect rejects when the server returns %s', async (_, respondElse, error) => {
    const server = await postServer(() => {}, respondElse)
    await expect(connected(server.url, OLD)).rejects.toMatchObject(error)
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })

  test('connect can be aborted when the stream names no endpoint', async () => {
    const server = await postServer(
      () => {},
      (_, response) => void stream(response).write(': hello\n\n'),
    )
    const signal = AbortSignal.timeout(100)
    await expect(connected(server.url, OLD, { signal })).rejects.toMatchObject({ errorClass: 'timeout' })
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })
})
