import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { ask, echo, lines, open, send, testServer } from './server.case.ts'

describe('giving up', () => {
  test.each([
    ['that never answers', ''],
    ['in the middle of a frame', 'abc'],
  ])('on a server %s: silent, counted, and the connection is gone', async (_, part) => {
    const heard = vi.fn<() => void>()
    const server = await testServer((socket) => {
      socket.on('data', () => {
        heard()
        if (part !== '') socket.write(part)
      })
    })
    const connection = await open(server)
    const asked = send(connection, { data: 'hello' })
    await vi.waitUntil(() => heard.mock.calls.length === 1)
    await delay(part === '' ? 0 : 50)
    expect(asked.cancel()).toEqual({ bytesSent: 6, bytesReceived: part.length })
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toBeUndefined()
    await vi.waitUntil(() => server.sockets[0]?.destroyed === true || server.sockets[0]?.readableEnded === true)
    expect(asked.outcomes).toEqual([])
  })

  test('one of several: the others get their own answers, its late one is nobody’s, and then the connection ends', async () => {
    const heard: string[] = []
    const server = await testServer(lines((line) => void heard.push(line)))
    const connection = await open(server, { maxInFlight: 5 })
    const request = (data: string) => ({ data, replies: 2, read: 'text' as const })
    const asked = ['0', '1', '2', '3'].map((data) => send(connection, request(data)))
    await vi.waitUntil(() => heard.length === 4)
    expect(asked[1]?.cancel()).toEqual({ bytesSent: 2, bytesReceived: 0 })
    // Whoever comes next takes another connection.
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

  test('all of several: the connection is gone with the last', async () => {
    const server = await testServer(() => {})
    const connection = await open(server, { maxInFlight: 3 })
    const asked = ['a', 'b', 'c'].map((data) => send(connection, { data, replies: data === 'b' ? 0 : 1 }))
    for (const { cancel, outcomes } of asked) if (outcomes.length === 0) cancel()
    expect(await connection.closed).toBeUndefined()
    expect(asked.map(({ outcomes }) => outcomes.length)).toEqual([0, 0, 0])
  })

  test('one whose frame is only half made: what is behind it is not sent into the middle of it', async () => {
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

describe('ending', () => {
  test('in order: what is under way may finish, and nothing new is taken', async () => {
    const server = await testServer(lines((line, socket) => void setTimeout(() => socket.write(`${line}\n`), 20)))
    const connection = await open(server, { maxInFlight: 2 })
    const asked = [send(connection, { data: 'a' }), send(connection, { data: 'b' })]
    const closing = connection.close()
    expect(connection.usable).toBe(false)
    expect(await Promise.all(asked.map(({ done }) => done))).toMatchObject([{ ok: true }, { ok: true }])
    await closing
    expect(await connection.closed).toBeUndefined()
  })

  test('in order, with a server that does not close its side: not waited for long', async () => {
    const connection = await open(await testServer((socket) => void socket.on('data', () => socket.write('a\n'))))
    await ask(connection, { data: 'a' })
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  test('now: what is under way fails before the connection is closed', async () => {
    const connection = await open(await testServer(() => {}), { maxInFlight: 2 })
    const order: string[] = []
    const asked = ['a', 'b'].map((data) => ask(connection, { data }).then(({ message }) => order.push(message ?? 'ok')))
    connection.destroy()
    await connection.closed.then(() => order.push('closed'))
    await Promise.all(asked)
    const lost = 'the connection was lost before any answer: destroyed'
    expect(order).toEqual([lost, lost, 'closed'])
  })

  test('twice, and after the end', async () => {
    const connection = await open(await testServer(echo))
    await Promise.all([connection.close(), connection.close()])
    connection.destroy()
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  test('from inside a message: no message follows, and the exchange fails once', async () => {
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
