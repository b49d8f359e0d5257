import { describe, expect, test, vi } from 'vitest'
import type { WebSocketRequest } from '../../model/requests.ts'
import {
  ask,
  begin,
  contextFor,
  echoServer,
  open,
  textFrame,
  bareServer,
  turns,
  webSocketServer,
} from './server.case.ts'

describe('messages', () => {
  test('a text goes as a text message, bytes as a binary one', async () => {
    const kinds: (readonly [string, boolean])[] = []
    const { url } = await webSocketServer((peer) => {
      peer.on('message', (data: Buffer, isBinary) => {
        kinds.push([data.toString(), isBinary])
        peer.send('ok')
      })
    })
    const connection = await open(url)
    expect(await ask(connection, { data: 'grüß dich' })).toMatchObject({ ok: true })
    expect(await ask(connection, { data: Buffer.from('bytes') })).toMatchObject({ ok: true })
    expect(await ask(connection, { data: '' })).toMatchObject({ ok: true })
    expect(kinds).toEqual([
      ['grüß dich', false],
      ['bytes', true],
      ['', false],
    ])
  })

  test.each([
    [0, 6, 2],
    [125, 131, 127],
    [126, 134, 130],
    [65_535, 65_543, 65_539],
    [65_536, 65_550, 65_546],
  ])(
    '%i bytes are %i with the header and mask that go out, %i with the header that comes',
    async (bytes, out, back) => {
      const connection = await open((await echoServer()).url)
      expect(await ask(connection, { data: 'x'.repeat(bytes) })).toEqual({
        ok: true,
        bytesSent: out,
        bytesReceived: back,
      })
      expect(await ask(connection, { data: new Uint8Array(bytes) })).toMatchObject({
        bytesSent: out,
        bytesReceived: back,
      })
    },
  )

  test('the same request again and again', async () => {
    const connection = await open((await echoServer()).url)
    const request: WebSocketRequest = { data: 'hello', read: 'text' }
    for (let i = 0; i < 20; i++) expect(await ask(connection, request)).toMatchObject({ answer: { text: 'hello' } })
  })

  test('in however many pieces a server sends it, a message is one', async () => {
    const piece = (first: number): Buffer => Buffer.from([first, 1, 0x61])
    const pieces = [piece(0x01), ...Array.from({ length: 20_000 }, () => piece(0x00)), piece(0x80)]
    const url = await bareServer((socket) => socket.once('data', () => socket.write(Buffer.concat(pieces))))
    const { ok, answer } = await ask(await open(url), { data: 'x', read: 'text' })
    expect({ ok, letters: answer?.text.length }).toEqual({ ok: true, letters: 20_002 })
  })

  test('compressed where both sides want it, and counted as it was before', async () => {
    const { url, peers } = await echoServer({ perMessageDeflate: { threshold: 0 } })
    const connection = await open(url, { perMessageDeflate: true })
    const data = 'x'.repeat(100_000)
    expect(await ask(connection, { data, read: 'text' })).toMatchObject({
      ok: true,
      bytesReceived: 100_010,
      answer: { text: data },
    })
    expect(peers[0]?.extensions).toBe('permessage-deflate')
  })

  test('not compressed unless asked for', async () => {
    const { url, peers } = await echoServer({ perMessageDeflate: true })
    await open(url)
    await vi.waitUntil(() => peers.length === 1)
    expect(peers[0]?.extensions).toBe('')
  })
})

