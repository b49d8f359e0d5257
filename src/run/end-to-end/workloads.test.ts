import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { type Fixture, startFixture } from '../../../fixtures/index.ts'
import { recordingServer } from './recording-server.fixture.ts'
import { mix } from '../../plan/mix.ts'
import { mcp, tcp } from '../../protocols/registry.ts'
import { expectConservation } from './conservation.conformance.ts'
import { runLoad, startLoad } from '../index.ts'

const PROTOCOLS = ['http', 'websocket', 'tcp', 'mcp'] as const

describe.each(PROTOCOLS)('an embedded target over %s', (protocol) => {
  let target: Fixture<'work'>

  beforeAll(async () => {
    target = await startFixture('work', { protocol })
  })

  afterAll(() => target.stop())

  test('sends reads and writes in the shares of the workload, with the same counts on both sides', async () => {
    const result = await runLoad({
      target: target.url,
      rate: 400,
      duration: '500ms',
      workload: 'read-heavy',
      seed: 'cafe',
    })
    expect(result).toMatchObject({ protocol, successes: 200, errors: 0, plan: { request: "workload 'read-heavy'" } })
    const { read, write } = result.operations
    expect((read?.successes ?? 0) + (write?.successes ?? 0)).toBe(200)
    // A binomial share of 10% of 200 lies in this range for all but one in a million seeds, and this seed is fixed.
    expect(write?.successes).toBeGreaterThan(5)
    expect(write?.successes).toBeLessThan(45)
    expect((await target.control.counts()).verbs).toMatchObject({ read: read?.successes, write: write?.successes })
    expectConservation(result)
  })

  test('measures the time to the first message of a stream, and the gaps between its ten messages', async () => {
    const result = await runLoad({ target: target.url, rate: 100, duration: '500ms', workload: 'stream' })
    expect(result).toMatchObject({ successes: 50, errors: 0 })
    expect(result.firstMessageTime.count).toBe(50)
    expect(result.messageGap.count).toBe(50 * 9)
  })
})

test('sends a batch together and counts its operations', async () => {
  await using target = await startFixture('work', { protocol: 'http' })
  const result = await runLoad({ target: target.url, rate: 200, duration: '500ms', batchSize: 20, workload: 'batch' })
  expect(result).toMatchObject({ requestsScheduled: 100, successes: 100, offeredRps: 200 })
  expect(result.pool.peakInUse).toBeGreaterThan(1)
})

test('distributes the arrivals of one schedule over the entries of a mix by weight, with separate results', async () => {
  await using http = await startFixture('work', { protocol: 'http' })
  await using tcpServer = await startFixture('work', { protocol: 'tcp' })
  const result = await runLoad({
    rate: 600,
    duration: '500ms',
    seed: 'cafe',
    threads: 2,
    workload: mix([
      { weight: 3, target: http.url, workload: 'balanced' },
      { weight: 1, target: tcpServer.url, name: 'queue' },
    ]),
  })
  expect(result).toMatchObject({ protocol: 'mix', requestsScheduled: 300, successes: 300 })
  const names = Object.keys(result.operations).toSorted()
  expect(names).toEqual(['http read', 'http write', 'queue read'])
  const counts = await Promise.all([http.control.counts(), tcpServer.control.counts()])
  expect(counts[1].verbs['read']).toBe(result.operations['queue read']?.successes)
  expect(counts[1].verbs['read']).toBeGreaterThan(300 / 4 - 40)
  expect(counts[1].verbs['read']).toBeLessThan(300 / 4 + 40)
  expectConservation(result)
})

