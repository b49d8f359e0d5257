import { describe, expect, test, vi } from 'vitest'
import type { WebSocketRequest } from './request.ts'
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
} from './server.fixture.ts'

describe('messages', () => {
  test('sends a string as a text message and bytes as a binary message', async () => {
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
    'counts %i payload bytes as %i sent (with header and mask) and %i received (with header)',
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

  test('sends the same request many times', async () => {
    const connection = await open((await echoServer()).url)
    const request: WebSocketRequest = { data: 'hello', read: 'text' }
    for (let i = 0; i < 20; i++) expect(await ask(connection, request)).toMatchObject({ answer: { text: 'hello' } })
  })

  test('joins a message that the server sends in many fragments', async () => {
    const piece = (first: number): Buffer => Buffer.from([first, 1, 0x61])
    const pieces = [piece(0x01), ...Array.from({ length: 20_000 }, () => piece(0x00)), piece(0x80)]
    const url = await bareServer((socket) => socket.once('data', () => socket.write(Buffer.concat(pieces))))
    const { ok, answer } = await ask(await open(url), { data: 'x', read: 'text' })
    expect({ ok, letters: answer?.text.length }).toEqual({ ok: true, letters: 20_002 })
  })

  test('compresses when both sides agree, and counts bytes before compression', async () => {
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

  test('does not compress by default', async () => {
    const { url, peers } = await echoServer({ perMessageDeflate: true })
    await open(url)
    await vi.waitUntil(() => peers.length === 1)
    expect(peers[0]?.extensions).toBe('')
  })
})

describe('replies', () => {
  test('reports each of several replies with its length', async () => {
    const { url } = await webSocketServer((peer) => {
      peer.on('message', () => {
        for (const text of ['a', 'bb', 'ccc']) peer.send(text)
      })
    })
    const asked = begin(await open(url), { data: 'stream', replies: 3 })
    expect(await asked.done).toEqual({ ok: true, bytesSent: 12, bytesReceived: 3 + 4 + 5 })
    expect(asked.messages).toEqual([1, 2, 3])
  })

  test('does not report a single reply as a stream message', async () => {
    const asked = begin(await open((await echoServer()).url), { data: 'x' })
    await asked.done
    expect(asked.messages).toEqual([])
  })

  test('ends a request without replies when it has been sent', async () => {
    const got: string[] = []
    const { url } = await webSocketServer((peer) => peer.on('message', (data: Buffer) => got.push(data.toString())))
    const connection = await open(url)
    const asked = begin(connection, { data: 'tell', replies: 0 })
    expect(asked.outcomes).toEqual([])
    expect(await asked.done).toEqual({ ok: true, bytesSent: 10, bytesReceived: 0 })
    await vi.waitUntil(() => got.length === 1)
    expect(got).toEqual(['tell'])
  })

  test('stays usable when the server answers requests without replies', async () => {
    const connection = await open((await echoServer()).url)
    for (let i = 0; i < 300; i++) expect(await ask(connection, { data: 'x', replies: 0 })).toMatchObject({ ok: true })
    expect(connection.usable).toBe(true)
  })
})

describe('read', () => {
  test('returns the messages as strings, the first one as the answer', async () => {
    const { url } = await webSocketServer((peer) => {
      peer.on('message', () => {
        peer.send('grüß')
        peer.send(Buffer.from('dich'))
      })
    })
    const { answer } = await ask(await open(url), { data: 'x', replies: 2, read: 'text' })
    expect(answer).toEqual({ text: 'grüß', messages: ['grüß', 'dich'] })
  })

  test('parses JSON, and fails with class protocol on other text', async () => {
    const connection = await open((await echoServer()).url)
    expect(await ask(connection, { data: '{"a":[1]}', read: 'json' })).toMatchObject({
      ok: true,
      answer: { json: { a: [1] } },
    })
    const check = { json: { path: 'a.0', equals: 1 } }
    expect(await ask(connection, { data: '\uFEFF{"a":[1]}', read: 'json', check })).toMatchObject({
      answer: { json: { a: [1] } },
    })
    expect(await ask(connection, { data: 'hello', read: 'json' })).toMatchObject({
      ok: false,
      errorClass: 'protocol',
      message: "expected a JSON message, got 'hello'",
    })
    expect(connection.usable).toBe(true)
  })

  test('fails with class protocol when the response is too large to keep', async () => {
    const outcome = await ask(await open((await echoServer()).url), {
      data: 'x'.repeat(8 * 1024 * 1024 + 1),
      read: 'text',
    })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol' })
    expect(outcome.message).toContain('8388608')
  })

  test('keeps nothing by default', async () => {
    expect(await ask(await open((await echoServer()).url), { data: '{}' })).not.toHaveProperty('answer')
  })
})

describe('listening', () => {
  test('waits for pushed messages and reports each of them', async () => {
    const { url, peers } = await webSocketServer(() => {})
    const connection = await open(url)
    const asked = begin(connection, { replies: 3, read: 'text' })
    for (const text of ['a', 'bb', 'ccc']) peers[0]?.send(text)
    expect(await asked.done).toMatchObject({ ok: true, bytesSent: 0, answer: { messages: ['a', 'bb', 'ccc'] } })
    expect(asked.messages).toEqual([1, 2, 3])
  })

  test('reports a single pushed message', async () => {
    const { url, peers } = await webSocketServer(() => {})
    const asked = begin(await open(url), {})
    peers[0]?.send('tick')
    await asked.done
    expect(asked.messages).toEqual([4])
  })

  test('gives the first listening request a greeting that arrived before it', async () => {
    const url = await bareServer(() => {}, { behind: textFrame('welcome') })
    const connection = await open(url)
    await turns()
    expect(await ask(connection, { read: 'text' })).toMatchObject({ ok: true, answer: { text: 'welcome' } })
  })

  test('drops the greetings that the first listening request does not wait for', async () => {
    const url = await bareServer((socket) => socket.once('data', () => socket.write(textFrame('answer'))), {
      behind: Buffer.concat([textFrame('welcome'), textFrame('today: soup')]),
    })
    const connection = await open(url)
    expect(await ask(connection, { read: 'text' })).toMatchObject({ answer: { text: 'welcome' } })
    await turns()
    expect(await ask(connection, { data: 'x', read: 'text' })).toMatchObject({ answer: { text: 'answer' } })
  })

  test('gives the next listening request the messages that follow a subscription at once', async () => {
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

  test('drops and logs messages that arrive between two listening requests', async () => {
    const { url, peers } = await webSocketServer(() => {})
    const reported: string[] = []
    const connection = await open(url, {}, contextFor({ log: (text) => reported.push(text) }))
    const first = begin(connection, { read: 'text' })
    for (const text of ['1', '2', '3']) peers[0]?.send(text)
    expect(await first.done).toMatchObject({ answer: { text: '1' } })
    // The pong follows the two messages, so they have been read by then.
    await ask(connection, { ping: true })
    const next = begin(connection, { read: 'text' })
    peers[0]?.send('4')
    expect(await next.done).toMatchObject({ answer: { text: '4' } })
    await connection.close()
    expect(reported).toEqual([
      'the server sent a message that no request asked for',
      expect.stringMatching(/^connection to .* closed cleanly; unsolicited messages: 2$/),
    ])
  })

  test('keeps the connection usable when a listening request is cancelled', async () => {
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
  test('the pong is the response', async () => {
    const connection = await open((await webSocketServer(() => {})).url)
    expect(await ask(connection, { ping: true })).toEqual({ ok: true, bytesSent: 7, bytesReceived: 3 })
  })

  test('several pings in flight have different payloads', async () => {
    const pinged: string[] = []
    const { url } = await webSocketServer((peer) => peer.on('ping', (payload) => pinged.push(String(payload))))
    const connection = await open(url, { maxInFlight: 8 })
    await Promise.all(Array.from({ length: 8 }, () => ask(connection, { ping: true })))
    expect(new Set(pinged).size).toBe(8)
  })

  test('one pong also answers all earlier pings, and an unsolicited pong answers none', async () => {
    const payloads: Buffer[] = []
    const { url, peers } = await webSocketServer((peer) => peer.on('ping', (payload) => payloads.push(payload)), {
      autoPong: false,
    })
    const connection = await open(url, { maxInFlight: 3 })
    const [one, two, three] = [0, 1, 2].map(() => begin(connection, { ping: true }))
    await vi.waitUntil(() => payloads.length === 3)
    peers[0]?.pong('unsolicited')
    peers[0]?.pong(payloads[1])
    expect(await two?.done).toMatchObject({ ok: true })
    expect([one?.outcomes.length, three?.outcomes.length]).toEqual([1, 0])
  })

  test('answers pings from the server', async () => {
    const { url, peers } = await webSocketServer(() => {})
    await open(url)
    await vi.waitUntil(() => peers.length === 1)
    const ponged = new Promise<string>((resolve) => void peers[0]?.once('pong', (payload) => resolve(String(payload))))
    peers[0]?.ping('are you there')
    expect(await ponged).toBe('are you there')
  })

  test('keeps the connection usable when a ping is cancelled', async () => {
    const { url } = await webSocketServer((peer) => peer.on('message', (data) => peer.send(data)), { autoPong: false })
    const connection = await open(url)
    const asked = begin(connection, { ping: true })
    expect(asked.cancel()).toMatchObject({ bytesReceived: 0 })
    expect(await ask(connection, { data: 'x' })).toMatchObject({ ok: true })
  })
})
