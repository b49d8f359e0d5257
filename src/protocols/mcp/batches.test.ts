import { expect, test } from 'vitest'
import type { Cancel, Connection, Outcome } from '../../model/protocol.ts'
import { everything } from './http/real-servers.fixture.ts'
import { event, json, postServer, stream } from './http/scripted-server.fixture.ts'
import type { HttpScript, Posted } from './http/scripted-server.fixture.ts'
import { mcp, mcpKind } from './index.ts'
import { connected, ECHO, echoed, legacyServer } from './mcp.fixture.ts'
import type { Said } from './mcp.fixture.ts'
import type { McpRequest } from './request.ts'

const BATCHED = { protocolVersion: '2025-03-26' } as const

interface Sent {
  /** Number of messages that carried the requests. */
  readonly messages: number | undefined
  readonly outcomes: Promise<readonly Outcome[]>
  readonly cancels: readonly Cancel[]
}

function together(connection: Connection<McpRequest>, requests: readonly McpRequest[]): Sent {
  const outcomes: Promise<Outcome>[] = []
  const cancels: Cancel[] = []
  const messages = connection.together?.(() => {
    for (const [requestId, payload] of requests.entries()) {
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      outcomes.push(promise)
      const events = { onMessage: () => {}, onDone: resolve }
      cancels.push(connection.exchange({ requestId, operation: 'test', payload }, events))
    }
  })
  return { messages, outcomes: Promise.all(outcomes), cancels }
}

const sum = (outcomes: readonly Outcome[], of: 'bytesSent' | 'bytesReceived'): number =>
  outcomes.reduce((total, outcome) => total + outcome[of], 0)

/** Starts a server of 2025-03-26 without sessions that passes batches to `respond`. */
function batchServer(respond: (batch: readonly Said[], posted: Posted) => void): Promise<HttpScript> {
  return postServer((posted) => {
    const message = posted.message as Said | readonly Said[]
    if (Array.isArray(message)) respond(message as readonly Said[], posted)
    else if (posted.message.method !== 'initialize') posted.response.writeHead(202).end()
    else {
      const result = { protocolVersion: '2025-03-26', capabilities: {}, serverInfo: { name: 'scripted' } }
      json(posted.response, { jsonrpc: '2.0', id: posted.message.id, result })
    }
  })
}

test('one line carries all requests of a batch, whose replies may come in any order', async () => {
  const server = await legacyServer((message, say) => {
    const [first, ...others] = (message as unknown as readonly Said[]).map(echoed)
    say([...others].reverse())
    if (first !== undefined) say(first)
  }, '2025-03-26')
  const { messages, outcomes } = together(await connected(server.url, BATCHED), [ECHO, ECHO, ECHO])
  expect(messages).toBe(1)
  const ended = await outcomes
  expect(ended).toMatchObject([{ ok: true }, { ok: true }, { ok: true }])
  const batch = server.said.at(-1) as unknown as readonly Said[]
  expect(batch.map(({ method }) => method)).toEqual(['tools/call', 'tools/call', 'tools/call'])
  expect(sum(ended, 'bytesSent')).toBe(JSON.stringify(batch).length + 1)
  expect(sum(ended, 'bytesReceived')).toBe(
    JSON.stringify(batch.slice(1).map(echoed)).length + JSON.stringify(echoed(batch[0] ?? {})).length + 2,
  )
})

test('a server of another version gets each request as its own message', async () => {
  const server = await legacyServer((message, say) => say(echoed(message)))
  const { messages, outcomes } = together(await connected(server.url, BATCHED), [ECHO, ECHO])
  expect(messages).toBe(2)
  expect(await outcomes).toMatchObject([{ ok: true }, { ok: true }])
})

test('only the plan of a server of 2025-03-26 has batches', () => {
  const { hasBatches } = mcpKind.create(mcp())
  expect(hasBatches?.({ era: 'legacy', version: '2025-03-26', httpSse: false })).toBe(true)
  expect(hasBatches?.({ era: 'legacy', version: '2025-06-18', httpSse: false })).toBe(false)
  expect(hasBatches?.(undefined)).toBe(false)
})