describe('a target that is not the embedded one', () => {
  test('gets reads only, and the result says which settings did not apply', async () => {
    const server = await recordingServer()
    const result = await runLoad({
      target: server.url,
      rate: 50,
      duration: '500ms',
      workload: 'write-heavy',
      messageSize: 'large',
    })
    expect(new Set(server.requests.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(['GET /']))
    expect(result.plan.request).toBe('GET /')
    expect(result.plan.notes).toEqual([
      expect.stringContaining("workload 'write-heavy' does not apply"),
      expect.stringContaining('messageSize does not apply'),
    ])
  })

  test('gets bodies of the requested size if a request has room for one, the same for the same seed', async () => {
    const server = await recordingServer()
    const plan = {
      target: server.url,
      rate: 50,
      duration: '500ms',
      messageSize: 300,
      messageFormat: 'binary',
      request: { method: 'POST', path: '/upload' },
    } as const
    await runLoad({ ...plan, seed: 'cafe' })
    const first = server.requests.map(({ body }) => body)
    expect(first.map(({ length }) => length)).toEqual(Array<number>(25).fill(300))
    expect(new Set(first.map((body) => body.toString('hex'))).size).toBe(25)
    server.requests.length = 0
    await runLoad({ ...plan, seed: 'cafe', threads: 2 })
    const again = server.requests.map(({ body }) => body.toString('hex'))
    expect(again.toSorted()).toEqual(first.map((body) => body.toString('hex')).toSorted())
  })

  test('has results for each named operation', async () => {
    const server = await recordingServer()
    const workload = { browse: { path: '/list', weight: 4 }, buy: { method: 'POST', path: '/buy', body: '{}' } }
    const result = await runLoad({ target: server.url, rate: 100, duration: '500ms', workload })
    const sent = (path: string) => server.requests.filter((request) => request.path === path).length
    expect(result.operations['browse']?.successes).toBe(sent('/list'))
    expect(result.operations['buy']?.successes).toBe(sent('/buy'))
  })
})

describe('feeds and templates', () => {
  const users = Array.from({ length: 30 }, (_, i) => ({ id: i, name: `user ${i}` }))

  test('give each arrival a different record, for any number of threads', async () => {
    const server = await recordingServer()
    const result = await runLoad({
      target: server.url,
      rate: 60,
      duration: '500ms',
      threads: 2,
      feeds: { user: { records: users, pick: 'unique' } },
      request: {
        method: 'POST',
        path: '/users/{{user.name}}',
        headers: { 'content-type': 'application/json' },
        body: '{"id":{{user.id}},"n":{{sequence}}}',
      },
    })
    expect(result.successes).toBe(30)
    const seen = server.requests.map(({ path, body }) => ({ path, body: body.toString() }))
    expect(seen.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual(
      users
        .map(({ id, name }) => ({ path: `/users/${encodeURIComponent(name)}`, body: `{"id":${id},"n":${id}}` }))
        .toSorted((a, b) => a.path.localeCompare(b.path)),
    )
  })

  test('are rejected before any traffic if they do not match', async () => {
    const server = await recordingServer()
    const plan = { target: server.url, rate: 60, duration: '1s', feeds: { user: { records: users } } }
    await expect(runLoad({ ...plan, request: { path: '/{{usr.id}}' } })).rejects.toThrow(/usr.*did you mean/s)
    await expect(runLoad({ ...plan, request: { path: '/{{user.nme}}' } })).rejects.toThrow(/nme/)
    const unique = { feeds: { user: { records: users, pick: 'unique' } } } as const
    await expect(runLoad({ ...plan, ...unique, request: { path: '/{{user.id}}' } })).rejects.toThrow(/60 records/)
    expect(server.requests).toHaveLength(0)
  })
})

test('sends text and binary messages with a mixed format, as each protocol marks them, the same for the same seed', async () => {
  const types: (string | undefined)[] = []
  const http = createServer((request, response) => {
    types.push(request.headers['content-type'])
    request.resume().on('end', () => response.end())
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const frames: boolean[] = []
  const websocket = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  websocket.on('connection', (socket) => {
    socket.on('message', (data: Buffer, isBinary) => {
      frames.push(isBinary)
      socket.send(data.length.toString())
    })
  })
  await using mcpServer = await startFixture('work', { protocol: 'mcp' })
  await using tcpServer = await startFixture('work', { protocol: 'tcp', framing: { length: 4 } })
  onTestFinished(() => {
    http.close()
    websocket.close()
  })
  const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port
  const workload = mix([
    { weight: 1, target: `http://127.0.0.1:${portOf(http)}`, request: { method: 'POST' } },
    { weight: 1, target: `ws://127.0.0.1:${portOf(websocket)}`, request: {} },
    { weight: 1, target: mcpServer.url, workload: 'write-heavy' },
    { weight: 1, target: tcpServer.url, protocol: tcp({ framing: { length: 4 } }), workload: 'write-heavy' },
  ])
  const plan = {
    rate: 400,
    duration: '500ms',
    messageSize: 100,
    messageFormat: 'mixed',
    workload,
    seed: 'cafe',
  } as const
  const result = await runLoad({ ...plan, connection: 'long-lived', maxConnections: 1 })
  expect(result).toMatchObject({ successes: 200, errors: 0 })
  const [httpTypes, wsFrames] = [types.splice(0), frames.splice(0)]
  expect(new Set(httpTypes)).toEqual(new Set(['text/plain; charset=utf-8', 'application/octet-stream']))
  expect(new Set(wsFrames)).toEqual(new Set([true, false]))
  await runLoad({ ...plan, connection: 'long-lived', maxConnections: 1 })
  expect([types, frames]).toEqual([httpTypes, wsFrames])
})

test('rejects a mixed format where the framing cannot carry bytes', () => {
  const plan = { target: 'tcp://127.0.0.1:9', rate: 1, duration: '1s', messageFormat: 'mixed' } as const
  expect(() => startLoad(plan)).toThrow(
    "messageFormat must be 'text' with this framing: binary data may contain the delimiter, got 'mixed'",
  )
})

describe('a message size in bytes over MCP', () => {
  const MIB = 2 ** 20
  const plan = {
    rate: 10,
    duration: '100ms',
    request: { tool: 'echo' },
    messageSize: 20 * MIB,
    tracing: 'off',
    requestTimeout: '50s',
  } as const

  let target: Fixture<'work'>

  beforeAll(async () => {
    target = await startFixture('work', { protocol: 'mcp' })
  })

  afterAll(() => target.stop())

  test('is sent and received in full, although the named sizes end at 16 MiB', async () => {
    const result = await runLoad({ ...plan, target: target.url })
    expect(result).toMatchObject({ successes: 1, errors: 0 })
    expect(Math.min(result.bytesSent, result.bytesReceived)).toBeGreaterThan(20 * MIB)
  })

  test('is an error that names the option if the reply is longer than maxMessageBytes', async () => {
    const { errorsByClass } = await runLoad({
      ...plan,
      target: target.url,
      protocol: mcp({ maxMessageBytes: MIB }),
      messageSize: 2 * MIB,
    })
    expect(errorsByClass.protocol).toMatchObject({ count: 1 })
    expect(errorsByClass.protocol?.first).toMatch(
      /longer than 1048576 bytes; mcp\(\{ maxMessageBytes \}\) sets this limit$/,
    )
  })

  test('is an issue of the plan beyond what a JSON text can hold', () => {
    const given = { ...plan, target: 'mcp+http://127.0.0.1:9/mcp' }
    expect(() => startLoad({ ...given, messageSize: [{ size: 129 * MIB, weight: 1 }] })).toThrow(
      'messageSize must be at most 134217728 bytes over MCP, whose messages are whole JSON texts, got 135266304',
    )
  })
})
