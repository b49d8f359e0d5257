import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { journey, type SetupContext } from '../../plan/steps.ts'
import { expectConservation } from './conservation.conformance.ts'
import { threadPool } from '../generator/thread-pool.ts'
import { runLoad } from '../index.ts'

const SETUP = new URL('../../../fixtures/modules/login-setup.ts', import.meta.url)

interface LoginServer {
  readonly url: string
  readonly accepted: Record<string, number>
  readonly rejected: string[]
  /** Bodies of the orders. */
  readonly bodies: string[]
}

/**
 * Starts a server that gives each connection a token once, and accepts it on that connection only. Stops when the test
 * ends.
 */
async function loginServer({ loginMs = 0, logins = Number.POSITIVE_INFINITY } = {}): Promise<LoginServer> {
  const tokens = new Map<Socket, string>()
  const accepted: Record<string, number> = {}
  const rejected: string[] = []
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const { url = '', headers, socket } = request
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    if (url === '/login') {
      await wait(loginMs)
      if (tokens.size >= logins) return response.writeHead(429).end('{"error":"too many"}')
      if (tokens.has(socket)) rejected.push('a second login')
      tokens.set(socket, randomUUID())
    } else if (headers['x-token'] !== tokens.get(socket)) {
      rejected.push(String(headers['x-token']))
      return response.writeHead(403).end()
    } else bodies.push(Buffer.concat(pieces).toString())
    accepted[url] = (accepted[url] ?? 0) + 1
    return response.end(JSON.stringify({ token: tokens.get(socket) }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accepted, rejected, bodies }
}

const ORDER = {
  name: 'order',
  method: 'POST',
  path: '/order',
  headers: { 'x-token': '{{setup.token}}' },
  body: 'for {{setup.token}}',
}

test.each([
  ['pooled', 1, 8],
  ['long-lived', 8, 8],
  ['short-lived', 50, 50],
] as const)('setup runs once on each %s connection, and its requests get the result', async (connection, min, max) => {
  const server = await loginServer()
  const plan = { rate: 50, duration: '1s', connection, maxConnections: 8 }
  const result = await runLoad({ ...plan, target: server.url, setup: SETUP, request: ORDER })
  expect(server.rejected).toEqual([])
  expect(result).toMatchObject({ successes: 50, errors: 0 })
  expect(server.accepted['/order']).toBe(50)
  const { opened } = result.connections
  expect(opened).toBeGreaterThanOrEqual(min)
  // A connection that was still in setup when the run ended has logged in but was never opened.
  expect(server.accepted['/login']).toBeGreaterThanOrEqual(opened)
  expect(server.accepted['/login']).toBeLessThanOrEqual(max)
  expect(server.bodies.every((body) => /^for [0-9a-f-]{36}$/.test(body))).toBe(true)
  expect(new Set(server.bodies).size).toBeLessThanOrEqual(opened)
  // The setup is not measured.
  expect(Object.keys(result.operations)).toEqual(['order'])
  expectConservation(result)
})

test('connect time does not include the setup', async () => {
  const server = await loginServer({ loginMs: 400 })
  const result = await runLoad({
    target: server.url,
    setup: SETUP,
    request: ORDER,
    rate: 10,
    duration: '1s',
    connection: 'short-lived',
  })
  expect(result).toMatchObject({ successes: 10 })
  const { connectTime, queueTime } = result
  if (connectTime.minMs === undefined || queueTime.minMs === undefined) throw new Error('nothing was measured')
  // With the login included, every connection would take longer.
  expect(connectTime.minMs).toBeLessThan(400)
  expect(queueTime.minMs).toBeGreaterThan(399)
})

test('a failed setup counts as a failed connection, with the error class of its request', async () => {
  const server = await loginServer({ logins: 1 })
  const result = await runLoad({
    target: server.url,
    setup: SETUP,
    request: ORDER,
    rate: 20,
    duration: '500ms',
    connection: 'short-lived',
  })
  expect(result).toMatchObject({ successes: 1, errors: 9, connections: { failed: 9 } })
  expect(result.errorsByClass['http-4xx']).toEqual({
    count: 9,
    first:
      'order: POST /order → the setup of the connection failed: GET /login → 429 Too Many Requests "{"error":"too many"}"',
  })
  expectConservation(result)
})

describe('setup as a function', () => {
  test('runs in this thread, leaves the run in generator threads, and gets the number of its connection', async () => {
    const server = await loginServer()
    const numbers: number[] = []
    const result = await runLoad({
      target: server.url,
      threads: 2,
      async setup({ number, send }) {
        numbers.push(number)
        const { text } = await send({ path: '/login', read: 'text' })
        return (JSON.parse(text) as { token: string }).token
      },
      request: { path: '/order', headers: { 'x-token': '{{setup}}' } },
      rate: 20,
      duration: '500ms',
      connection: 'long-lived',
      maxConnections: 3,
    })
    expect(result).toMatchObject({ successes: 10, generator: { mode: 'worker', threads: 2 } })
    expect(numbers.toSorted((a, b) => a - b)).toEqual([0, 1, 2])
    expect(result.generator.doubts.map(({ code }) => code)).not.toContain('inline-run')
  })

  test('ends the run before any traffic if it throws on the first connection', async () => {
    const server = await loginServer()
    const setup = (): never => {
      throw new Error('no password')
    }
    await expect(runLoad({ target: server.url, setup, rate: 10, duration: '1s' })).rejects.toThrow(
      'the setup of the connection failed: no password',
    )
    expect(server.accepted).toEqual({})
  })

  test('passes the error class of its request on', async () => {
    const server = await loginServer({ logins: 1 })
    const result = await runLoad({
      target: server.url,
      setup: async ({ send }) => (await send({ path: '/login', read: 'json' })).json,
      request: ORDER,
      rate: 20,
      duration: '500ms',
      connection: 'short-lived',
    })
    expect(result).toMatchObject({ successes: 1, errors: 9, generator: { mode: 'worker' } })
    expect(result.errorsByClass['http-4xx']?.first).toBe(
      'order: POST /order → the setup of the connection failed: GET /login → 429 Too Many Requests "{"error":"too many"}"',
    )
  })

  test.each([
    ['its result', async () => () => {}],
    ['a request', async ({ send }: SetupContext) => send({ path: '/login', check: () => true })],
  ])('must pass plain data to the thread (%s)', async (what, setup) => {
    const server = await loginServer()
    await expect(runLoad({ target: server.url, setup, rate: 10, duration: '1s' })).rejects.toThrow(
      `the setup of the connection failed: ${what} is passed to the generator thread and must be plain data`,
    )
  })

  test('that outlasts its run does not answer for the next run of the thread', async () => {
    const tokens = new Set<unknown>()
    const server = createServer(async ({ headers }, response) => {
      tokens.add(headers['x-token'])
      // Slow enough that a second connection opens during the run.
      await wait(100)
      response.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const request = { headers: { 'x-token': '{{setup}}' } }
    const plan = { target, rate: 20, duration: '500ms', threads: 1, maxConnections: 2, request }

    const late = Promise.withResolvers<string>()
    const first = await runLoad({ ...plan, setup: ({ number }) => (number === 0 ? 'first' : late.promise) })
    expect(first).toMatchObject({ successes: 10 })
    const { started } = threadPool
    const second = await runLoad({
      ...plan,
      async setup({ number }) {
        if (number === 0) return 'second'
        late.resolve('of the first run')
        await wait(50)
        return 'second'
      },
    })
    expect(second).toMatchObject({ successes: 10, connections: { opened: 2 } })
    expect(threadPool.started).toBe(started)
    expect([...tokens]).toEqual(['first', 'second'])
  })

  test('runs inline beside a journey function', async () => {
    const server = await loginServer()
    const result = await runLoad({
      target: server.url,
      setup: async ({ send }) => (await send({ path: '/login', read: 'json' })).json,
      journey: journey(function* ({ send }) {
        yield* send({ path: '/order', headers: { 'x-token': '{{setup.token}}' } })
      }),
      rate: 20,
      duration: '300ms',
    })
    expect(result).toMatchObject({ successes: 6, generator: { mode: 'inline' } })
  })
})

test('journey steps get the result of the setup', async () => {
  const server = await loginServer()
  const orders = journey(function* ({ send }) {
    yield* send({ name: 'one', path: '/order', headers: { 'x-token': '{{setup.token}}' } })
    yield* send({ name: 'two', path: '/order', headers: { 'x-token': '{{setup.token}}' } })
  })
  const result = await runLoad({ target: server.url, setup: SETUP, journey: orders, rate: 20, duration: '500ms' })
  expect(result).toMatchObject({ successes: 20, journeys: { successes: 10 } })
  expect(server.rejected).toEqual([])
})