test('the official server answers a batch over HTTP, each request by itself', async () => {
  const { url } = await everything('streamableHttp')
  const requests: readonly McpRequest[] = [ECHO, { tool: 'no-such-tool' }, { method: 'ping' }, ECHO]
  const { messages, outcomes } = together(await connected(url, BATCHED), requests)
  expect(messages).toBe(1)
  const ended = await outcomes
  expect(ended.map(({ ok, errorClass }) => [ok, errorClass])).toEqual([
    [true, undefined],
    [false, expect.stringMatching(/^(?:jsonrpc|tool-error)$/)],
    [true, undefined],
    [true, undefined],
  ])
  for (const { bytesSent, bytesReceived } of ended) {
    expect(bytesSent).toBeGreaterThan(0)
    expect(bytesReceived).toBeGreaterThan(0)
  }
})

test.each<[string, (batch: readonly Said[], posted: Posted) => void, readonly unknown[]]>([
  ['as one JSON text', (batch, { response }) => json(response, batch.map(echoed)), [{ ok: true }, { ok: true }]],
  [
    'as events with one and with two replies',
    ([first, ...others], { response }) => stream(response).end(event(others.map(echoed)) + event(echoed(first ?? {}))),
    [{ ok: true }, { ok: true }],
  ],
  [
    'with a missing reply',
    ([first], { response }) => json(response, [echoed(first ?? {})]),
    [{ ok: true }, { errorClass: 'connection', message: 'the response ended without the reply' }],
  ],
  [
    'in a stream that ends early',
    ([, second], { response }) => stream(response).end(event(echoed(second ?? {}))),
    [{ errorClass: 'connection', message: 'the reply stream ended without the reply' }, { ok: true }],
  ],
  [
    'with an event that is not JSON-RPC',
    ([first], { response }) => void stream(response).write(event(echoed(first ?? {})) + event('hello')),
    [{ ok: true }, { errorClass: 'protocol', message: expect.stringContaining('not JSON-RPC') }],
  ],
  [
    'with a text that is not JSON-RPC',
    (_, { response }) => json(response, { hello: 1 }),
    [{ errorClass: 'protocol' }, { errorClass: 'protocol' }],
  ],
  [
    'with a status',
    (_, { response }) => void response.writeHead(503).end(),
    [
      { errorClass: 'http-5xx', status: 503 },
      { errorClass: 'http-5xx', status: 503 },
    ],
  ],
  [
    'without a content type',
    (_, { response }) => void response.writeHead(200).end('ok'),
    [{ errorClass: 'protocol' }, { errorClass: 'protocol' }],
  ],
  [
    'with the end of the connection',
    (_, { response }) => void response.destroy(),
    [{ errorClass: 'connection' }, { errorClass: 'connection' }],
  ],
])('a batch over HTTP is answered %s', async (_, respond, expected) => {
  const server = await batchServer(respond)
  const connection = await connected(server.url, BATCHED)
  const { outcomes } = together(connection, [ECHO, ECHO])
  const ended = await outcomes
  expect(ended).toMatchObject(expected)
  expect(server.posted.at(-1)?.message).toHaveLength(2)
})

test('the socket of a batch is free when its last reply arrives', async () => {
  const server = await batchServer((batch, { response }) => stream(response).end(event(batch.map(echoed))))
  const connection = await connected(server.url, BATCHED)
  for (let i = 0; i < 3; i++) {
    expect(await together(connection, [ECHO, ECHO]).outcomes).toMatchObject([{ ok: true }, { ok: true }])
  }
  expect(server.sockets).toHaveLength(1)
})

test('the last request of a batch that is cancelled closes its socket', async () => {
  const received = Promise.withResolvers<Posted>()
  const server = await batchServer((_, posted) => received.resolve(posted))
  const connection = await connected(server.url, BATCHED)
  const { cancels } = together(connection, [ECHO, ECHO])
  const { response } = await received.promise
  const closed = new Promise((resolve) => response.once('close', resolve))
  for (const cancel of cancels) expect(cancel().bytesSent).toBeGreaterThan(0)
  await closed
  await expect
    .poll(() => server.posted.filter(({ message }) => message.method === 'notifications/cancelled').length)
    .toBe(2)
})
