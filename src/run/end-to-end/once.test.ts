import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import { mix } from '../../plan/mix.ts'
import { journey } from '../../plan/steps.ts'
import { constant, sequence } from '../../traffic/patterns/index.ts'
import { runLoad } from '../index.ts'
import { expectConservation } from './conservation.conformance.ts'
import { recordingServer } from './recording-server.fixture.ts'

beforeEach(() => void vi.stubEnv('LOAD_ONCE', '1'))
afterEach(() => void vi.unstubAllEnvs())

const load = { rate: 200, duration: '30s', warmUp: '5s' } as const
const requests = [
  { name: 'a', path: '/a', weight: 98 },
  { name: 'b', path: '/b' },
  { name: 'c', path: '/c' },
]

describe('LOAD_ONCE=1 sends', () => {
  test('each request of a weighted list once, and says so in the result', async () => {
    const server = await recordingServer()
    const result = await runLoad({ ...load, target: server.url, request: requests })
    expect(server.requests.map(({ path }) => path)).toEqual(['/a', '/b', '/c'])
    expect(result).toMatchObject({ successes: 3, plan: { once: true, warmUpMs: 0 }, ended: 'completed' })
    expect(result.warmUp).toBeUndefined()
    expectConservation(result)
  })

  test('each request once although no connection is free and the plan says to drop it', async () => {
    await using server = await startFixture('capacity', { servers: 1, serviceMs: 60 })
    const plan = { ...load, overflow: 'drop', maxConnections: 1, request: requests } as const
    expect(await runLoad({ ...plan, target: server.url })).toMatchObject({ successes: 3, dropped: 0 })
  })

  test('each request of each entry of a mix once', async () => {
    await using echo = await startFixture('work', { protocol: 'websocket' })
    const server = await recordingServer()
    const { operations } = await runLoad({
      ...load,
      workload: mix([
        { weight: 99, name: 'shop', target: server.url, request: requests },
        { weight: 1, name: 'chat', target: echo.url, protocol: 'websocket', request: { data: '{"op":"echo"}' } },
      ]),
    })
    expect(Object.entries(operations).map(([name, { successes }]) => [name, successes])).toEqual([
      ['shop a', 1],
      ['shop b', 1],
      ['shop c', 1],
      ['chat', 1],
    ])
  })

  test('each operation of a workload once', async () => {
    await using server = await startFixture('work', { protocol: 'http' })
    const { operations } = await runLoad({ ...load, target: server.url, workload: 'read-heavy' })
    expect(Object.entries(operations).map(([name, { successes }]) => [name, successes])).toEqual([
      ['read', 1],
      ['write', 1],
    ])
  })

  test('each request once in each phase', async () => {
    const server = await recordingServer()
    const { phases } = await runLoad({
      target: server.url,
      pattern: sequence(
        constant({ name: 'low', rate: 10, duration: '30s' }),
        constant({ name: 'high', rate: 1_000, duration: '30s' }),
      ),
      request: requests,
    })
    expect(server.requests).toHaveLength(6)
    expect(phases).toMatchObject({ low: { successes: 3 }, high: { successes: 3 } })
  })

  test('one journey, which does not think', async () => {
    const server = await recordingServer()
    const result = await runLoad({
      ...load,
      target: server.url,
      journey: journey(function* steps({ send, think }) {
        yield* send({ name: 'log in', method: 'POST', path: '/login' })
        yield* think(60_000, 90_000)
        yield* send({ name: 'cart', path: '/cart' })
      }),
    })
    expect(server.requests.map(({ path }) => path)).toEqual(['/login', '/cart'])
    expect(result.journeys).toMatchObject({ successes: 1 })
  })

  test('one request of a function, which is called once', async () => {
    const server = await recordingServer()
    const calls: number[] = []
    await runLoad({
      ...load,
      target: server.url,
      request: ({ sequence: number }) => {
        calls.push(number)
        return { path: `/${number}` }
      },
    })
    expect(server.requests.map(({ path }) => path)).toEqual(['/0'])
    expect(calls).toEqual([0])
  })

  test('one request in the closed model', async () => {
    const server = await recordingServer()
    await runLoad({ target: server.url, concurrency: 50, duration: '30s' })
    expect(server.requests).toHaveLength(1)
  })

  test('one whole batch', async () => {
    const server = await recordingServer()
    const result = await runLoad({
      ...load,
      target: server.url,
      request: requests,
      workload: 'batch',
      batchSize: 4,
      batch: (items) => ({ method: 'POST', path: '/batch', body: items.map(({ name }) => name) }),
    })
    expect(server.requests.map(({ path, body }) => path + body.toString())).toEqual(['/batch["a","b","c","a"]'])
    expect(result.successes).toBe(4)
  })

  test('a setup on its connection before the requests', async () => {
    const server = await recordingServer()
    await runLoad({
      ...load,
      target: server.url,
      connection: 'long-lived',
      setup: async ({ send }) => {
        await send({ method: 'POST', path: '/login' })
      },
      request: { path: '/cart' },
    })
    expect(server.requests.map(({ path }) => path)).toEqual(['/login', '/cart'])
  })
})

test('LOAD_ONCE=1 keeps a wrong answer as data', async () => {
  const server = await recordingServer()
  const check = { json: { path: 'id', exists: true } } as const
  const { errorsByClass, errors } = await runLoad({
    ...load,
    target: server.url,
    request: [{ path: '/a', check }, { path: '/b' }],
  })
  expect(errors).toBe(1)
  expect(Object.values(errorsByClass)[0]?.first).toContain('GET /a')
})
