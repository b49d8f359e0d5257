import { once } from 'node:events'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { CustomProtocol } from '../../model/custom-protocol.ts'
import type { LoadResult } from '../../model/result.ts'
import { constant, sequence } from '../../traffic/patterns/index.ts'
import { evidenceOfErrors } from '../../judge/verdict/evidence.ts'
import { runLoad } from '../index.ts'

/** Starts an HTTP server that answers with 200, 404 and 503 in turn, and counts its responses. */
async function mixedStatuses(): Promise<{ url: string; sent: Record<string, number> }> {
  const sent: Record<string, number> = {}
  let requests = 0
  const server = createServer((_, response) => {
    const status = [200, 200, 404, 503][requests++ % 4] ?? 200
    sent[status] = (sent[status] ?? 0) + 1
    response.writeHead(status).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent }
}

function sumOf(parts: readonly { readonly statuses: LoadResult['statuses'] }[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { statuses } of parts) {
    for (const [status, count] of Object.entries(statuses)) sums[status] = (sums[status] ?? 0) + count
  }
  return sums
}

test('counts responses by HTTP status like the server, in total and per operation, phase and interval', async () => {
  const { url, sent } = await mixedStatuses()
  const result = await runLoad({
    target: url,
    pattern: sequence(
      constant({ name: 'slow', rate: 100, duration: '500ms' }),
      constant({ name: 'fast', rate: 300, duration: '700ms' }),
    ),
    threads: 2,
    request: [
      { name: 'a', path: '/a' },
      { name: 'b', path: '/b' },
    ],
  })
  expect(result.requestsScheduled).toBe(260)
  expect(result.statuses).toEqual(sent)
  for (const parts of [Object.values(result.operations), Object.values(result.phases), result.intervals]) {
    expect(sumOf(parts)).toEqual(sent)
  }
  expect(Object.isFrozen(result.statuses)).toBe(true)
})

test('counts the close code of a WebSocket that closes with requests in flight', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (peer) => peer.on('message', () => peer.close(1013, 'busy')))
  await once(server, 'listening')
  onTestFinished(() => server.close())
  const target = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const result = await runLoad({ target, rate: 40, duration: '500ms', request: { data: 'x' } })
  expect(result.errorsByClass.connection?.count).toBe(20)
  expect(result.statuses).toEqual({ 1013: 20 })
})

test('counts the statuses that a custom protocol reports for successes and failures', async () => {
  const protocol: CustomProtocol = {
    name: 'mine',
    connect: () => ({
      exchange({ requestId }, { onDone }) {
        const ok = requestId % 2 === 0
        setImmediate(() => onDone({ ok, status: ok ? 'OK' : '__proto__', bytesReceived: 1 }))
      },
    }),
  }
  // A run checks that something listens at its target.
  const { url } = await mixedStatuses()
  const result = await runLoad({ target: url.replace('http:', 'mine:'), protocol, rate: 100, duration: '500ms' })
  // Compare entries, because an object literal cannot have a key named __proto__.
  expect(new Map(Object.entries(result.statuses))).toEqual(
    new Map([
      ['OK', 25],
      ['__proto__', 25],
    ]),
  )
})

/** Starts an HTTP server that answers every request with this status, body and headers. */
async function serverOf(status: number, body: string | Uint8Array, headers: Record<string, string>): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('keeps what error responses say, without secrets and control characters', async () => {
  const said = `{"code":"EMPTY_BODY","token":"sk-1234567890abcdef1234","at":"\u001b[2J"}${' '.repeat(400)}`
  const target = await serverOf(400, gzipSync(said), { 'content-encoding': 'gzip' })
  const result = await runLoad({ target, rate: 50, duration: '500ms', request: { method: 'DELETE', path: '/x' } })
  const [sample, ...others] = result.errorsByClass['http-4xx']?.samples ?? []
  expect(sample).toMatch(/^400 Bad Request\n\{"code":"EMPTY_BODY","token":"\[redacted\]/)
  expect(sample).not.toContain('\u001b')
  expect(sample?.length).toBeLessThanOrEqual(330)
  expect(others).toEqual([])
  expect(result.errorsByClass['http-4xx']).toMatchObject({
    count: 25,
    first: String.raw`DELETE /x → 400 Bad Request "{"code":"EMPTY_BODY","token":"[redacted]","at":"\x1b[2J"}"`,
  })
  expect(result.intervals[0]?.errorsByClass['http-4xx']).not.toHaveProperty('samples')
  expect(evidenceOfErrors(result)[0]).toContain('first error: DELETE /x → 400 Bad Request "{"code"')
})

test.each([
  [302, [{ code: 'only-redirects', count: 10, status: '302' }]],
  [304, []],
])('with status %i of every response, doubts a run by %j', async (status, doubts) => {
  const target = await serverOf(status, '', { location: '/login' })
  const { generator, successes } = await runLoad({ target, rate: 50, duration: '200ms' })
  expect(successes).toBe(10)
  expect(generator.doubts.filter(({ code }) => code === 'only-redirects')).toMatchObject(doubts)
})
