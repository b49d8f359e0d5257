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
} from './server.case.ts'
import type { EchoServer } from './server.case.ts'

interface Holding extends EchoServer {
  /** What has come and is not answered yet. */
  readonly held: string[]
}

/** A server that answers when it is told to. */
async function holdingServer(): Promise<Holding> {
  const held: string[] = []
  const server = await webSocketServer((peer) => peer.on('message', (data: Buffer) => held.push(data.toString())))
  return { ...server, held }
}

function idOf(message: string | undefined): unknown {
  return (JSON.parse(message ?? '') as { readonly id: unknown }).id
}

describe('in order', () => {
  test('several under way get the answers in the order in which they were sent', async () => {
    const { url, peers, held } = await holdingServer()
    const connection = await open(url, { maxInFlight: 3 })
    expect(connection.maxInFlight).toBe(3)
    const asked = ['a', 'b', 'c'].map((data) => begin(connection, { data, read: 'text' }))
    await vi.waitUntil(() => held.length === 3)
    for (const text of held) peers[0]?.send(`${text}!`)
    const answers = await Promise.all(asked.map(({ done }) => done))
    expect(answers.map(({ answer }) => answer?.text)).toEqual(['a!', 'b!', 'c!'])
  })

  test('one at a time unless more are asked for', async () => {
    expect((await open((await echoServer()).url)).maxInFlight).toBe(1)
  })

  test('given up with nothing else under way: silent, and the connection is gone', async () => {
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

  test('given up between others: those get their own answers, nobody is sent behind them, and then it is over', async () => {
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

  test('what had come of an answer when it was given up is counted', async () => {
    const url = await bareServer((socket) => {
      socket.once('data', () => {
        socket.write(textFrame('first'))
        // A second message of 100 bytes, of which 20 come.
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

test('what comes with the end of the handshake, and pings, are not counted as part of an answer', async () => {
  const ping = Buffer.from([0x89, 3, 1, 2, 3])
  // A message of 100 bytes, of which 20 come.
  const part = Buffer.concat([Buffer.from([0x81, 100]), Buffer.alloc(20, 'x')])
  const url = await bareServer((socket) => socket.write(part), { behind: Buffer.concat([textFrame('one'), ping]) })
  const asked = begin(await open(url), { replies: 2 })
  await vi.waitUntil(() => asked.messages.length === 1)
  await turns()
  expect(asked.cancel()).toEqual({ bytesSent: 0, bytesReceived: 5 + 22 })
})

describe('by id', () => {
  test('each is sent with an id of its own and gets the reply with that id, in whatever order', async () => {
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
  ])('%s is sent with id %i as %s', async (data, requestId, sent) => {
    const { url, held } = await holdingServer()
    begin(await open(url), { data, correlate: 'id' }, requestId)
    await vi.waitUntil(() => held.length === 1)
    expect(held).toEqual([sent])
  })

  test('replies that come twice, with an unknown id or with none answer nothing, and are told of', async () => {
    const told: string[] = []
    const { url, held, peers } = await holdingServer()
    const connection = await open(url, { maxInFlight: 2 }, contextFor({ log: (text) => told.push(text) }))
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
    expect(told.at(-1)).toMatch(/; unsolicited messages: 7$/)
  })

  test('several messages with its id answer one request', async () => {
    const { url, held, peers } = await holdingServer()
    const asked = begin(await open(url), { data: '{}', correlate: 'id', replies: 2 }, 4)
    await vi.waitUntil(() => held.length === 1)
    for (const text of ['{"id":4}', '{"id":5}', '{"id":4,"last":true}']) peers[0]?.send(text)
    expect(await asked.done).toMatchObject({ ok: true, bytesReceived: 10 + 22 })
    expect(asked.messages).toEqual([8, 20])
  })

  test('given up, its late reply answers nobody, and the connection goes on', async () => {
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

  test('a late reply does not answer a request without an id either', async () => {
    const { url, held, peers } = await holdingServer()
    const connection = await open(url)
    begin(connection, { data: '{}', correlate: 'id' }, 1).cancel()
    const next = begin(connection, { data: 'x', read: 'text' })
    await vi.waitUntil(() => held.length === 2)
    for (const text of ['{"id":1}', 'mine']) peers[0]?.send(text)
    expect(await next.done).toMatchObject({ answer: { text: 'mine' } })
  })

  test('as bytes it stays bytes', async () => {
    const { url } = await echoServer()
    const asked = begin(await open(url), { data: Buffer.from('{"a":1}'), correlate: 'id', read: 'json' }, 3)
    expect(await asked.done).toMatchObject({ ok: true, answer: { json: { id: 3, a: 1 } } })
  })

  test('data that turns out to be no JSON object: class protocol, nothing is sent, and the connection goes on', async () => {
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
