import { describe, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
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
import type { EchoServer } from './server.fixture.ts'

interface Holding extends EchoServer {
  /** Messages received and not answered yet. */
  readonly held: string[]
}

/** A server that answers only when the test sends an answer. */
async function holdingServer(): Promise<Holding> {
  const held: string[] = []
  const server = await webSocketServer((peer) => peer.on('message', (data: Buffer) => held.push(data.toString())))
  return { ...server, held }
}

function idOf(message: string | undefined): unknown {
  return (JSON.parse(message ?? '') as { readonly id: unknown }).id
}

describe('matching by order', () => {
  test('gives several requests in flight their responses in the order they were sent', async () => {
    const { url, peers, held } = await holdingServer()
    const connection = await open(url, { maxInFlight: 3 })
    expect(connection.maxInFlight).toBe(3)
    const asked = ['a', 'b', 'c'].map((data) => begin(connection, { data, read: 'text' }))
    await vi.waitUntil(() => held.length === 3)
    for (const text of held) peers[0]?.send(`${text}!`)
    const answers = await Promise.all(asked.map(({ done }) => done))
    expect(answers.map(({ answer }) => answer?.text)).toEqual(['a!', 'b!', 'c!'])
  })

  test('allows one request in flight by default', async () => {
    expect((await open((await echoServer()).url)).maxInFlight).toBe(1)
  })

  test('closes the connection when the only request in flight is cancelled, and reports no outcome', async () => {
    const { url, held, peers } = await holdingServer()
    const connection = await open(url)
    const asked = begin(connection, { data: 'slow' })
    await vi.waitUntil(() => held.length === 1)
    expect(asked.cancel()).toEqual({ bytesSent: 10, bytesReceived: 0 })
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toBeUndefined()
    await vi.waitUntil(() => peers[0]?.readyState === 3)
    expect(asked.outcomes).toEqual([])
  })

  test('answers the other requests in flight after a cancel, sends no further request, then closes', async () => {
    const { url, held, peers } = await holdingServer()
    const connection = await open(url, { maxInFlight: 4 })
    const asked = ['a', 'b', 'c'].map((data) => begin(connection, { data, read: 'text' }))
    const [, given] = asked
    await vi.waitUntil(() => held.length === 3)
    given?.cancel()
    expect(connection.usable).toBe(false)
    for (const text of held) peers[0]?.send(`${text}!`)
    expect(await asked[0]?.done).toMatchObject({ answer: { text: 'a!' } })
    expect(await asked[2]?.done).toMatchObject({ answer: { text: 'c!' } })
    expect(await connection.closed).toBeUndefined()
    expect(given?.outcomes).toEqual([])
  })

  test('counts the bytes of a response received before the cancel', async () => {
    const url = await bareServer((socket) => {
      socket.once('data', () => {
        socket.write(textFrame('first'))
        // The first 20 bytes of a second message of 100 bytes.
        socket.write(Buffer.concat([Buffer.from([0x81, 100]), Buffer.alloc(20, 'x')]))
      })
    })
    const connection = await open(url)
    const asked = begin(connection, { data: 'x', replies: 2 })
    await vi.waitUntil(() => asked.messages.length === 1)
    await turns()
    expect(asked.cancel()).toEqual({ bytesSent: 7, bytesReceived: 7 + 22 })
  })
})

test('does not count pings or bytes that arrived with the handshake as part of a response', async () => {
  const ping = Buffer.from([0x89, 3, 1, 2, 3])
  // The first 20 bytes of a message of 100 bytes.
  const part = Buffer.concat([Buffer.from([0x81, 100]), Buffer.alloc(20, 'x')])
  const url = await bareServer((socket) => socket.write(part), { behind: Buffer.concat([textFrame('one'), ping]) })
  const asked = begin(await open(url), { replies: 2 })
  await vi.waitUntil(() => asked.messages.length === 1)
  await turns()
  expect(asked.cancel()).toEqual({ bytesSent: 0, bytesReceived: 5 + 22 })
})

describe('matching by id', () => {
  test('sends each request with a unique id and matches the replies in any order', async () => {
    const { url, held, peers } = await holdingServer()
    const connection = await open(url, { maxInFlight: 3 })
    const request = { data: '{"jsonrpc":"2.0","id":0,"method":"m"}', correlate: 'id', read: 'json' } as const
    const asked = [7, 8, 9].map((requestId) => begin(connection, request, requestId))
    await vi.waitUntil(() => held.length === 3)
    expect(held.map(idOf)).toEqual([7, 8, 9])
    for (const text of held.toReversed())
      peers[0]?.send(JSON.stringify({ result: `of ${String(idOf(text))}`, id: idOf(text) }))
    const answers = await Promise.all(asked.map(({ done }) => done))
    expect(answers.map(({ answer }) => answer?.json)).toEqual([7, 8, 9].map((id) => ({ result: `of ${id}`, id })))
  })

  test.each([
    ['{}', 5, '{"id":5}'],
    ['{"a":1}', 5, '{"id":5,"a":1}'],
    [' { "a" : {"id":3} }', 5, ' {"id":5, "a" : {"id":3} }'],
    ['{"a":"\\"}","id":17,"b":[]}', 5, '{"a":"\\"}","id":5,"b":[]}'],
    ['{"id":null}', 5, '{"id":5}'],
    ['{"id":{"x":[1,"]"]},"b":2}', 5, '{"id":5,"b":2}'],
    ['{"id":"user-ü"}', 5, '{"id":"user-ü-5"}'],
    ['{"id":"a"}', -2, '{"id":"a--2"}'],
  ])('sends %s with id %i as %s', async (data, requestId, sent) => {
    const { url, held } = await holdingServer()
    begin(await open(url), { data, correlate: 'id' }, requestId)
    await vi.waitUntil(() => held.length === 1)
    expect(held).toEqual([sent])
  })

  test('logs replies that are repeated, or have an unknown id or none, and matches them to no request', async () => {
    const reported: string[] = []
    const { url, held, peers } = await holdingServer()
    const connection = await open(url, { maxInFlight: 2 }, contextFor({ log: (text) => reported.push(text) }))
    const [one, two] = [1, 2].map((id) => begin(connection, { data: '{}', correlate: 'id', read: 'text' }, id))
    await vi.waitUntil(() => held.length === 2)
    for (const text of ['{"id":1}', '{"id":1}', '{"id":3}', '{"push":true}', '{"id":[2]}', '{"id":"2"}', 'no JSON', ''])
      peers[0]?.send(text)
    expect(await one?.done).toMatchObject({ ok: true })
    await ask(connection, { ping: true })
    expect(two?.outcomes).toEqual([])
    peers[0]?.send('{"id":2}')
    expect(await two?.done).toMatchObject({ ok: true, answer: { text: '{"id":2}' } })
    await connection.close()
    expect(reported.at(-1)).toMatch(/; unsolicited messages: 7$/)
  })

  test('accepts several messages with one id as the response to one request', async () => {
    const { url, held, peers } = await holdingServer()
    const asked = begin(await open(url), { data: '{}', correlate: 'id', replies: 2 }, 4)
    await vi.waitUntil(() => held.length === 1)
    for (const text of ['{"id":4}', '{"id":5}', '{"id":4,"last":true}']) peers[0]?.send(text)
    expect(await asked.done).toMatchObject({ ok: true, bytesReceived: 10 + 22 })
    expect(asked.messages).toEqual([8, 20])
  })

  test('ignores the late reply to a cancelled request and keeps the connection usable', async () => {
    const { url, held, peers } = await holdingServer()
    const connection = await open(url)
    const given = begin(connection, { data: '{}', correlate: 'id' }, 1)
    await vi.waitUntil(() => held.length === 1)
    given.cancel()
    expect(connection.usable).toBe(true)
    const next = begin(connection, { data: '{}', correlate: 'id', read: 'text' }, 2)
    for (const text of ['{"id":1}', '{"id":2}']) peers[0]?.send(text)
    expect(await next.done).toMatchObject({ answer: { text: '{"id":2}' } })
    expect(given.outcomes).toEqual([])
  })

  test('does not match a late reply to a request without an id', async () => {
    const { url, held, peers } = await holdingServer()
    const connection = await open(url)
    begin(connection, { data: '{}', correlate: 'id' }, 1).cancel()
    const next = begin(connection, { data: 'x', read: 'text' })
    await vi.waitUntil(() => held.length === 2)
    for (const text of ['{"id":1}', 'mine']) peers[0]?.send(text)
    expect(await next.done).toMatchObject({ answer: { text: 'mine' } })
  })

  test('sends bytes as a binary message', async () => {
    const { url } = await echoServer()
    const asked = begin(await open(url), { data: Buffer.from('{"a":1}'), correlate: 'id', read: 'json' }, 3)
    expect(await asked.done).toMatchObject({ ok: true, answer: { json: { id: 3, a: 1 } } })
  })

  test('fails with class protocol and sends nothing when the data is not a JSON object; stays usable', async () => {
    const got: WebSocket[] = []
    const { url } = await webSocketServer((peer) => peer.on('message', () => got.push(peer)))
    const connection = await open(url)
    expect(await ask(connection, { data: '[1]', correlate: 'id' })).toMatchObject({
      ok: false,
      errorClass: 'protocol',
      bytesSent: 0,
    })
    await ask(connection, { ping: true })
    expect(got).toEqual([])
    expect(connection.usable).toBe(true)
  })
})
