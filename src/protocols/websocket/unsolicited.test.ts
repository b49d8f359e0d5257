import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Connection, Outcome } from '../../model/protocol.ts'
import type { WebSocketRequest } from './request.ts'
import {
  ask,
  bareServer,
  begin,
  contextFor,
  echoServer,
  open,
  textFrame,
  turns,
  webSocketServer,
} from './server.fixture.ts'

const TICKS = { bodyIncludes: 'tick' }

/** Opens a connection and counts the messages that it reports as unsolicited. */
async function counted(
  url: URL,
  maxInFlight = 1,
): Promise<{ connection: Connection<WebSocketRequest>; counts: { messages: number; ambiguous: number } }> {
  const counts = { messages: 0, ambiguous: 0 }
  const onUnsolicited = (messages: number, ambiguous: number): void => {
    counts.messages += messages
    counts.ambiguous += ambiguous
  }
  return { connection: await open(url, { maxInFlight }, contextFor({ onUnsolicited })), counts }
}

describe('matched by order', () => {
  test('a message that arrives with nothing in flight is unsolicited and answers no request', async () => {
    const { url, peers } = await echoServer()
    const { connection, counts } = await counted(url)
    await ask(connection, { data: 'x' })
    peers[0]?.send('one more')
    // The pong follows the message.
    await ask(connection, { ping: true })
    expect(await ask(connection, { data: 'y', read: 'text' })).toMatchObject({ ok: true, answer: { text: 'y' } })
    expect(counts).toEqual({ messages: 1, ambiguous: 1 })
    expect(connection.usable).toBe(true)
  })

  test('a message that began to arrive before the request that listens is read as a whole', async () => {
    const text = 'x'.repeat(200_000)
    const frame = textFrame(text)
    const sockets: Socket[] = []
    const url = await bareServer((socket) => {
      sockets.push(socket)
      socket.write(frame.subarray(0, 100_000))
    })
    const connection = await open(url)
    await turns()
    const asked = begin(connection, { read: 'text' })
    sockets[0]?.write(frame.subarray(100_000))
    const { ok, answer } = await asked.done
    expect([ok, answer?.text === text]).toEqual([true, true])
  })

  test('a greeting in the handshake packet does not answer the first request', async () => {
    const url = await bareServer((socket) => socket.on('data', () => socket.write(textFrame('answer'))), {
      behind: textFrame('welcome'),
    })
    const { connection, counts } = await counted(url)
    await turns()
    expect(await ask(connection, { data: 'x', read: 'text' })).toMatchObject({ answer: { text: 'answer' } })
    expect(counts).toEqual({ messages: 1, ambiguous: 1 })
  })

  test('the second of two replies in one packet does not answer a request sent between them', async () => {
    let requests = 0
    const url = await bareServer((socket) => {
      socket.on('data', () => {
        const reply = textFrame(`reply ${++requests}`)
        socket.write(requests === 1 ? Buffer.concat([reply, textFrame('again')]) : reply)
      })
    })
    const { connection, counts } = await counted(url)
    const next = Promise.withResolvers<Outcome>()
    const onDone = (): void => {
      // Like the engine, send the next request as soon as the connection has room.
      void ask(connection, { data: 'y', read: 'text' }).then(next.resolve)
    }
    connection.exchange({ requestId: 0, operation: '', payload: { data: 'x' } }, { onMessage() {}, onDone })
    expect(await next.promise).toMatchObject({ ok: true, answer: { text: 'reply 2' } })
    expect(counts).toEqual({ messages: 1, ambiguous: 1 })
  })

  test('a late reply to a cancelled request is not unsolicited', async () => {
    const { url, peers } = await webSocketServer(() => {})
    const { connection, counts } = await counted(url, 2)
    const late = begin(connection, { data: 'late' })
    const next = begin(connection, { data: 'next', read: 'text' })
    late.cancel()
    peers[0]?.send('late!')
    peers[0]?.send('next!')
    expect(await next.done).toMatchObject({ answer: { text: 'next!' } })
    expect(counts).toEqual({ messages: 0, ambiguous: 0 })
  })

  test('replies that no request waits for are unsolicited, and ambiguous only once a response is matched by order', async () => {
    const { counts, connection } = await counted((await echoServer()).url)
    await ask(connection, { data: 'x', replies: 0 })
    await ask(connection, { ping: true })
    expect(counts).toEqual({ messages: 1, ambiguous: 0 })
    await ask(connection, { data: 'y' })
    expect(counts).toEqual({ messages: 1, ambiguous: 1 })
  })
})