describe('replies', () => {
  test('several messages answer one request, each told with its length', async () => {
    const { url } = await webSocketServer((peer) => {
      peer.on('message', () => {
        for (const text of ['a', 'bb', 'ccc']) peer.send(text)
      })
    })
    const asked = begin(await open(url), { data: 'stream', replies: 3 })
    expect(await asked.done).toEqual({ ok: true, bytesSent: 12, bytesReceived: 3 + 4 + 5 })
    expect(asked.messages).toEqual([1, 2, 3])
  })

  test('one reply is not told as a message of a stream', async () => {
    const asked = begin(await open((await echoServer()).url), { data: 'x' })
    await asked.done
    expect(asked.messages).toEqual([])
  })

  test('none: over when it has been sent, and the server has it', async () => {
    const got: string[] = []
    const { url } = await webSocketServer((peer) => peer.on('message', (data: Buffer) => got.push(data.toString())))
    const connection = await open(url)
    const asked = begin(connection, { data: 'tell', replies: 0 })
    expect(asked.outcomes).toEqual([])
    expect(await asked.done).toEqual({ ok: true, bytesSent: 10, bytesReceived: 0 })
    await vi.waitUntil(() => got.length === 1)
    expect(got).toEqual(['tell'])
  })

  test('messages that come although none was waited for wait for nobody, and end nothing', async () => {
    const connection = await open((await echoServer()).url)
    for (let i = 0; i < 300; i++) expect(await ask(connection, { data: 'x', replies: 0 })).toMatchObject({ ok: true })
    expect(connection.usable).toBe(true)
  })
})

describe('reading', () => {
  test('the messages as texts, the first of them as the answer', async () => {
    const { url } = await webSocketServer((peer) => {
      peer.on('message', () => {
        peer.send('grüß')
        peer.send(Buffer.from('dich'))
      })
    })
    const { answer } = await ask(await open(url), { data: 'x', replies: 2, read: 'text' })
    expect(answer).toEqual({ text: 'grüß', messages: ['grüß', 'dich'] })
  })

  test('as JSON', async () => {
    const connection = await open((await echoServer()).url)
    expect(await ask(connection, { data: '{"a":[1]}', read: 'json' })).toMatchObject({
      ok: true,
      answer: { json: { a: [1] } },
    })
    expect(await ask(connection, { data: 'hello', read: 'json' })).toMatchObject({
      ok: false,
      errorClass: 'protocol',
      message: "expected a JSON message, got 'hello'",
    })
    expect(connection.usable).toBe(true)
  })

  test('an answer that is too large to keep: class protocol', async () => {
    const outcome = await ask(await open((await echoServer()).url), { data: 'x'.repeat(1024 * 1024 + 1), read: 'text' })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol' })
    expect(outcome.message).toContain('1048576')
  })

  test('not asked for, nothing is kept', async () => {
    expect(await ask(await open((await echoServer()).url), { data: '{}' })).not.toHaveProperty('answer')
  })
})

