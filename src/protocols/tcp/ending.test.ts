import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { ask, echo, lines, open, send, testServer } from './server.fixture.ts'

describe('cancelling', () => {
  test.each([
    ['before any response', ''],
    ['in the middle of a frame', 'abc'],
  ])('%s reports nothing, counts bytes and closes the connection', async (_, part) => {
    const received = vi.fn<() => void>()
    const server = await testServer((socket) => {
      socket.on('data', () => {
        received()
        if (part !== '') socket.write(part)
      })
    })
    const connection = await open(server)
    const asked = send(connection, { data: 'hello' })
    await vi.waitUntil(() => received.mock.calls.length === 1)
    await delay(part === '' ? 0 : 50)
    expect(asked.cancel()).toEqual({ bytesSent: 6, bytesReceived: part.length })
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toBeUndefined()
    await vi.waitUntil(() => server.sockets[0]?.destroyed === true || server.sockets[0]?.readableEnded === true)
    expect(asked.outcomes).toEqual([])
  })

  test('one of several exchanges completes the others, then closes the connection', async () => {
    const received: string[] = []
    const server = await testServer(lines((line) => void received.push(line)))
    const connection = await open(server, { maxInFlight: 5 })
    const request = (data: string) => ({ data, replies: 2, read: 'text' as const })
    const asked = ['0', '1', '2', '3'].map((data) => send(connection, request(data)))
    await vi.waitUntil(() => received.length === 4)
    expect(asked[1]?.cancel()).toEqual({ bytesSent: 2, bytesReceived: 0 })
    // The next exchange must use another connection.
    expect(connection.usable).toBe(false)
    expect(await ask(connection, { data: 'x' })).toMatchObject({ ok: false, errorClass: 'connection' })
    server.sockets[0]?.write('0\n0\n1\n1\n2\n2\n3\n3\n')
    const outcomes = await Promise.all(asked.filter((_, i) => i !== 1).map(({ done }) => done))
    expect(outcomes.map(({ answer }) => answer?.messages)).toEqual([
      ['0', '0'],
      ['2', '2'],
      ['3', '3'],
    ])
    expect(asked[1]?.outcomes).toEqual([])
    expect(asked[1]?.messages).toEqual([])
    expect(await connection.closed).toBeUndefined()
  })

  test('the last of several exchanges closes the connection', async () => {
    const server = await testServer(() => {})
    const connection = await open(server, { maxInFlight: 3 })
    const asked = ['a', 'b', 'c'].map((data) => send(connection, { data, replies: data === 'b' ? 0 : 1 }))
    for (const { cancel, outcomes } of asked) if (outcomes.length === 0) cancel()
    expect(await connection.closed).toBeUndefined()
    expect(asked.map(({ outcomes }) => outcomes.length)).toEqual([0, 0, 0])
  })

  test('a partly generated frame sends the rest of it before the next frame', async () => {
    const server = await testServer((socket) => {
      socket.pause()
      setTimeout(() => socket.pipe(socket), 50)
    })
    const connection = await open(server, { framing: { length: 4 }, maxInFlight: 2 })
    const chunk = Buffer.alloc(2 ** 16)
    const body = {
      length: 2 ** 24,
      *chunks() {
        for (let i = 0; i < 2 ** 8; i++) yield chunk
      },
    }
    const [large, behind] = [send(connection, { data: body }), send(connection, { data: 'behind', read: 'text' })]
    const { bytesSent } = large.cancel()
    expect(bytesSent).toBeLessThan(2 ** 24)
    expect(await behind.done).toMatchObject({ ok: true, answer: { text: 'behind' } })
    expect(large.outcomes).toEqual([])
    expect(await connection.closed).toBeUndefined()
  })
})

describe('closing', () => {
  test('lets exchanges in flight finish and accepts no new one', async () => {
    const server = await testServer(lines((line, socket) => void setTimeout(() => socket.write(`${line}\n`), 20)))
    const connection = await open(server, { maxInFlight: 2 })
    const asked = [send(connection, { data: 'a' }), send(connection, { data: 'b' })]
    const closing = connection.close()
    expect(connection.usable).toBe(false)
    expect(await Promise.all(asked.map(({ done }) => done))).toMatchObject([{ ok: true }, { ok: true }])
    await closing
    expect(await connection.closed).toBeUndefined()
  })

  test('waits only briefly for a server that does not close its side', async () => {
    const connection = await open(await testServer((socket) => void socket.on('data', () => socket.write('a\n'))))
    await ask(connection, { data: 'a' })
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  test('with destroy fails exchanges in flight before `closed` resolves', async () => {
    const connection = await open(await testServer(() => {}), { maxInFlight: 2 })
    const order: string[] = []
    const asked = ['a', 'b'].map((data) => ask(connection, { data }).then(({ message }) => order.push(message ?? 'ok')))
    connection.destroy()
    await connection.closed.then(() => order.push('closed'))
    await Promise.all(asked)
    const lost = 'the connection was lost before any response: destroyed'
    expect(order).toEqual([lost, lost, 'closed'])
  })

  test('works twice and after destroy', async () => {
    const connection = await open(await testServer(echo))
    await Promise.all([connection.close(), connection.close()])
    connection.destroy()
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  test('with destroy inside onMessage reports no further message and fails the exchange once', async () => {
    const connection = await open(await testServer((socket) => void socket.write('a\nb\nc\n')))
    const outcomes: unknown[] = []
    let messages = 0
    connection.exchange(
      { requestId: 0, operation: '', payload: { replies: 3 } },
      {
        onMessage() {
          messages++
          connection.destroy()
        },
        onDone: (outcome) => void outcomes.push(outcome),
      },
    )
    await connection.closed
    expect([messages, outcomes.length]).toEqual([1, 1])
  })
})
