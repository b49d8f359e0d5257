import type { ServerHttp2Stream } from 'node:http2'
import { expect, test } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import { cert } from '../../protocols/http/localhost-certificate.fixture.ts'
import { listening, multiplexedServer } from '../../protocols/http/tls-servers.fixture.ts'
import { runLoad } from '../index.ts'

const DURATION_MS = 300
const REQUESTS = 30

/**
 * Sends bodies that are larger than the window of a stream (64 KiB) to an HTTP/2 server. Node sends the rest of a body
 * when the server has read a part of it. If an abandoned stream were not reset, the thread would send empty frames for
 * it without end, and would never respond again.
 */
async function resultOf(requestTimeout: number, onStream: (stream: ServerHttp2Stream) => void): Promise<LoadResult> {
  const server = multiplexedServer()
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    onStream(stream)
  })
  const target = (await listening(server)).href
  return runLoad({
    target,
    tls: { ca: cert },
    rate: (1_000 * REQUESTS) / DURATION_MS,
    duration: DURATION_MS,
    requestTimeout,
    connection: 'long-lived',
    maxConnections: 2,
    request: { method: 'POST', path: '/', body: 'x'.repeat(200_000) },
  })
}

test('requests over HTTP/2 time out while the server does not read their bodies', async () => {
  let aborted = 0
  // Long enough to connect on a busy machine.
  const result = await resultOf(500, (stream) => {
    stream.pause().on('aborted', () => aborted++)
    setTimeout(() => stream.resume(), 1_000)
  })
  // A busy machine may also drop some requests, because they could not be sent in time.
  expect(result).toMatchObject({ ended: 'completed', successes: 0, requestsScheduled: REQUESTS })
  expect(result.requestsSent).toBeGreaterThan(0)
  expect(result.errorsByClass).toEqual({
    timeout: { count: result.requestsSent, first: 'POST / → no answer within 0.5 s' },
  })
  await expect.poll(() => aborted, { timeout: 5_000 }).toBe(result.requestsSent)
})

test('requests over HTTP/2 end with a response that comes before the server has read their bodies', async () => {
  const result = await resultOf(5_000, (stream) => {
    stream.pause().respond({ ':status': 413 }, { endStream: true })
    setTimeout(() => stream.resume(), 50)
  })
  expect(result).toMatchObject({ ended: 'completed', statuses: { 413: REQUESTS }, dropped: 0 })
})
