import { once } from 'node:events'
import net from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { GeneratedBody } from '../../model/body.ts'
import { BodyPump, TURN_BYTES } from './body-pump.ts'
import type { Flushed } from './body-pump.ts'
import { CHUNK_BYTES } from '../http/generated-body.builder.ts'
import { socketServer } from '../http/raw-server.fixture.ts'

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

function pumpInto(socket: net.Socket): BodyPump {
  return new BodyPump(
    (chunk, flushed) => socket.write(chunk, flushed),
    (reason) => expect.unreachable(reason),
  )
}

/** Yields chunks of one buffer and calls `look` before each. */
function* watched(chunks: number, look: () => void): Generator<Uint8Array> {
  const bytes = new Uint8Array(CHUNK_BYTES)
  for (let i = 0; i < chunks; i++) {
    look()
    yield bytes
  }
}

test('requests a chunk when the process holds no bytes of the previous one', async () => {
  let received = 0
  const socket = await connectedTo((peer) => {
    // Reads more slowly than the pump writes, so that every buffer on the way is full.
    peer.on('data', (bytes) => {
      received += bytes.length
      peer.pause()
      setImmediate(() => peer.resume())
    })
  })
  const waiting: number[] = []
  const length = 500 * CHUNK_BYTES
  const pump = pumpInto(socket)
  pump.begin({ length, chunks: () => watched(500, () => waiting.push(socket.writableLength)) })
  await vi.waitUntil(() => received === length, { timeout: 20_000 })
  expect(waiting).toHaveLength(500)
  expect(Math.max(...waiting)).toBe(0)
  expect(pump.unmade).toBe(0)
})

test('yields to the event loop when the peer reads everything immediately', async () => {
  const socket = await connectedTo((peer) => peer.resume())
  let turns = 0
  const turn = (): void => {
    turns++
    if (!socket.destroyed) setImmediate(turn)
  }
  setImmediate(turn)
  const turnOf: number[] = []
  const pump = pumpInto(socket)
  pump.begin({ length: 200 * CHUNK_BYTES, chunks: () => watched(200, () => turnOf.push(turns)) })
  await vi.waitUntil(() => turnOf.length === 200, { timeout: 20_000 })
  const perTurn = TURN_BYTES / CHUNK_BYTES
  for (let i = 0; i + perTurn < turnOf.length; i++) expect(turnOf[i + perTurn]).toBeGreaterThan(turnOf[i] ?? 0)
})

describe('the end of a body', () => {
  /** A pump that writes nothing; `flush` reports the last chunk as written. */
  function byHand(): { pump: BodyPump; events: string[]; flush: () => void } {
    const events: string[] = []
    let waiting: Flushed = () => {}
    const pump = new BodyPump(
      (chunk, flushed, last) => {
        events.push(`${chunk.length}${last ? ' (last)' : ''}`)
        waiting = flushed
      },
      (reason) => events.push(reason),
    )
    return { pump, events, flush: () => waiting() }
  }

  function bodyOf(length: number, ...chunks: readonly number[]): GeneratedBody {
    return { length, chunks: () => chunks.map((bytes) => new Uint8Array(bytes)) }
  }

  test('is reported when the last chunk has left, without yielding first', () => {
    const { pump, events, flush } = byHand()
    pump.begin(bodyOf(TURN_BYTES, TURN_BYTES), () => events.push('end'))
    expect(pump.busy).toBe(true)
    flush()
    expect([events, pump.busy]).toEqual([[`${TURN_BYTES} (last)`, 'end'], false])
  })

  test('is marked on the last non-empty chunk', () => {
    const { pump, events, flush } = byHand()
    pump.begin(bodyOf(5, 0, 3, 0, 2, 0), () => events.push('end'))
    for (let i = 0; i < 2; i++) flush()
    expect(events).toEqual(['3', '2 (last)', 'end'])
  })

  test.each<[string, GeneratedBody, readonly string[]]>([
    ['too early', bodyOf(5, 3), ['3', 'it ended 2 bytes early']],
    ['too late', bodyOf(5, 3, 3), ['3', 'it is longer than its declared length']],
    ['one chunk too late', bodyOf(3, 3, 1), ['3 (last)', 'it is longer than its declared length']],
  ])('is a violation when it comes %s, and nothing else is written', async (_, body, expected) => {
    const { pump, events, flush } = byHand()
    pump.begin(body, () => events.push('end'))
    flush()
    await nextTurn()
    expect([events, pump.busy]).toEqual([expected, true])
  })
})
