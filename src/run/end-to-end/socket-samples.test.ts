import { once } from 'node:events'
import { createServer } from 'node:http'
import net from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runLoad } from '../index.ts'

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const plan = { rate: 10, duration: 500, tracing: 'off', monitor: 'off', seed: 'b0b5' } as const

test('a check that fails over TCP has samples of what the target said, escaped', async () => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => socket.write('-ERR \u001b[2J unknown\n'))
  })
  const target = `tcp://127.0.0.1:${await listening(server)}`
  const { errorsByClass } = await runLoad({ ...plan, target, request: { data: 'x', check: { bodyExcludes: '-ERR' } } })
  expect(errorsByClass.check).toMatchObject({ count: 5, samples: ['-ERR \\x1b[2J unknown'] })
})

test('a run whose WebSocket handshakes are all refused says what the server answered', async () => {
  const server = createServer().on('upgrade', (_, socket) => {
    socket.on('error', () => {})
    socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 18\r\n\r\n{"error":"no key"}')
  })
  const target = `ws://127.0.0.1:${await listening(server)}`
  await expect(runLoad({ ...plan, target, request: { data: 'x' } })).rejects.toThrow(
    'answered the handshake with 401 Unauthorized: {"error":"no key"}',
  )
})
