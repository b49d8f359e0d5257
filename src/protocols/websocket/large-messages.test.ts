import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { GeneratedBody } from '../../model/body.ts'
import { messageOf } from './message-body.ts'
import { Outbox } from './outbox.ts'
import type { Parcel } from './outbox.ts'
import { ask, bareServer, begin, echoServer, open, textFrame, webSocketServer } from './server.fixture.ts'

const MIB = 1024 * 1024
const CHUNK = 64 * 1024

/** A body whose chunks share one buffer, as in a run. Calls `onChunk` for each generated chunk. */
function body(length: number, onChunk: () => void = () => {}, chunkBytes: number = CHUNK): GeneratedBody {
  return {
    length,
    *chunks() {
      const shared = Buffer.alloc(chunkBytes)
      for (let made = 0; made < length; made += chunkBytes) {
        onChunk()
        yield shared.fill(97 + ((made / chunkBytes) % 26)).subarray(0, Math.min(chunkBytes, length - made))
      }
    },
  }
}

function wholeOf(generated: GeneratedBody): string {
  let whole = ''
  // Convert one by one: each chunk overwrites the previous one.
  for (const chunk of generated.chunks()) whole += Buffer.from(chunk).toString()
  return whole
}

describe('generated messages', () => {
  test('arrive as one whole message, which is binary unless the format is text', async () => {
    const got: (readonly [string, boolean])[] = []
    const { url } = await webSocketServer((peer) => {
      peer.on('message', (data: Buffer, isBinary) => {
        got.push([data.toString(), isBinary])
        peer.send('ok')
      })
    })
    const connection = await open(url)
    const made = body(200_000)
    expect(await ask(connection, { data: made })).toMatchObject({ ok: true, bytesSent: 3 * (CHUNK + 14) + 3392 + 8 })
    expect(await ask(connection, { data: messageOf('write ', made, 'text') })).toMatchObject({ ok: true })
    expect(await ask(connection, { data: messageOf('write ', made, 'binary') })).toMatchObject({ ok: true })
    expect(await ask(connection, { data: body(0) })).toMatchObject({ ok: true, bytesSent: 6 })
    const whole = wholeOf(made)
    expect(got.map(([, isBinary]) => isBinary)).toEqual([true, false, true, true])
    const sent = [whole, `write ${whole}`, `write ${whole}`, '']
    expect(got.map(([text], index) => text === sent[index])).toEqual([true, true, true, true])
  })

  test('keep their chunks separate when they are compressed', async () => {
    const { url } = await echoServer({ perMessageDeflate: { threshold: 0 } })
    const connection = await open(url, { perMessageDeflate: true })
    const made = body(300_000)
    const { ok, answer } = await ask(connection, { data: made, read: 'text' })
    // Compare here: a failed assertion would print the whole text.
    expect({ ok, same: answer?.text === wholeOf(made) }).toEqual({ ok: true, same: true })
  })

  test('buffer no earlier chunk when the next one is generated (100 MiB)', async () => {
    let got = 0
    const { url } = await webSocketServer((peer) => peer.on('message', (data: Buffer) => (got = data.length)))
    const webSocket = new WebSocket(url)
    onTestFinished(() => webSocket.terminate())
    await once(webSocket, 'open')
    let most = 0
    let chunks = 0
    const content = body(100 * MIB, () => {
      chunks++
      most = Math.max(most, webSocket.bufferedAmount)
    })
    const flushed = Promise.withResolvers<undefined>()
    const parcel: Parcel = { progress: 'waiting', from: 0, to: 0, onFlushed: () => flushed.resolve(undefined) }
    const outbox = new Outbox(webSocket, flushed.reject)
    outbox.post(parcel, { content, binary: true })
    expect(parcel.progress).toBe('leaving')
    await flushed.promise
    expect({ most, chunks, progress: parcel.progress }).toEqual({ most: 0, chunks: 1_600, progress: 'sent' })
    expect(outbox.bytesOf(parcel)).toBe(100 * MIB + 1_600 * 14)
    await vi.waitUntil(() => got === 100 * MIB, { timeout: 5_000 })
  })

  test('generate no further chunks while the server does not read', async () => {
    let made = 0
    const { url, peers } = await webSocketServer((peer) => {
      peer.pause()
      peer.on('message', () => peer.send('ok'))
    })
    const asked = begin(await open(url), { data: body(100 * MIB, () => (made += CHUNK)) })
    let before = -1
    while (before !== made) {
      before = made
      await delay(100)
    }
    // The kernel buffers of both sides hold less than this.
    expect(made).toBeLessThan(50 * MIB)
    peers[0]?.resume()
    expect(await asked.done).toMatchObject({ ok: true, bytesSent: 100 * MIB + 1_600 * 14 })
    expect(made).toBe(100 * MIB)
  })

  test('hold back later messages until they are sent, but not pings', async () => {
    const got: number[] = []
    const pings: number[] = []
    const { url, peers } = await webSocketServer((peer) => {
      peer.pause()
      peer.on('ping', () => pings.push(got.length))
      peer.on('message', (data: Buffer) => {
        got.push(data.length)
        peer.send(String(data.length))
      })
    })
    const connection = await open(url, { maxInFlight: 4 })
    const asked = [body(30 * MIB), 'x', body(CHUNK + 1), 'yy'].map((data) => begin(connection, { data, read: 'text' }))
    const ping = begin(connection, { ping: true })
    peers[0]?.resume()
    const answers = await Promise.all(asked.map(({ done }) => done))
    expect(answers.map(({ answer }) => answer?.text)).toEqual([30 * MIB, 1, CHUNK + 1, 2].map(String))
    expect(await ping.done).toMatchObject({ ok: true })
    // The ping went between the fragments of the first message.
    expect(pings).toEqual([0])
  })

  test('do not send a waiting message that was cancelled, and keep the connection usable', async () => {
    const got: number[] = []
    const { url } = await webSocketServer((peer) => {
      peer.on('message', (data: Buffer) => {
        got.push(data.length)
        peer.send('ok')
      })
    })
    const connection = await open(url, { maxInFlight: 3 })
    const [first, given, last] = [body(MIB), 'never', 'x'].map((data) => begin(connection, { data }))
    expect(given?.cancel()).toEqual({ bytesSent: 0, bytesReceived: 0 })
    expect([await first?.done, await last?.done]).toMatchObject([{ ok: true }, { ok: true }])
    expect(connection.usable).toBe(true)
    expect(got).toEqual([MIB, 1])
    expect(given?.outcomes).toEqual([])
  })

  test('close the connection and count the bytes sent when cancelled while sending', async () => {
    const connection = await open(await bareServer((socket) => socket.pause()))
    const asked = begin(connection, { data: body(100 * MIB) })
    await delay(50)
    const { bytesSent } = asked.cancel()
    expect(bytesSent).toBeGreaterThan(0)
    expect(bytesSent).toBeLessThan(100 * MIB)
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toBeUndefined()
    expect(asked.outcomes).toEqual([])
  })

  test('a message without replies does not succeed before all of it was sent', async () => {
    const { url, peers } = await webSocketServer((peer) => peer.pause())
    const [one, other] = [await open(url), await open(url)]
    // More than the kernel buffers of both sides hold.
    const request = { data: 'x'.repeat(64 * MIB), replies: 0 }
    const [given, lost] = [begin(one, request), begin(other, request)]
    await ask(await open((await echoServer()).url), { data: 'x' })
    expect(given.cancel().bytesSent).toBeLessThan(64 * MIB)
    expect(one.usable).toBe(false)
    peers[1]?.terminate()
    expect(await lost.done).toMatchObject({ ok: false, errorClass: 'connection' })
    expect([given.outcomes.length, lost.outcomes.length]).toEqual([0, 1])
  })

  test('fail with class protocol when a reply arrives before the whole message was sent', async () => {
    const url = await bareServer((socket) => {
      socket.once('data', () => socket.pause().write(textFrame('too soon')))
    })
    const connection = await open(url)
    const outcome = await ask(connection, { data: body(100 * MIB) })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol' })
    expect(outcome.bytesSent).toBeLessThan(100 * MIB)
    expect(await connection.closed).toBeInstanceOf(Error)
  })

  test.each<[string, GeneratedBody, string]>([
    ['ends early', { length: 10, chunks: () => [new Uint8Array(4)] }, 'it ended 6 bytes early'],
    ['is too long', { length: 10, chunks: () => [new Uint8Array(11)] }, 'it is longer than its declared length'],
    [
      'throws',
      {
        length: 10,
        chunks() {
          throw new Error('no bytes today')
        },
      },
      'no bytes today',
    ],
  ])('fail with class protocol and do not throw when the body %s', async (_, data, message) => {
    const connection = await open((await echoServer()).url)
    const asked = begin(connection, { data })
    expect(asked.outcomes).toEqual([])
    const whole = `the message could not be sent: ${message}`
    expect(await asked.done).toMatchObject({ ok: false, errorClass: 'protocol', message: whole })
    expect((await connection.closed)?.message).toBe(whole)
  })
})

test('receives a message of 32 MiB in one frame', async () => {
  const connection = await open((await echoServer()).url)
  expect(await ask(connection, { data: body(32 * MIB) })).toMatchObject({ ok: true, bytesReceived: 32 * MIB + 10 })
})
