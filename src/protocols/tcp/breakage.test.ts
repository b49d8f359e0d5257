import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ConnectError } from '../../model/connect-error.ts'
import type { Framing, TcpOptions } from './index.ts'
import { ask, echo, open, send, testServer } from './server.fixture.ts'

/** Sends `answer` for the first request, then does `then`. Later requests get no response. */
function once(
  answer: string | Uint8Array,
  then: 'end' | 'reset' | 'nothing' = 'nothing',
): Parameters<typeof testServer>[0] {
  return (socket) => {
    socket.once('data', () => {
      if (answer.length > 0) socket.write(answer)
      if (then === 'end') socket.end()
      // Delayed, so that the client receives the written bytes before the reset discards them.
      if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 20)
    })
    socket.on('end', () => then !== 'reset' && socket.end())
  }
}

describe('when the server closes', () => {
  test('ends gracefully between exchanges', async () => {
    const server = await testServer(echo)
    const connection = await open(server)
    await ask(connection, { data: 'a' })
    server.sockets[0]?.end()
    expect(await connection.closed).toBeUndefined()
    expect(connection.usable).toBe(false)
  })

  test.each<[string, string, TcpOptions, number]>([
    ['before any response', '', {}, 1],
    ['inside a frame, after 3 bytes', 'abc', {}, 1],
    ['inside a frame, after 1 bytes', '\0', { framing: { length: 2 } }, 1],
    ['inside a frame, after 5 bytes', '\0\0\0\u0009a', { framing: { length: 4 } }, 1],
    ['inside a frame, after 3 bytes', 'a\r\r', { framing: { delimiter: '\r\n' } }, 1],
    ['after 2 of 3 frames', 'a\nb\n', {}, 3],
    ['before any response', '', { framing: 'until-close' }, 1],
  ])('fails with class connection %s', async (progress, part, options, replies) => {
    const connection = await open(await testServer(once(part, 'end')), options)
    const outcome = await ask(connection, { data: 'x', replies })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'connection', bytesReceived: part.length })
    expect(outcome.message).toBe(`the connection was closed ${progress}`)
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toBeInstanceOf(Error)
  })

  test.each<[string, string, TcpOptions]>([
    ['before any response', '', {}],
    ['inside a frame, after 3 bytes', 'abc', {}],
    ['inside a frame, after 3 bytes', 'abc', { framing: 'until-close' }],
  ])('fails with class connection after a reset %s', async (progress, part, options) => {
    const connection = await open(await testServer(once(part, 'reset')), options)
    const outcome = await ask(connection, { data: 'x' })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'connection', bytesReceived: part.length })
    expect(outcome.message).toBe(`the connection was lost ${progress}: read ECONNRESET`)
    expect(await connection.closed).toBeInstanceOf(Error)
  })

  test('completes the answered exchanges in flight and fails every other one once', async () => {
    const connection = await open(await testServer(once('1\n2\n3', 'end')), { maxInFlight: 5 })
    const asked = Array.from({ length: 5 }, () => send(connection, { data: 'x' }))
    const outcomes = await Promise.all(asked.map(({ done }) => done))
    await connection.closed
    expect(outcomes.map(({ ok, message }) => (ok ? 'ok' : message))).toEqual([
      'ok',
      'ok',
      'the connection was closed inside a frame, after 1 bytes',
      'the connection was closed before any response',
      'the connection was closed before any response',
    ])
    expect(asked.map((each) => each.outcomes.length)).toEqual([1, 1, 1, 1, 1])
  })

  test('fails an exchange whose frame is being generated and stops generating it', async () => {
    const connection = await open(await testServer(once('', 'reset')), { framing: { length: 4 } })
    let made = 0
    const body = {
      length: 2 ** 29,
      *chunks() {
        for (; made < 2 ** 13; made++) yield Buffer.alloc(2 ** 16)
      },
    }
    expect(await ask(connection, { data: body })).toMatchObject({ ok: false, errorClass: 'connection' })
    expect(await connection.closed).toBeInstanceOf(Error)
    const before = made
    await delay(20)
    expect(made).toBe(before)
    expect(made).toBeLessThan(2 ** 13)
  })
})

describe('when the server violates the framing', () => {
  test.each<[string, string | Buffer, Framing, string]>([
    [
      'a server with another framing',
      'HTTP/1.1 400 Bad Request\r\n\r\n',
      { length: 4 },
      'a frame declares a length of 1213486160 bytes, more than the maximum of 536870912',
    ],
    [
      'a negative content length',
      Buffer.from([0]),
      { length: 1, includesPrefix: true },
      'a frame declares a length of 0 bytes, less than its own prefix',
    ],
  ])('fails with class protocol for %s and closes the connection', async (_, answer, framing, message) => {
    const connection = await open(await testServer(once(answer)), { framing })
    expect(await ask(connection, { data: 'x' })).toMatchObject({
      ok: false,
      errorClass: 'protocol',
      message,
      bytesReceived: expect.any(Number),
    })
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toMatchObject({ message })
  })

  test('fails the affected exchange with class protocol and later ones with class connection', async () => {
    const garbage = Buffer.from('\0\u0001a????')
    const connection = await open(await testServer(once(garbage)), {
      framing: { length: 2, includesPrefix: true },
      maxInFlight: 3,
    })
    const outcomes = await Promise.all(['a', 'b', 'c'].map((data) => ask(connection, { data })))
    expect(outcomes.map(({ errorClass }) => errorClass)).toEqual(['protocol', 'connection', 'connection'])
  })
})

describe('connecting', () => {
  test('rejects with class connect when no server listens', async () => {
    // Port 1 is reserved, so no server listens on it on a test machine.
    for (const url of ['tcp://127.0.0.1:1', 'tls://127.0.0.1:1']) {
      const refused = open({ url: new URL(url) })
      await expect(refused).rejects.toThrow(ConnectError)
      await expect(refused).rejects.toMatchObject({ errorClass: 'connect' })
    }
  })

  test('rejects with class tls for an untrusted certificate', async () => {
    const server = await testServer(echo, true)
    await expect(open(server, {}, { tls: {} })).rejects.toMatchObject({ errorClass: 'tls' })
  })

  test('rejects with class tls when the server does not speak TLS', async () => {
    const { url } = await testServer((socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    const secure = new URL(url.href.replace('tcp:', 'tls:'))
    await expect(open({ url: secure })).rejects.toMatchObject({ errorClass: 'tls' })
  })

  test('connects to the checked address, whatever the name resolves to', async () => {
    const { url } = await testServer(echo)
    const named = new URL(url.href.replace('127.0.0.1', 'nowhere.invalid'))
    expect(await ask(await open({ url: named }, {}, { address: '127.0.0.1' }), { data: 'a' })).toMatchObject({
      ok: true,
    })
  })
})
