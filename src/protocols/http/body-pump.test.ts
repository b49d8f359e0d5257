import { once } from 'node:events'
import net from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { BodyPump, TURN_BYTES } from './body-pump.ts'
import { CHUNK_BYTES } from './generated-body.case.ts'
import { socketServer } from './raw-server.case.ts'

async function connectedTo(onSocket: (socket: net.Socket) => void): Promise<net.Socket> {
  const server = await socketServer(onSocket)
  const socket = net.connect(Number(server.url.port), '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  return socket
}

/** Chunks of one buffer, with a look at the socket whenever one is asked for. */
function* watched(chunks: number, look: () => void): Generator<Uint8Array> {
  const bytes = new Uint8Array(CHUNK_BYTES)
  for (let i = 0; i < chunks; i++) {
    look()
    yield bytes
  }
}

test('a chunk is asked for when nothing of the one before waits in the process', async () => {
  let received = 0
  const socket = await connectedTo((peer) => {
    // Slower than it is sent, so that every buffer on the way is full.
    peer.on('data', (bytes) => {
      received += bytes.length
      peer.pause()
      setImmediate(() => peer.resume())
    })
  })
  const waiting: number[] = []
  const length = 500 * CHUNK_BYTES
  const pump = new BodyPump(socket, (message) => expect.unreachable(message))
  pump.begin({ length, chunks: () => watched(500, () => waiting.push(socket.writableLength)) })
  await vi.waitUntil(() => received === length, { timeout: 20_000 })
  expect(waiting).toHaveLength(500)
  expect(Math.max(...waiting)).toBe(0)
  expect(pump.unmade).toBe(0)
})

test('a peer that takes everything at once does not keep others from their turn', async () => {
  const socket = await connectedTo((peer) => peer.resume())
  let turns = 0
  const turn = (): void => {
    turns++
    if (!socket.destroyed) setImmediate(turn)
  }
  setImmediate(turn)
  const turnOf: number[] = []
  const pump = new BodyPump(socket, (message) => expect.unreachable(message))
  pump.begin({ length: 200 * CHUNK_BYTES, chunks: () => watched(200, () => turnOf.push(turns)) })
  await vi.waitUntil(() => turnOf.length === 200, { timeout: 20_000 })
  const perTurn = TURN_BYTES / CHUNK_BYTES
  for (let i = 0; i + perTurn < turnOf.length; i++) expect(turnOf[i + perTurn]).toBeGreaterThan(turnOf[i] ?? 0)
})
