import type { ServerResponse } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { ask, connected, contextFor, ECHO, echoed } from '../mcp.case.ts'
import { mcp, mcpKind } from '../index.ts'
import { event, json, NOT_ALLOWED, postServer, said, stream } from './scripted.case.ts'
import type { HttpScript, Posted, RespondElse } from './scripted.case.ts'

const NOBODY = { onMessage: () => {}, onDone: () => {} }
const OLD = { protocolVersion: '2024-11-05' } as const

interface EventServer extends HttpScript {
  /** Where the replies go. */
  readonly streams: readonly ServerResponse[]
}

/** A server of 2024-11-05 that shakes hands; `respond` does the rest, with the stream for its reply. */
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
  test('posts where the stream says, and is answered on the stream', async () => {
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
    // One for the stream, one for the posts.
    expect(server.sockets).toHaveLength(2)
    await connection.close()
    expect(await connection.closed).toBeUndefined()
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })

  test('a reply that comes before its post is accepted is the reply', async () => {
    const server = await eventServer(({ message, response }, events) => {
      events.write(event(echoed(message)))
      setTimeout(() => response.writeHead(202).end('Accepted'), 10)
    })
    const connection = await connected(server.url, OLD)
    for (let i = 0; i < 5; i++) expect(await ask(connection, ECHO, i)).toMatchObject({ ok: true })
  })

  test('is found where a server takes no posted initialize', async () => {
    const server = await eventServer(answer)
    const protocol = mcpKind.create(mcp())
    const negotiated = await protocol.negotiate?.(server.url, contextFor())
    expect(negotiated).toEqual({ era: 'legacy', version: '2024-11-05', httpSse: true })
    const connection = await connected(server.url, {}, { negotiated })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
  })

  test.each<[string, string, (posted: Posted, events: ServerResponse) => void]>([
    ['a post that is refused', 'http-4xx', ({ response }) => response.writeHead(429).end()],
    ['a post that breaks off', 'connection', ({ response }) => response.socket?.resetAndDestroy()],
    ['a lost session', 'session-lost', ({ response }) => response.writeHead(404).end('Session not found')],
    [
      'a JSON-RPC error for a post',
      'jsonrpc',
      ({ response }) => json(response, { jsonrpc: '2.0', error: { code: 1, message: 'no' }, id: null }, 400),
    ],
    ['a stream that is cut', 'connection', (_, events) => events.socket?.resetAndDestroy()],
    ['a stream that ends', 'connection', (_, events) => events.end()],
  ])('%s: class %s', async (_, errorClass, respond) => {
    const server = await eventServer(respond)
    const connection = await connected(server.url, OLD)
    expect(await ask(connection, ECHO)).toMatchObject({ ok: false, errorClass })
  })

  test('a lost session takes no further call from the moment that anybody hears of it', async () => {
    const server = await eventServer(({ response }) => response.writeHead(404).end('Session not found'))
    const connection = await connected(server.url, OLD)
    expect(await ask(connection, ECHO)).toMatchObject({ errorClass: 'session-lost', usable: false })
  })

  test('calls whose posts are not taken, and that are given up, leave room for the next', async () => {
    let stalled = true
    const server = await eventServer((posted, events) => {
      if (!stalled && posted.message.id !== undefined) answer(posted, events)
    })
    const connection = await connected(server.url, OLD)
    for (let requestId = 1; requestId <= 6; requestId++) {
      const count = server.posted.length
      const cancel = connection.exchange({ requestId, operation: '', payload: ECHO }, NOBODY)
      await vi.waitUntil(() => said(server).lastIndexOf('tools/call') >= count)
      cancel()
    }
    stalled = false
    expect(await ask(connection, ECHO, 7)).toMatchObject({ ok: true })
  })

  test('a server may ask at once, in the packet that says where to post', async () => {
    const early = event({ jsonrpc: '2.0', id: 'early', method: 'ping' })
    const server = await eventServer(
      (posted, events) => posted.message.method && answer(posted, events),
      `/messages\n\n${early}`,
    )
    const connection = await connected(server.url, OLD)
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(server.posted.map(({ message }) => message)).toContainEqual({ jsonrpc: '2.0', id: 'early', result: {} })
  })

  test('the end of the stream is the end of the connection', async () => {
    const server = await eventServer(answer)
    const connection = await connected(server.url, OLD)
    server.streams[0]?.end()
    expect(await connection.closed).toMatchObject({ message: 'the server ended its event stream' })
    expect(connection.usable).toBe(false)
  })

  test.each<[string, RespondElse, object]>([
    ['no stream (405)', NOT_ALLOWED, { errorClass: 'http-4xx', message: 'no event stream: 405 Method Not Allowed' }],
    [
      'a page',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      {
        errorClass: 'protocol',
        message: 'no event stream: expected content-type text/event-stream, got text/html',
      },
    ],
    [
      'an endpoint elsewhere',
      (_, response) => void stream(response).write('event: endpoint\ndata: http://elsewhere.test/\n\n'),
      {
        errorClass: 'protocol',
        message: 'the server named an endpoint that is not its own: http://elsewhere.test/',
      },
    ],
  ])('%s instead: connecting rejects', async (_, respondElse, error) => {
    const server = await postServer(() => {}, respondElse)
    await expect(connected(server.url, OLD)).rejects.toMatchObject(error)
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })

  test('a stream that names no endpoint can be given up', async () => {
    const server = await postServer(
      () => {},
      (_, response) => void stream(response).write(': hello\n\n'),
    )
    const signal = AbortSignal.timeout(100)
    await expect(connected(server.url, OLD, { signal })).rejects.toMatchObject({ errorClass: 'timeout' })
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })
})
