import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { InMemoryEventStore } from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ask, connected, ECHO, echoed } from '../mcp.fixture.ts'
import { event, sessionServer, stream } from './scripted-server.fixture.ts'
import type { HttpScript } from './scripted-server.fixture.ts'

interface Resumed {
  readonly after: unknown
  readonly session: unknown
  readonly atMs: number
}

const PRIMING = 'retry: 60\nid: p1\ndata: \n\n'

/**
 * Starts a server that answers each call with a stream of `first` alone, and requests for the rest with `rest`; the
 * reply to the call is passed to it.
 */
async function polledServer(
  first: string,
  rest: (response: ServerResponse, reply: string, request: IncomingMessage) => void,
): Promise<{ readonly server: HttpScript; readonly resumed: readonly Resumed[] }> {
  const resumed: Resumed[] = []
  let reply = ''
  const server = await sessionServer(
    ({ message, response }) => {
      reply = event(echoed(message))
      stream(response).end(first)
    },
    (request, response) => {
      if (request.method !== 'GET') return void response.writeHead(204).end()
      const { 'last-event-id': after, 'mcp-session-id': session } = request.headers
      resumed.push({ after, session, atMs: performance.now() })
      rest(response, reply, request)
    },
  )
  return { server, resumed }
}

describe('a reply stream that ends after an event with an id', () => {
  test('is resumed from that event after the time that the server named', async () => {
    const { server, resumed } = await polledServer(PRIMING, (response, reply) =>
      stream(response).end(`id: p2\n${reply}`),
    )
    const connection = await connected(server.url)
    const startMs = performance.now()
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(resumed).toMatchObject([{ after: 'p1', session: 's1' }])
    expect((resumed[0]?.atMs ?? 0) - startMs).toBeGreaterThanOrEqual(59)
  })

  test('is resumed as often as the server ends it, and reports progress', async () => {
    const progress = (token: number): string =>
      event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: token, progress: 1 } })
    const { server, resumed } = await polledServer(PRIMING.replace('60', '0'), (response, reply) => {
      const next = resumed.length < 4 ? progress(2) : reply
      stream(response).end(`id: r${resumed.length}\n${next}`)
    })
    const outcome = await ask(await connected(server.url), { ...ECHO, progress: true })
    expect(outcome).toMatchObject({ ok: true, messages: [expect.any(Number), expect.any(Number), expect.any(Number)] })
    expect(resumed.map(({ after }) => after)).toEqual(['p1', 'r1', 'r2', 'r3'])
  })

  test('is resumed from the same event after a stream that had only a comment', async () => {
    const { server, resumed } = await polledServer(PRIMING.replace('60', '0'), (response, reply) =>
      stream(response).end(resumed.length < 3 ? ': keep-alive\n\n' : reply),
    )
    expect(await ask(await connected(server.url), ECHO)).toMatchObject({ ok: true })
    expect(resumed.map(({ after }) => after)).toEqual(['p1', 'p1', 'p1'])
  })

  test.each<[string, number, object]>([
    [
      'refuses',
      405,
      {
        errorClass: 'connection',
        message: 'the reply stream ended without the reply, and the server did not resume it: 405 Method Not Allowed',
      },
    ],
    ['has lost the session', 404, { errorClass: 'session-lost' }],
  ])('fails the call when the server %s', async (_, status, failure) => {
    const { server, resumed } = await polledServer(PRIMING, (response) => void response.writeHead(status).end())
    expect(await ask(await connected(server.url), ECHO)).toMatchObject({ ok: false, status, ...failure })
    expect(resumed).toHaveLength(1)
  })

  test('is not resumed after the call was cancelled', async () => {
    const { server, resumed } = await polledServer(
      PRIMING.replace('60', '1000'),
      (response) => void response.writeHead(405).end(),
    )
    const connection = await connected(server.url)
    const onDone = vi.fn<() => void>()
    const cancel = connection.exchange({ requestId: 1, operation: '', payload: ECHO }, { onMessage: () => {}, onDone })
    await vi.waitUntil(() => server.posted.some(({ message }) => message.method === 'tools/call'), { interval: 5 })
    await setTimeout(50)
    expect(cancel()).toMatchObject({ bytesSent: expect.toSatisfy((bytes: number) => bytes > 100) })
    await setTimeout(1_100)
    expect([resumed, onDone.mock.calls]).toEqual([[], []])
    await connection.close()
  })

  test('with an id that no header can carry fails the call', async () => {
    const { server, resumed } = await polledServer('id: grün\ndata: \n\n', (response) => void response.end())
    const message = 'the reply stream ended without the reply'
    expect(await ask(await connected(server.url), ECHO)).toMatchObject({ errorClass: 'connection', message })
    expect(resumed).toEqual([])
  })
})

