import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { LoadResult } from '../../model/result.ts'
import { percentileVerdict } from '../../judge/verdict/percentile.ts'
import { runLoad, startLoad } from '../index.ts'

/** Response time of the servers. */
const ANSWER_MS = 100

const closers: (() => void)[] = []

afterAll(() => {
  for (const close of closers) close()
})

async function webSocketServer(onPeer: (peer: WebSocket) => void): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (peer) => {
    peer.on('error', () => {})
    onPeer(peer)
  })
  await once(server, 'listening')
  closers.push(() => {
    for (const peer of server.clients) peer.terminate()
    server.close()
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function tcpServer(onPeer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onPeer(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Greets, and answers every line after `ANSWER_MS`, as SMTP and FTP servers do. */
function greetingServer(): Promise<string> {
  return tcpServer((socket) => {
    socket.write('220 mail.test ready\r\n')
    socket.on('data', (bytes) => {
      const lines = bytes.toString().split('\n').length - 1
      for (let i = 0; i < lines; i++) setTimeout(() => socket.write('250 OK\r\n'), ANSWER_MS)
    })
  })
}

/** Answers every message after `ANSWER_MS` and pushes a tick every `everyMs`. */
function tickingServer(everyMs: number): Promise<string> {
  return webSocketServer((peer) => {
    const timer = setInterval(() => peer.send('{"type":"tick"}'), everyMs)
    peer.on('close', () => clearInterval(timer))
    peer.on('message', () => setTimeout(() => peer.send('{"type":"answer"}'), ANSWER_MS))
  })
}

function p50Of({ serviceTime }: LoadResult): number {
  return serviceTime.p50Ms ?? Number.NaN
}

/** A latency verdict that every one of these runs passes unless its matching is doubtful. */
function verdictOn(result: LoadResult): { verdict: string; reason?: string } {
  return percentileVerdict(result, result, { percentile: 50, limitMs: 60_000 })
}

function expectInDoubt(result: LoadResult): void {
  const doubt = result.generator.doubts.find(({ code }) => code === 'unsolicited-messages')
  expect(doubt).toMatchObject({ code: 'unsolicited-messages', count: expect.any(Number) })
  expect(result.unsolicited).toBeGreaterThan(0)
  expect(verdictOn(result)).toMatchObject({
    verdict: 'invalid',
    reason: 'unsolicited messages may have been counted as responses',
  })
}

function expectNoDoubt(result: LoadResult): void {
  expect(result.generator.doubts.map(({ code }) => code)).not.toContain('unsolicited-messages')
  // A busy machine may make the verdict invalid for another reason.
  expect(verdictOn(result).reason).not.toBe('unsolicited messages may have been counted as responses')
}

const PLAN = { rate: 40, duration: '500ms', requestTimeout: '10s', seed: 'cafe', monitor: 'off' } as const

describe.concurrent('a TCP server that greets first', () => {
  test.each(['pooled', 'long-lived', 'short-lived'] as const)(
    'raises a doubt over %s connections',
    async (connection) => {
      const plan: LoadPlan = { ...PLAN, connection, maxConnections: 6, request: { data: 'NOOP\r' } }
      const result = await runLoad({ ...plan, target: await greetingServer() })
      expect(result).toMatchObject({ successes: 20, errors: 0 })
      // A busy machine reads most short-lived connections not to their end.
      expect(result.unsolicited).toBeGreaterThanOrEqual(connection === 'short-lived' ? 1 : result.connections.opened)
      expectInDoubt(result)
    },
  )

  test('raises no doubt when the request ignores the greeting', async () => {
    const request = { data: 'NOOP\r', ignore: { bodyIncludes: '220 ' } }
    const result = await runLoad({ ...PLAN, target: await greetingServer(), request })
    expect(result).toMatchObject({ successes: 20, unsolicited: result.connections.opened })
    expect(p50Of(result)).toBeGreaterThan(ANSWER_MS - 2)
    expectNoDoubt(result)
  })

  test('raises no doubt when a setup reads the greeting', async () => {
    const setup = new URL('../../../fixtures/modules/greeting-setup.ts', import.meta.url)
    const result = await runLoad({ ...PLAN, target: await greetingServer(), setup, request: { data: 'NOOP\r' } })
    expect(result).toMatchObject({ successes: 20, unsolicited: 0 })
    expect(p50Of(result)).toBeGreaterThan(ANSWER_MS - 2)
    expectNoDoubt(result)
  })
})

describe.concurrent('a WebSocket server that pushes', () => {
  test.each([
    ['often', 7],
    ['as often as requests arrive', 25],
    ['rarely', 150],
  ])('%s raises a doubt', async (_, everyMs) => {
    const result = await runLoad({ ...PLAN, target: await tickingServer(everyMs), request: { data: 'x' } })
    expectInDoubt(result)
  })

  test('raises a doubt when the target ignores requests and pushes as often', async () => {
    const target = await webSocketServer((peer) => {
      const timer = setInterval(() => peer.send('tick'), 25)
      peer.on('close', () => clearInterval(timer))
    })
    expectInDoubt(await runLoad({ ...PLAN, target, maxConnections: 1, arrivals: 'uniform', request: { data: 'x' } }))
  })

  test('raises a doubt when a push is in flight with every request and no connection is ever idle', async () => {
    const target = await webSocketServer((peer) => {
      let requests = 0
      peer.on('message', () => {
        if (requests++ === 0) peer.send('push')
        setTimeout(() => peer.send('answer'), ANSWER_MS)
      })
    })
    const closed: LoadPlan = { target, concurrency: 2, maxConnections: 2, duration: '600ms', request: { data: 'x' } }
    expectInDoubt(await runLoad(closed))
  })

  test('raises no doubt when the request ignores the pushes', async () => {
    const request = { data: 'x', ignore: { bodyIncludes: '"tick"' } }
    const result = await runLoad({ ...PLAN, target: await tickingServer(7), request })
    expect(result).toMatchObject({ successes: 20, errors: 0 })
    expect(result.unsolicited).toBeGreaterThan(20)
    expect(p50Of(result)).toBeGreaterThan(ANSWER_MS - 2)
    expectNoDoubt(result)
  })

  test('raises no doubt when responses carry ids', async () => {
    const target = await webSocketServer((peer) => {
      peer.send('{"type":"welcome"}')
      peer.on('message', (data: Buffer) => {
        peer.send('{"id":-7}')
        setTimeout(() => peer.send(data.toString()), ANSWER_MS)
      })
    })
    const request = { data: '{}', correlate: 'id' } as const
    const result = await runLoad({ ...PLAN, target, request })
    expect(result).toMatchObject({ successes: 20, unsolicited: result.connections.opened + 20 })
    expect(p50Of(result)).toBeGreaterThan(ANSWER_MS - 2)
    expectNoDoubt(result)
  })

  test('raises no doubt when requests only listen', async () => {
    const result = await runLoad({ ...PLAN, target: await tickingServer(7), request: { replies: 2 } })
    expect(result).toMatchObject({ successes: 20 })
    expectNoDoubt(result)
  })
})

describe.concurrent('a server that greets after the first request', () => {
  /** Later than the first connections listen, and before the response. */
  const GREETING_MS = 150
  const SLOW_ANSWER_MS = 250

  test.each(['pooled', 'long-lived', 'short-lived'] as const)(
    'raises a doubt over %s TCP connections',
    async (connection) => {
      const target = await tcpServer((socket) => {
        setTimeout(() => socket.write('220 mail.test ready\n'), GREETING_MS)
        socket.on('data', () => setTimeout(() => socket.write('250 OK\n'), SLOW_ANSWER_MS))
      })
      expectInDoubt(await runLoad({ ...PLAN, connection, maxConnections: 6, target, request: { data: 'NOOP' } }))
    },
  )

  test.each(['pooled', 'long-lived', 'short-lived'] as const)(
    'raises a doubt over %s WebSockets',
    async (connection) => {
      const target = await webSocketServer((peer) => {
        setTimeout(() => peer.send('welcome'), GREETING_MS)
        peer.on('message', () => setTimeout(() => peer.send('answer'), SLOW_ANSWER_MS))
      })
      expectInDoubt(await runLoad({ ...PLAN, connection, maxConnections: 6, target, request: { data: 'x' } }))
    },
  )
})

describe.concurrent('other servers', () => {
  test('raises a doubt when the server greets as socket.io does, whose greeting is not taken as a response', async () => {
    const target = await webSocketServer((peer) => {
      peer.send('0{"sid":"a","pingInterval":25000}')
      peer.on('message', (data: Buffer) => {
        if (data.toString() === '40') peer.send('40{"sid":"b"}')
        else setTimeout(() => peer.send('43["done"]'), ANSWER_MS)
      })
    })
    const result = await runLoad({ ...PLAN, target, request: { data: '42["work"]' } })
    expect(result).toMatchObject({ successes: 20, errors: 0 })
    expect(result.serviceTime.minMs).toBeGreaterThan(ANSWER_MS - 2)
    expectInDoubt(result)
  })

  test('does not count late responses to requests that timed out as unsolicited', async () => {
    const target = await tcpServer((socket) => {
      socket.on('data', () => setTimeout(() => socket.write('late\n'), 600))
    })
    const result = await runLoad({ ...PLAN, target, requestTimeout: '500ms', request: { data: 'x' } })
    expect(result).toMatchObject({ successes: 0, timeouts: 20, unsolicited: 0 })
    // Without a response there is no latency to judge.
    expect(result.generator.doubts.map(({ code }) => code)).not.toContain('unsolicited-messages')
  })

  test('raises no doubt when the server answers each request exactly once', async () => {
    const target = await tcpServer((socket) => socket.on('data', (bytes) => socket.write(bytes)))
    const result = await runLoad({ ...PLAN, target, request: { data: 'x' }, warmUp: '200ms' })
    expect(result).toMatchObject({ successes: 20, unsolicited: 0 })
    expectNoDoubt(result)
  })
})

/** A busy machine can delay a stopped run as long as listening would, but not each of several runs. */
const ATTEMPTS = 3

test('a run that is stopped while it listens after its last response returns immediately', async () => {
  let stopMs = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < ATTEMPTS && stopMs > 350; attempt++) stopMs = await timeToStop()
  // The connection listens for 500 ms after a response that took 400 ms.
  expect(stopMs).toBeLessThan(350)
})

/** Returns how long a run takes to stop 20 ms after its last response. */
async function timeToStop(): Promise<number> {
  const answered = Promise.withResolvers<void>()
  const target = await tcpServer((socket) => {
    socket.on('data', () => {
      setTimeout(() => socket.write('250 OK\n', () => answered.resolve()), 400)
    })
  })
  const run = startLoad({ ...PLAN, rate: 10, duration: '100ms', target, request: { data: 'x' } })
  await answered.promise
  await sleep(20)
  const stoppedMs = performance.now()
  const result = await run.stop()
  const stopMs = performance.now() - stoppedMs
  // A busy machine can stop the run only after it has ended.
  if (result.ended === 'completed') return Number.POSITIVE_INFINITY
  expect(result).toMatchObject({ ended: 'interrupted', successes: 1 })
  return stopMs
}
