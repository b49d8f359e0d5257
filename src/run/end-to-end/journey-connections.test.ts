import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { startFixture } from '../../../fixtures/index.ts'
import { journey } from '../../plan/steps.ts'
import { expectConservation } from './conservation.conformance.ts'
import { runLoad } from '../index.ts'

/**
 * Sends its number, thinks, and expects the server to know it: the server identifies a client only by its connection.
 */
const known = journey(function* ({ number, send, think }) {
  yield* send({ name: 'hello', data: `I am ${number}`, read: 'text' })
  yield* think(30, 60)
  const { text } = yield* send({ name: 'who', data: 'who am I', read: 'text' })
  if (text !== `I am ${number}`) throw new Error(`${number} was identified as '${text}'`)
  yield* think(10)
  yield* send({ name: 'bye', data: 'bye' })
})

/** Returns the server's answers on one connection: always the last introduction that was sent on it. */
function introductions(): (text: string) => string {
  let last = 'unknown'
  return (text) => (text.startsWith('I am') ? (last = text) : last)
}

describe.each(['tcp', 'websocket'] as const)('a journey over %s', (protocol) => {
  test.each(['pooled', 'short-lived'] as const)(
    'has a %s connection to itself, even while it thinks',
    async (connection) => {
      const server = protocol === 'tcp' ? await tcpServer() : await webSocketServer()
      const result = await runLoad({
        target: server.url,
        rate: 40,
        duration: '1s',
        journey: known,
        connection,
        maxConnections: 3,
      })
      expect(result).toMatchObject({ protocol, successes: 120, errors: 0, pool: { peakInUse: 3 } })
      expect(result.journeys).toMatchObject({ successes: 40 })
      if (connection === 'short-lived') expect(result.connections.opened).toBe(40)
      else expect(result.connections.opened).toBe(3)
      expectConservation(result)
    },
  )
})

test('a journey over MCP receives the result of each step', async () => {
  await using target = await startFixture('work', { protocol: 'mcp' })
  const echoes = journey(function* ({ number, send, think }) {
    const message = `from ${number}`
    const { json } = yield* send({ name: 'echo', tool: 'echo', arguments: { message }, read: 'json' })
    if (!JSON.stringify(json).includes(message)) throw new Error(`${number} received ${JSON.stringify(json)}`)
    yield* think(20)
    yield* send({ name: 'list', method: 'tools/list' })
  })
  const result = await runLoad({ target: target.url, rate: 40, duration: '500ms', journey: echoes })
  expect(result).toMatchObject({ protocol: 'mcp', successes: 40, errors: 0, journeys: { successes: 20 } })
})

async function tcpServer(): Promise<{ url: string }> {
  const server = createServer((socket) => {
    const answer = introductions()
    let received = ''
    socket.setEncoding('utf8')
    socket.on('error', () => {})
    socket.on('data', (text: string) => {
      const lines = (received + text).split('\n')
      received = lines.pop() ?? ''
      for (const line of lines) socket.write(`${answer(line)}\n`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function webSocketServer(): Promise<{ url: string }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  server.on('connection', (socket) => {
    const answer = introductions()
    socket.on('message', (data: Buffer) => socket.send(answer(data.toString())))
  })
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
