import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { errorsOf, SILENT_PLAN, resultOf } from './faults.fixture.ts'

const EVERY = 4
const EVENTS = 3

interface StreamServer {
  readonly url: string
  readonly cut: () => number
}

/** Sends events one by one. `cut` ends every fourth stream in the middle of its last event. */
async function streamServer(cut: (response: ServerResponse) => void): Promise<StreamServer> {
  let requests = 0
  let cuts = 0
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let sent = 1; sent < EVENTS; sent++) response.write(`data: ${sent}\n\n`)
    if (++requests % EVERY > 0) return void response.end(`data: ${EVENTS}\n\n`)
    cuts++
    response.write('data: half of an ev', () => cut(response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut: () => cuts }
}

test.each<[how: string, errorClass: 'connection' | 'timeout', cut: (response: ServerResponse) => void]>([
  ['closed', 'connection', (response) => response.socket?.end()],
  ['reset', 'connection', (response) => response.socket?.resetAndDestroy()],
  ['silent', 'timeout', () => {}],
])(
  'counts an HTTP stream whose connection is %s in the middle of an event as %s, and keeps its earlier events',
  async (_, errorClass, cut) => {
    const server = await streamServer(cut)
    const request = { path: '/events', stream: 'sse' } as const
    const result = await resultOf({ ...SILENT_PLAN, duration: '1s', target: server.url, rate: 100, request })
    const every = 100 / EVERY
    expect(server.cut()).toBe(every)
    expect(errorsOf(result)).toEqual({ [errorClass]: every })
    expect(result.dropped).toBe(0)
    expect(result.firstMessageTime.count).toBe(100 - every)
    // Gaps are recorded as they occur, even in streams that break off later.
    expect(result.messageGap.count).toBe((100 - every) * (EVENTS - 1) + every * (EVENTS - 2))
  },
)
