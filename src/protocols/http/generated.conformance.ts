import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { GeneratedBody } from '../../model/body.ts'
import type { Outcome } from '../../model/protocol.ts'
import { byteAt, CHUNK_BYTES, countedBody } from './generated-body.builder.ts'
import type { HttpSubject } from './http-subject.conformance.ts'
import { answer, ask, HELLO, rawServer, socketServer } from './raw-server.fixture.ts'
import type { RawServer } from './raw-server.fixture.ts'

const BODY_BYTES = 100 * 1024 * 1024
/** Maximum size of all buffers in both processes and in the kernel for a body that the server does not read. */
const ON_THE_WAY_BYTES = 48 * 1024 * 1024

/** Starts a server that checks each piece of a body and responds after `length` bytes. */
async function countingServer(
  length: number,
  onPiece: (received: number) => void,
): Promise<{ readonly server: RawServer; readonly wrong: () => number; readonly received: () => number }> {
  let received = 0
  let wrong = 0
  const server = await socketServer((socket) => {
    let head = ''
    socket.on('data', (bytes) => {
      let body: Uint8Array = bytes
      if (!head.includes('\r\n\r\n')) {
        head += bytes.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        body = Buffer.from(head.slice(end + 4), 'latin1')
      }
      if (body.length > 0 && (body[0] !== byteAt(received) || body.at(-1) !== byteAt(received + body.length - 1)))
        wrong++
      received += body.length
      onPiece(received)
      if (received >= length) socket.write(HELLO)
    })
  })
  return { server, wrong: () => wrong, received: () => received }
}