describe('identified messages', () => {
  test('an ignored push answers no request, in flight or not, and is not ambiguous', async () => {
    const { url, peers } = await webSocketServer((peer) => {
      peer.on('message', (data: Buffer) => {
        peer.send('{"type":"tick"}')
        peer.send(data.toString())
      })
    })
    const { connection, counts } = await counted(url)
    const request: WebSocketRequest = { data: 'x', read: 'text', ignore: TICKS }
    expect(await ask(connection, request)).toMatchObject({ answer: { text: 'x' } })
    peers[0]?.send('{"type":"tick"}')
    await ask(connection, { ping: true })
    expect(await ask(connection, request)).toMatchObject({ answer: { text: 'x' } })
    expect(counts).toEqual({ messages: 3, ambiguous: 0 })
  })

  test('a greeting that arrived before the request that ignores it is not ambiguous', async () => {
    const url = await bareServer((socket) => socket.on('data', () => socket.write(textFrame('answer'))), {
      behind: Buffer.concat([textFrame('welcome'), textFrame('tick')]),
    })
    const { connection, counts } = await counted(url)
    await turns()
    await ask(connection, { data: 'x', ignore: [{ bodyIncludes: 'welcome' }, TICKS] })
    expect(counts).toEqual({ messages: 2, ambiguous: 0 })
  })

  test('pushes beyond the held messages are not ambiguous when all held messages are ignored', async () => {
    const { url, peers } = await webSocketServer((peer) => peer.on('message', () => peer.send('answer')))
    const { connection, counts } = await counted(url)
    for (let i = 0; i < 250; i++) peers[0]?.send(`tick ${i}`)
    expect(await connection.listen?.(250, 5_000)).toBe(250)
    await ask(connection, { data: 'x', ignore: TICKS })
    expect(counts).toEqual({ messages: 250, ambiguous: 0 })
  })

  test('a listening request does not receive messages that it ignores', async () => {
    const { url, peers } = await webSocketServer(() => {})
    const { connection, counts } = await counted(url)
    peers[0]?.send('tick')
    await ask(connection, { ping: true })
    const asked = begin(connection, { read: 'text', ignore: TICKS })
    peers[0]?.send('tick')
    peers[0]?.send('news')
    expect(await asked.done).toMatchObject({ answer: { text: 'news' } })
    expect(counts).toEqual({ messages: 2, ambiguous: 0 })
  })

  test('a message with an unknown id is unsolicited, one with the id of an abandoned request is not', async () => {
    const { url, peers } = await webSocketServer(() => {})
    const { connection, counts } = await counted(url, 2)
    const [late, next] = [1, 2].map((id) => begin(connection, { data: '{}', correlate: 'id' }, id))
    late?.cancel()
    for (const id of [1, 1, 3, 2]) peers[0]?.send(`{"id":${id}}`)
    expect(await next?.done).toMatchObject({ ok: true })
    expect(counts).toEqual({ messages: 2, ambiguous: 0 })
  })
})

test('a listening request receives messages that were counted before it', async () => {
  const { url, peers } = await webSocketServer(() => {})
  const { connection, counts } = await counted(url)
  peers[0]?.send('welcome')
  expect(await connection.listen?.(1, 5_000)).toBe(1)
  expect(counts).toEqual({ messages: 1, ambiguous: 0 })
  expect(await ask(connection, { read: 'text' })).toMatchObject({ answer: { text: 'welcome' } })
  expect(counts).toEqual({ messages: 0, ambiguous: 0 })
})

test('listen resolves after its maximum time when nothing arrives', async () => {
  const { connection } = await counted((await echoServer()).url)
  expect(await connection.listen?.(1, 10)).toBe(0)
})