describe('listening', () => {
  test('what the server pushes is waited for, and told message by message', async () => {
    const { url, peers } = await webSocketServer(() => {})
    const connection = await open(url)
    const asked = begin(connection, { replies: 3, read: 'text' })
    for (const text of ['a', 'bb', 'ccc']) peers[0]?.send(text)
    expect(await asked.done).toMatchObject({ ok: true, bytesSent: 0, answer: { messages: ['a', 'bb', 'ccc'] } })
    expect(asked.messages).toEqual([1, 2, 3])
  })

  test('a single pushed message is told too', async () => {
    const { url, peers } = await webSocketServer(() => {})
    const asked = begin(await open(url), {})
    peers[0]?.send('tick')
    await asked.done
    expect(asked.messages).toEqual([4])
  })

  test('a greeting that came before anybody listened is there for the first who does', async () => {
    const url = await bareServer(() => {}, { behind: textFrame('welcome') })
    const connection = await open(url)
    await turns()
    expect(await ask(connection, { read: 'text' })).toMatchObject({ ok: true, answer: { text: 'welcome' } })
  })

  test('of several greetings, those that the first who listens does not wait for are for nobody', async () => {
    const url = await bareServer((socket) => socket.once('data', () => socket.write(textFrame('answer'))), {
      behind: Buffer.concat([textFrame('welcome'), textFrame('today: soup')]),
    })
    const connection = await open(url)
    expect(await ask(connection, { read: 'text' })).toMatchObject({ answer: { text: 'welcome' } })
    await turns()
    expect(await ask(connection, { data: 'x', read: 'text' })).toMatchObject({ answer: { text: 'answer' } })
  })

  test('what follows at once on a subscription is there for who listens next', async () => {
    const { url } = await webSocketServer((peer) => {
      peer.on('message', () => {
        for (const text of ['subscribed', 'one', 'two']) peer.send(text)
      })
    })
    const connection = await open(url)
    expect(await ask(connection, { data: 'subscribe', read: 'text' })).toMatchObject({ answer: { text: 'subscribed' } })
    await turns()
    expect(await ask(connection, { replies: 2, read: 'text' })).toMatchObject({ answer: { messages: ['one', 'two'] } })
  })

  test('what is pushed between two who listen is passed over, and told of', async () => {
    const { url, peers } = await webSocketServer(() => {})
    const told: string[] = []
    const connection = await open(url, {}, contextFor({ log: (text) => told.push(text) }))
    const first = begin(connection, { read: 'text' })
    for (const text of ['1', '2', '3']) peers[0]?.send(text)
    expect(await first.done).toMatchObject({ answer: { text: '1' } })
    // Behind the two there is a pong, so they have been read by then.
    await ask(connection, { ping: true })
    const next = begin(connection, { read: 'text' })
    peers[0]?.send('4')
    expect(await next.done).toMatchObject({ answer: { text: '4' } })
    await connection.close()
    expect(told).toEqual([
      'the server sent a message that no request asked for',
      expect.stringMatching(/^connection to .* closed in order; unsolicited messages: 2$/),
    ])
  })

  test('who gives up listening leaves the connection to others', async () => {
    const { url, peers } = await webSocketServer((peer) =>
      peer.on('message', (data: Buffer) => peer.send(data.toString())),
    )
    const connection = await open(url)
    const asked = begin(connection, { replies: 2 })
    peers[0]?.send('tick')
    await vi.waitUntil(() => asked.messages.length === 1)
    expect(asked.cancel()).toEqual({ bytesSent: 0, bytesReceived: 6 })
    expect(connection.usable).toBe(true)
    expect(await ask(connection, { data: 'x', read: 'text' })).toMatchObject({ answer: { text: 'x' } })
    expect(asked.outcomes).toEqual([])
  })
})

describe('pings', () => {
  test('the pong is the answer', async () => {
    const connection = await open((await webSocketServer(() => {})).url)
    expect(await ask(connection, { ping: true })).toEqual({ ok: true, bytesSent: 7, bytesReceived: 3 })
  })

  test('several at once have payloads of their own', async () => {
    const pinged: string[] = []
    const { url } = await webSocketServer((peer) => peer.on('ping', (payload) => pinged.push(String(payload))))
    const connection = await open(url, { maxInFlight: 8 })
    await Promise.all(Array.from({ length: 8 }, () => ask(connection, { ping: true })))
    expect(new Set(pinged).size).toBe(8)
  })

  test('one pong answers all pings before its own, and a pong of the server’s own none', async () => {
    const payloads: Buffer[] = []
    const { url, peers } = await webSocketServer((peer) => peer.on('ping', (payload) => payloads.push(payload)), {
      autoPong: false,
    })
    const connection = await open(url, { maxInFlight: 3 })
    const [one, two, three] = [0, 1, 2].map(() => begin(connection, { ping: true }))
    await vi.waitUntil(() => payloads.length === 3)
    peers[0]?.pong('nobody asked')
    peers[0]?.pong(payloads[1])
    expect(await two?.done).toMatchObject({ ok: true })
    expect([one?.outcomes.length, three?.outcomes.length]).toEqual([1, 0])
  })

  test('of the server’s are answered', async () => {
    const { url, peers } = await webSocketServer(() => {})
    await open(url)
    await vi.waitUntil(() => peers.length === 1)
    const ponged = new Promise<string>((resolve) => void peers[0]?.once('pong', (payload) => resolve(String(payload))))
    peers[0]?.ping('are you there')
    expect(await ponged).toBe('are you there')
  })

  test('one that is given up leaves the connection to others', async () => {
    const { url } = await webSocketServer((peer) => peer.on('message', (data) => peer.send(data)), { autoPong: false })
    const connection = await open(url)
    const asked = begin(connection, { ping: true })
    expect(asked.cancel()).toMatchObject({ bytesReceived: 0 })
    expect(await ask(connection, { data: 'x' })).toMatchObject({ ok: true })
  })
})