/** Cases for generated bodies. */
export function generatedCases({ open }: HttpSubject): void {
  describe('generated bodies', { timeout: 30_000 }, () => {
    test.each([0, 1, 100, CHUNK_BYTES, CHUNK_BYTES + 1, 3_000_000])('of %i bytes arrive unchanged', async (length) => {
      const server = await rawServer(HELLO)
      const connection = await open(server)
      for (const method of ['POST', 'DELETE']) {
        const outcome = await ask(connection, { method, body: countedBody(length) })
        expect(outcome).toMatchObject({ ok: true })
        expect(outcome.bytesSent).toBeGreaterThan(length)
        const [head = '', sent = ''] = (server.requests.at(-1) ?? '').split('\r\n\r\n')
        const stated = length > 0 || method === 'POST'
        expect(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]).toBe(stated ? `${length}` : undefined)
        expect(head).not.toMatch(/transfer-encoding/i)
        const expected = Buffer.concat(Array.from(countedBody(length).chunks(), (chunk) => Buffer.from(chunk)))
        expect(Buffer.from(sent, 'latin1').equals(expected)).toBe(true)
      }
      expect(server.sockets).toHaveLength(1)
      expect(connection.usable).toBe(true)
    })

    test('of 100 MB are generated as fast as the server reads them', async () => {
      const body = countedBody(BODY_BYTES)
      let ahead = 0
      const { server, wrong, received } = await countingServer(
        BODY_BYTES,
        (so) => (ahead = Math.max(ahead, body.made - so)),
      )
      const connection = await open(server)
      const outcome = await ask(connection, { method: 'POST', body })
      expect(outcome).toMatchObject({ ok: true })
      expect(outcome.bytesSent).toBeGreaterThan(BODY_BYTES)
      expect({ received: received(), wrong: wrong() }).toEqual({ received: BODY_BYTES, wrong: 0 })
      expect(ahead).toBeLessThan(ON_THE_WAY_BYTES)
      expect(connection.usable).toBe(true)
    })

    test('pause when the server reads nothing, and stop after a cancellation', async () => {
      const server = await socketServer((socket) => socket.pause())
      const connection = await open(server)
      const body = countedBody(BODY_BYTES)
      const onDone = vi.fn<(outcome: Outcome) => void>()
      const payload = { method: 'POST', body }
      const cancel = connection.exchange({ requestId: 0, operation: '', payload }, { onMessage: () => {}, onDone })
      expect(await standstill(() => body.made)).toBeLessThan(ON_THE_WAY_BYTES)
      const { bytesSent } = cancel()
      const { made } = body
      expect(bytesSent).toBeGreaterThan(0)
      expect(bytesSent).toBeLessThan(made + 1024)
      expect(await connection.closed).toBeUndefined()
      await delay(20)
      expect(body.made).toBe(made)
      expect(onDone).not.toHaveBeenCalled()
    })

    test('stop when cancelled while the server reads', async () => {
      const { server, received } = await countingServer(BODY_BYTES, () => {})
      const connection = await open(server)
      const body = countedBody(BODY_BYTES)
      const onDone = vi.fn<(outcome: Outcome) => void>()
      const payload = { method: 'POST', body }
      const cancel = connection.exchange({ requestId: 0, operation: '', payload }, { onMessage: () => {}, onDone })
      await vi.waitUntil(() => received() > 0, { interval: 1 })
      cancel()
      const { made } = body
      await connection.closed
      await delay(20)
      expect(body.made).toBe(made)
      expect(made).toBeLessThan(BODY_BYTES)
      expect(onDone).not.toHaveBeenCalled()
    })

    test('end with an early response, which counts and closes the connection', async () => {
      const server = await socketServer((socket) => {
        socket.once('data', () => socket.pause().write(answer('413 Content Too Large')))
      })
      const connection = await open(server)
      const body = countedBody(BODY_BYTES)
      const outcome = await ask(connection, { method: 'POST', body })
      expect(outcome).toMatchObject({ ok: false, errorClass: 'http-4xx' })
      expect(outcome.bytesSent).toBeLessThan(ON_THE_WAY_BYTES)
      expect(connection.usable).toBe(false)
      await connection.closed
      expect(body.made).toBeLessThan(ON_THE_WAY_BYTES)
    })

    test('fail with class connection when the server resets partway', async () => {
      const server = await socketServer((socket) => {
        socket.once('data', () => socket.resetAndDestroy())
      })
      const connection = await open(server)
      const outcome = await ask(connection, { method: 'POST', body: countedBody(BODY_BYTES) })
      expect(outcome).toMatchObject({ ok: false, errorClass: 'connection' })
      expect(await connection.closed).toBeInstanceOf(Error)
    })

    test.each<[string, GeneratedBody, string]>([
      ['throws immediately', { length: 3, chunks: fail }, 'the body could not be sent: no more'],
      ['throws later', { length: 200_000, chunks: startThenFail }, 'the body could not be sent: no more'],
      ['is shorter than declared', shownAs(10, 7), 'the body could not be sent: it ended 3 bytes early'],
      ['is longer than declared', shownAs(7, 10), 'the body could not be sent: it is longer than its declared length'],
    ])('fail asynchronously with class connection when the body %s', async (_, body, message) => {
      const connection = await open(await rawServer(HELLO))
      const onDone = vi.fn<(outcome: Outcome) => void>()
      const payload = { method: 'POST', body }
      connection.exchange({ requestId: 0, operation: '', payload }, { onMessage: () => {}, onDone })
      expect(onDone).not.toHaveBeenCalled()
      await vi.waitUntil(() => onDone.mock.calls.length === 1)
      expect(onDone.mock.calls[0]?.[0]).toMatchObject({ ok: false, errorClass: 'connection', message })
      expect(await connection.closed).toBeInstanceOf(Error)
      expect(connection.usable).toBe(false)
    })
  })
}

/** Waits until a number stops changing and returns it. */
async function standstill(read: () => number): Promise<number> {
  let before = -1
  let steady = 0
  while (steady < 5) {
    await delay(20)
    const now = read()
    steady = now === before && now > 0 ? steady + 1 : 0
    before = now
  }
  return before
}

function fail(): never {
  throw new Error('no more')
}

function* startThenFail(): Generator<Uint8Array> {
  yield new Uint8Array(CHUNK_BYTES)
  fail()
}

function shownAs(length: number, actual: number): GeneratedBody {
  return { length, chunks: () => [new Uint8Array(actual)] }
}
