import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Ms } from '../model/units.ts'

/** An API that counts what it receives. */
export interface CountingServer {
  readonly url: string
  /** Number of requests by method and path. */
  readonly counts: ReadonlyMap<string, number>
  /** Lengths of the bodies of the writes. */
  readonly writtenBytes: readonly number[]
  /** Returns the highest number of requests in any second. */
  busiestSecond(): number
}

/**
 * Starts an API with a read (`GET /items`), a write (`POST /items`) and a stream (`GET /events`, five server-sent
 * events); it stops when the test ends.
 */
export async function countingServer(): Promise<CountingServer> {
  const counts = new Map<string, number>()
  const times: Ms[] = []
  const writtenBytes: number[] = []
  const server = createServer((request, response) => {
    times.push(performance.now())
    const { method = '', url = '' } = request
    const [path = ''] = url.split('?')
    const key = `${method} ${path}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
    let bytes = 0
    request.on('data', (piece: Buffer) => (bytes += piece.length))
    request.on('end', () => {
      if (key === 'POST /items') writtenBytes.push(bytes)
      void answer(key, bytes, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    writtenBytes,
    busiestSecond: () => busiestSecond(times),
  }
}

async function answer(key: string, bytes: number, response: ServerResponse): Promise<void> {
  switch (key) {
    case 'GET /':
    case 'GET /items':
      response.end('{"items":[]}')
      return
    case 'POST /items':
      response.writeHead(201).end(JSON.stringify({ bytes }))
      return
    case 'GET /events':
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let event = 0; event < 5; event++) {
        response.write(`data: ${event}\n\n`)
        await delay(1)
      }
      response.end()
      return
    default:
      response.writeHead(404).end()
  }
}

function busiestSecond(times: readonly Ms[]): number {
  let first = 0
  let most = 0
  for (const [index, time] of times.entries()) {
    while (time - (times[first] ?? 0) >= 1_000) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}
