import { once } from 'node:events'
import { createServer as createHttpServer, request as forward } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { mcp } from '../../protocols/mcp/index.ts'
import { everything } from '../../protocols/mcp/http/real-servers.fixture.ts'
import { runLoad } from '../index.ts'

interface Listening {
  listen(port: number, host: string): unknown
  address(): unknown
  close(): unknown
}

async function portOf(server: Listening & NodeJS.EventEmitter): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const check = { bodyIncludes: 'ok' }
const OPERATIONS = [
  { name: 'add', data: 'add', check },
  { name: 'get', data: 'get', check },
] as const

test('over TCP, a batch is one write with all of its frames, and every operation has its own outcome', async () => {
  const reads: number[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      const frames = bytes.toString().trimEnd().split('\n')
      reads.push(frames.length)
      socket.write(frames.map((frame) => (frame === 'add' ? 'ok\n' : 'wrong\n')).join(''))
    })
  })
  const target = `tcp://127.0.0.1:${await portOf(server)}`
  const plan = { target, request: OPERATIONS, batchSize: 5, rate: 500, duration: 400, warmUp: 100, seed: 1 }
  const result = await runLoad({ ...plan, protocol: 'tcp' })
  const { add, get } = result.operations
  expect(result.batching).toEqual({ batchSize: 5, sentAs: 'message', messagesSent: 40 })
  expect(result).toMatchObject({ requestsScheduled: 200, requestsSent: 200, warmUp: { requestsSent: 50 } })
  // Every read of the server is one message of five frames.
  expect(new Set(reads)).toEqual(new Set([5]))
  expect(reads).toHaveLength(50)
  expect([add?.errors, get?.successes]).toEqual([0, 0])
  expect((add?.successes ?? 0) + (get?.errors ?? 0)).toBe(200)
  expect(result.errorsByClass.check?.count).toBe(get?.errors)
})

test('over HTTP, the function of the user makes one request of a batch, whose operations share its outcome', async () => {
  const bodies: unknown[] = []
  const server = createHttpServer((request, response) => {
    let text = ''
    request.on('data', (bytes: Buffer) => (text += bytes.toString()))
    request.on('end', () => {
      bodies.push([request.url, JSON.parse(text)])
      response.writeHead(bodies.length === 1 ? 500 : 200).end()
    })
  })
  const result = await runLoad({
    target: `http://127.0.0.1:${await portOf(server)}`,
    protocol: 'http',
    request: { name: 'add', method: 'POST', path: '/items', body: 'x' },
    batch: (items) => ({ method: 'POST', path: '/bulk', body: items.map(({ body }) => body) }),
    rate: 200,
    duration: 200,
  })
  expect(bodies).toEqual(Array.from({ length: 4 }, () => ['/bulk', Array(10).fill('x')]))
  expect(result.batching).toEqual({ batchSize: 10, sentAs: 'message', messagesSent: 4 })
  expect(result).toMatchObject({ requestsSent: 40, successes: 30, errors: 10 })
  expect(result.errorsByClass['http-5xx']?.count).toBe(10)
  expect(result.operations['add']?.requestsSent).toBe(40)
  expect(result.generator.doubts).toContainEqual(expect.objectContaining({ reason: 'batch-function' }))
})

test('over MCP 2025-03-26, a batch is one POST with all calls, and every call has its own outcome', async () => {
  const { url } = await everything('streamableHttp')
  const posts: number[] = []
  const proxy = createHttpServer((request, response) => {
    const parts: Buffer[] = []
    const onward = forward(new URL(request.url ?? '', url.href.replace('mcp+', '')), {
      method: request.method,
      headers: request.headers,
    })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      if (text.includes('tools/call')) posts.push([JSON.parse(text)].flat().length)
    })
    request.pipe(onward)
  })
  const result = await runLoad({
    target: `mcp+http://127.0.0.1:${await portOf(proxy)}/mcp`,
    protocol: mcp({ protocolVersion: '2025-03-26' }),
    request: [
      { name: 'echo', tool: 'echo', arguments: { message: 'hi' } },
      { name: 'unknown', tool: 'no-such-tool' },
    ],
    batchSize: 5,
    rate: 100,
    duration: 400,
    seed: 1,
  })
  expect(result.batching).toEqual({ batchSize: 5, sentAs: 'message', messagesSent: 8 })
  expect(posts).toEqual(Array(8).fill(5))
  const { echo, unknown } = result.operations
  expect(echo?.successes).toBeGreaterThan(0)
  expect([echo?.errors, unknown?.successes]).toEqual([0, 0])
  expect((echo?.successes ?? 0) + (unknown?.errors ?? 0)).toBe(40)
})

test('without such messages, the requests of a batch are only concurrent, and the result says so', async () => {
  let received = 0
  const server = createHttpServer((_, response) => {
    received++
    response.end()
  })
  const target = `http://127.0.0.1:${await portOf(server)}`
  const { batching } = await runLoad({ target, batchSize: 5, rate: 100, duration: 200 })
  expect(batching).toEqual({ batchSize: 5, sentAs: 'concurrency', messagesSent: 20 })
  expect(received).toBe(20)
})

test('a batch function that throws fails its operations, and one that returns no request does too', async () => {
  const server = createHttpServer((_, response) => response.end())
  const target = `http://127.0.0.1:${await portOf(server)}`
  const plan = { target, protocol: 'http', rate: 100, duration: 100, batchSize: 5 } as const
  const thrown = await runLoad({
    ...plan,
    batch: () => {
      throw new Error('no bulk today')
    },
  })
  expect(thrown).toMatchObject({ requestsScheduled: 10, errors: 10 })
  expect(thrown.errorsByClass['user-error']?.first).toContain('batch threw Error: no bulk today')
  const wrong = await runLoad({ ...plan, batch: () => ({ method: 'NO METHOD' }) })
  expect(wrong.errorsByClass['user-error']?.count).toBe(10)
})
