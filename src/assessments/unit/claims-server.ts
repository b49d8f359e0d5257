/**
 * The server that the claims are checked against: a separate process that counts what it receives and reports it over
 * IPC.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServerAnswer, ServerCounts, ServerQuestion } from './claims-process.ts'

/**
 * Response delays in ms, used equally often. There are five, so that p50 and p90 lie inside a fifth and not between
 * two.
 */
const DELAYS = [2, 6, 12, 20, 32]

/** Connections that have carried a request, because a check whether the server listens opens a connection as well. */
const carried = new WeakSet<object>()
let counts = nothing()
let stalledUntil = 0
let delays = 0

const server = createServer((request, response) => {
  counts.requests++
  if (!carried.has(request.socket)) counts.connections++
  carried.add(request.socket)
  counts.arrivedMs.push(performance.now())
  counts.traceparents.push(String(request.headers['traceparent'] ?? ''))
  const startedMs = performance.now()
  let bytes = 0
  request.on('data', (chunk: Buffer) => (bytes += chunk.length))
  request.on('end', () => {
    if (request.method === 'POST') counts.bodies.push(bytes)
    const answer = (status: number): void => {
      counts.tookMs.push(performance.now() - startedMs)
      response.writeHead(status).end('ok')
    }
    const path = request.url ?? '/'
    counts.paths[path] = (counts.paths[path] ?? 0) + 1
    if (path === '/reset') return void request.socket.resetAndDestroy()
    if (path === '/failing') return answer(503)
    if (path === '/delayed') return void setTimeout(answer, DELAYS[delays++ % DELAYS.length], 200)
    const stalledMs = stalledUntil - performance.now()
    if (stalledMs > 0) setTimeout(answer, stalledMs, 200)
    else answer(200)
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})
process.on('message', (question: ServerQuestion) => {
  if (question.type === 'stall') stalledUntil = performance.now() + question.ms
  post({ type: 'counts', counts })
  if (question.type === 'reset') counts = nothing()
})
post({ type: 'listening', port: (server.address() as AddressInfo).port })

function post(answer: ServerAnswer): void {
  process.send?.(answer)
}

function nothing(): ServerCounts & { requests: number; connections: number } {
  return { requests: 0, connections: 0, arrivedMs: [], bodies: [], tookMs: [], paths: {}, traceparents: [] }
}
