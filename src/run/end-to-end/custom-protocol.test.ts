import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import lines from '../../../fixtures/modules/line-protocol.ts'
import { expectConservation } from './conservation.conformance.ts'
import { runLoad } from '../index.ts'

const MODULE = new URL('../../../fixtures/modules/line-protocol.ts', import.meta.url)

/** Starts an echo server that stops when the test ends. */
async function echo(): Promise<{ url: string; connections: () => number }> {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `lines://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections }
}

test.each([
  ['as an object, inline', lines, 'inline'],
  ['as a module, in the generator threads', MODULE, 'worker'],
] as const)('runs a custom protocol %s', async (_, protocol, mode) => {
  const { url, connections } = await echo()
  const result = await runLoad({
    target: url,
    protocol,
    rate: 200,
    duration: '1s',
    request: [
      { name: 'short', line: 'a' },
      { name: 'long', line: 'b'.repeat(500), weight: 2 },
    ],
    connection: 'long-lived',
    maxConnections: 5,
  })
  expect(result).toMatchObject({ protocol: 'lines', successes: 200, generator: { mode } })
  expect(Object.keys(result.operations).sort()).toEqual(['long', 'short'])
  expect(result.bytesSent).toBe(result.bytesReceived)
  expect(connections()).toBe(5)
  expectConservation(result)
})

test('sends the default request of the protocol if the plan has no request', async () => {
  const { url } = await echo()
  const result = await runLoad({ target: url, protocol: MODULE, rate: 50, duration: '500ms' })
  expect(result).toMatchObject({ successes: 25, bytesSent: 25 * 'hello\n'.length })
})

test('rejects an invalid module with its address, before any traffic', async () => {
  const { url, connections } = await echo()
  const plan = { target: url, rate: 10, duration: '1s' }
  const missing = new URL('missing.ts', MODULE)
  await expect(runLoad({ ...plan, protocol: missing })).rejects.toThrow(/missing\.ts cannot be loaded/)
  const empty = new URL('../closed-loop.ts', MODULE)
  await expect(runLoad({ ...plan, protocol: empty })).rejects.toThrow(/has no default export/)
  expect(connections()).toBe(0)
})

test('counts a lost connection over UDP when no process listens on the port', async () => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const target = `udp://127.0.0.1:${socket.address().port}`
  socket.close()
  const protocol = new URL('../../../examples/custom-protocol/udp.ts', import.meta.url)
  const result = await runLoad({ target, protocol, rate: 50, duration: '500ms', request: { text: 'hi' } })
  expect(result).toMatchObject({ requestsSent: 25, errors: 25, ended: 'completed' })
  expect(result.errorsByClass).toMatchObject({
    connection: { count: 25, first: expect.stringContaining('ECONNREFUSED') },
  })
})