describe('the stream of messages without a request', () => {
  /** Opens the stream on a server that handles the n-th request for it with the n-th handler, and then with the last. */
  async function listening(...handlers: readonly ((response: ServerResponse) => void)[]): Promise<readonly Resumed[]> {
    const { server, resumed } = await polledServer('', (response) => {
      handlers[Math.min(resumed.length, handlers.length) - 1]?.(response)
    })
    await connected(server.url, { protocolVersion: '2025-11-25', listen: true })
    return resumed
  }
  const after = (resumed: readonly Resumed[]): readonly unknown[] => resumed.map((each) => each.after)
  const stays = (response: ServerResponse): void => void stream(response).write(': open\n\n')
  const ends =
    (text: string) =>
    (response: ServerResponse): void =>
      void stream(response).end(text)

  test('is resumed from its last event', async () => {
    const resumed = await listening(ends('retry: 20\nid: a7\ndata: \n\n'), stays)
    await vi.waitUntil(() => resumed.length === 2, { timeout: 10_000 })
    expect(resumed).toMatchObject([{ after: undefined }, { after: 'a7', session: 's1' }])
  })

  test('opens again when the server ends it, as after a time without messages, although it has no ids', async () => {
    const resumed = await listening(ends('retry: 20\n\n'), ends(''), ends(': bye\n\n'), stays)
    await vi.waitUntil(() => resumed.length === 4, { timeout: 10_000 })
    expect(after(resumed)).toEqual([undefined, undefined, undefined, undefined])
    expect((resumed[3]?.atMs ?? 0) - (resumed[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(3 * 19)
  })

  test('opens again after a second when the server names no time', async () => {
    const resumed = await listening(ends(''), stays)
    await vi.waitUntil(() => resumed.length === 2, { timeout: 10_000 })
    expect((resumed[1]?.atMs ?? 0) - (resumed[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(999)
  })

  test('keeps its position over a stream without events, also when the connection breaks', async () => {
    const cut = (response: ServerResponse): void => {
      stream(response).write(': open\n\n', () => response.destroy())
    }
    const resumed = await listening(ends('retry: 20\nid: a7\ndata: \n\n'), ends(''), cut, stays)
    await vi.waitUntil(() => resumed.length === 4, { timeout: 10_000 })
    expect(after(resumed)).toEqual([undefined, 'a7', 'a7', 'a7'])
  })

  test.each([405, 409, 503])('stays closed when the server refuses it with %d', async (status) => {
    const refuses = (response: ServerResponse): void => void response.writeHead(status).end()
    const resumed = await listening(ends('retry: 20\n\n'), refuses)
    await vi.waitUntil(() => resumed.length === 2, { timeout: 10_000 })
    await setTimeout(100)
    expect(resumed).toHaveLength(2)
  })
})

/** A server of the official SDK, whose tool closes its stream before it returns. It stops when the test ends. */
async function sdkServer(): Promise<{ readonly url: URL; readonly methods: readonly string[] }> {
  const methods: string[] = []
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const http = createServer((request, response) => {
    methods.push(request.method ?? '')
    const known = sessions.get(String(request.headers['mcp-session-id']))
    void (known ?? opened()).handleRequest(request, response)
  })
  function opened(): StreamableHTTPServerTransport {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      eventStore: new InMemoryEventStore(),
      retryInterval: 30,
    })
    const server = new McpServer({ name: 'polled', version: '1.0.0' })
    server.registerTool('echo', {}, async ({ requestId, closeSSEStream }) => {
      closeSSEStream?.()
      await setTimeout(50)
      return { content: [{ type: 'text', text: `the answer to ${requestId}` }] }
    })
    void server.connect(transport)
    return transport
  }
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return { url: new URL(`mcp+http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`), methods }
}

test('calls a tool of the official SDK that closes its stream', async () => {
  const { url, methods } = await sdkServer()
  const connection = await connected(url, { protocolVersion: '2025-11-25', maxInFlight: 4 })
  const calls = [0, 1, 2, 3].map((id) => ask(connection, { tool: 'echo', read: 'text' }, id))
  const texts = (await Promise.all(calls)).map(({ answer, message }) => answer?.text ?? message)
  expect(texts).toEqual(['the answer to 2', 'the answer to 4', 'the answer to 6', 'the answer to 8'])
  expect(methods.filter((method) => method === 'GET').length).toBeGreaterThanOrEqual(4)
})
