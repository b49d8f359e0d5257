import { describe, expect, test, vi } from 'vitest'
import type { Connection } from '../../model/protocol.ts'
import type { TcpRequest } from './request.ts'
import type { TcpOptions } from './index.ts'
import { ask, echo, lines, open, send, testServer } from './server.fixture.ts'

/** Opens a connection and counts the unsolicited messages that it reports. */
async function counted(
  server: { readonly url: URL },
  options: TcpOptions = {},
  reuse = true,
): Promise<{ connection: Connection<TcpRequest>; counts: { messages: number; ambiguous: number } }> {
  const counts = { messages: 0, ambiguous: 0 }
  const onUnsolicited = (messages: number, ambiguous: number): void => {
    counts.messages += messages
    counts.ambiguous += ambiguous
  }
  return { connection: await open(server, options, { onUnsolicited, reuse }), counts }
}

/** Sends a greeting and then answers each line. */
function greeting(text: string): Parameters<typeof testServer>[0] {
  return (socket) => {
    socket.write(text)
    lines((line) => `${line}!\n`)(socket)
  }
}

describe('matching by order', () => {
  test('a greeting before the first request does not answer it', async () => {
    const { connection, counts } = await counted(await testServer(greeting('220 ready\n')))
    expect(await connection.listen?.(1, 5_000)).toBe(1)
    expect(await ask(connection, { data: 'a', read: 'text' })).toMatchObject({
      answer: { text: 'a!' },
      bytesReceived: 3,
    })
    expect(counts).toEqual({ messages: 1, ambiguous: 1 })
  })

  test('a greeting that arrived partly before the first request does not answer it', async () => {
    const server = await testServer((socket) => {
      socket.write('220 re')
      socket.on('data', () => socket.write('ady\nanswer\n'))
    })
    const { connection, counts } = await counted(server)
    // Waits until the first half has been read.
    await connection.listen?.(1, 20)
    expect(await ask(connection, { data: 'a', read: 'text' })).toMatchObject({ answer: { text: 'answer' } })
    expect(counts).toEqual({ messages: 1, ambiguous: 1 })
  })

  test('frames after the response, in the same packet or later, answer no request', async () => {
    const server = await testServer(lines((line) => `${line}!\nmore\n`))
    const { connection, counts } = await counted(server)
    expect(await ask(connection, { data: 'a', read: 'text' })).toMatchObject({ answer: { text: 'a!' } })
    server.sockets[0]?.write('push\npush\n')
    expect(await connection.listen?.(3, 5_000)).toBe(3)
    expect(await ask(connection, { data: 'b', read: 'text' })).toMatchObject({ answer: { text: 'b!' } })
    await vi.waitUntil(() => counts.messages === 4)
    expect(counts).toEqual({ messages: 4, ambiguous: 4 })
    expect(connection.usable).toBe(true)
  })

  test('frames after the response on a short-lived connection are unsolicited', async () => {
    const server = await testServer((socket) => {
      socket.on('data', () => socket.write('push\n', () => setTimeout(() => socket.end('answer\n'), 10)))
    })
    const { connection, counts } = await counted(server, {}, false)
    expect(await ask(connection, { data: 'a' })).toMatchObject({ ok: true })
    await connection.closed
    expect(counts).toEqual({ messages: 1, ambiguous: 1 })
  })

  test('a late response to a cancelled request is not unsolicited', async () => {
    const server = await testServer((socket) => void socket.on('data', () => {}))
    const { connection, counts } = await counted(server, { maxInFlight: 2 })
    const late = send(connection, { data: 'late' })
    const next = send(connection, { data: 'next', read: 'text' })
    late.cancel()
    server.sockets[0]?.write('late!\nnext!\n')
    expect(await next.done).toMatchObject({ answer: { text: 'next!' } })
    expect(counts).toEqual({ messages: 0, ambiguous: 0 })
  })

  test('a flood before the first request is counted and not kept', async () => {
    const flood = 'x'.repeat(99) + '\n'
    const server = await testServer((socket) => {
      socket.write(flood.repeat(5_000))
      echo(socket)
    })
    const { connection, counts } = await counted(server)
    expect(await connection.listen?.(5_000, 5_000)).toBe(5_000)
    expect(await ask(connection, { data: 'a', read: 'text' })).toMatchObject({ answer: { text: 'a' } })
    expect(counts).toEqual({ messages: 5_000, ambiguous: 5_000 })
  })

  test('with until-close, bytes before the request are part of the response', async () => {
    const server = await testServer((socket) => {
      socket.write('220 ready\n')
      socket.on('end', () => socket.end('bye\n'))
      socket.on('data', () => {})
    })
    const { connection, counts } = await counted(server, { framing: 'until-close' })
    await connection.listen?.(1, 20)
    expect(await ask(connection, { data: 'a', read: 'text' })).toMatchObject({ answer: { text: '220 ready\nbye\n' } })
    expect(counts).toEqual({ messages: 0, ambiguous: 0 })
  })
})

describe('ignore', () => {
  const ignore = { bodyIncludes: 'tick' }
  const server = (): ReturnType<typeof testServer> =>
    testServer((socket) => {
      socket.write('tick 0\n')
      lines((line) => `tick 1\n${line}!\ntick 2\n`)(socket)
    })

  test('excludes matching frames before, during and after a request, and they are not ambiguous', async () => {
    const { connection, counts } = await counted(await server())
    await connection.listen?.(1, 5_000)
    const outcome = await ask(connection, { data: 'a', read: 'text', ignore })
    expect(outcome).toMatchObject({ ok: true, bytesReceived: 3, answer: { text: 'a!', messages: ['a!'] } })
    expect(await ask(connection, { data: 'b', read: 'text', ignore })).toMatchObject({ answer: { text: 'b!' } })
    await vi.waitUntil(() => counts.messages === 5)
    expect(counts).toEqual({ messages: 5, ambiguous: 0 })
  })

  test('passes on a response that is too long to examine', async () => {
    const long = `${'x'.repeat(300_000)}tick`
    const { connection, counts } = await counted(await testServer(lines(() => `${long}\n`)))
    const outcome = await ask(connection, { data: 'a', read: 'text', ignore })
    expect(outcome.answer?.text === long).toBe(true)
    expect(outcome.bytesReceived).toBe(long.length + 1)
    expect(counts).toEqual({ messages: 0, ambiguous: 0 })
  })
})

test('a request without data receives earlier frames, which no longer count as unsolicited', async () => {
  const { connection, counts } = await counted(await testServer(greeting('220-a\n220 b\n220 c')), { maxInFlight: 2 })
  await connection.listen?.(2, 5_000)
  expect(counts).toEqual({ messages: 2, ambiguous: 0 })
  const asked = send(connection, { replies: 2, read: 'text' })
  expect(await asked.done).toMatchObject({ answer: { messages: ['220-a', '220 b'] } })
  expect(counts).toEqual({ messages: 0, ambiguous: 0 })
})

test('listen ends after its time limit when nothing arrives', async () => {
  const { connection } = await counted(await testServer(echo))
  expect(await connection.listen?.(1, 10)).toBe(0)
})
