import { describe, expect, test, vi } from 'vitest'
import type { Socket } from 'node:net'
import { ask, bareServer, begin, echoServer, open, textFrame, webSocketServer } from './server.fixture.ts'

describe('connections that break', () => {
  test.each([
    [1000, 'done', 'the server closed the connection with 1000 (normal closure): done'],
    [1001, '', 'the server closed the connection with 1001 (going away)'],
    [1011, 'out of memory', 'the server closed the connection with 1011 (internal error): out of memory'],
    [1013, '', 'the server closed the connection with 1013 (try again later)'],
    [4001, 'session', 'the server closed the connection with 4001 (application-defined): session'],
    [undefined, '', 'the server closed the connection with 1005 (no code given)'],
  ])(
    'fails the request in flight with class connection, code and reason when closed with %s',
    async (code, reason, message) => {
      const { url } = await webSocketServer((peer) => peer.on('message', () => peer.close(code, reason)))
      const connection = await open(url)
      const asked = begin(connection, { data: 'x' })
      expect(await asked.done).toEqual({
        ok: false,
        bytesSent: 7,
        bytesReceived: expect.any(Number),
        errorClass: 'connection',
        message,
        ...(code !== undefined && { status: code }),
      })
      expect(connection.usable).toBe(false)
      expect((await connection.closed)?.message).toBe(message)
      expect(asked.outcomes).toHaveLength(1)
    },
  )

  test.each([
    [1000, undefined],
    [1001, undefined],
    [undefined, undefined],
    [1011, /1011/],
    [1012, /1012 \(service restart\)/],
    [3000, /3000 \(unauthorized\)/],
  ])('closed resolves with the reason when the server closes with %s while idle: %s', async (code, reason) => {
    const { url, peers } = await echoServer()
    const connection = await open(url)
    await ask(connection, { data: 'x' })
    peers[0]?.close(code)
    const closed = await connection.closed
    if (reason === undefined) expect(closed).toBeUndefined()
    else expect(closed?.message).toMatch(reason)
    expect(connection.usable).toBe(false)
  })

  test('fails every exchange in flight, whatever it waits for', async () => {
    const { url, peers } = await webSocketServer(() => {}, { autoPong: false })
    const connection = await open(url, { maxInFlight: 4 })
    const asked = [{ data: 'x' }, { data: '{}', correlate: 'id' as const }, { ping: true }, { replies: 2 }].map(
      (request) => begin(connection, request),
    )
    await vi.waitUntil(() => peers.length === 1)
    peers[0]?.close(1011, 'broken')
    for (const { done } of asked)
      expect(await done).toMatchObject({
        ok: false,
        errorClass: 'connection',
        message: expect.stringContaining('1011'),
      })
    await connection.closed
    expect(asked.map(({ outcomes }) => outcomes.length)).toEqual([1, 1, 1, 1])
  })

  test.each<[string, (socket: Socket) => void, RegExp]>([
    ['closed without a close frame', (socket) => socket.end(), /without a close frame/],
    ['reset', (socket) => socket.resetAndDestroy(), /ECONNRESET/],
    ['cut inside a message', (socket) => socket.end(textFrame('hello').subarray(0, 4)), /without a close frame/],
  ])('fails with class connection when %s', async (_, breakOff, message) => {
    const url = await bareServer((socket) => socket.once('data', () => breakOff(socket)))
    const connection = await open(url)
    expect(await ask(connection, { data: 'x' })).toMatchObject({
      ok: false,
      errorClass: 'connection',
      message: expect.stringMatching(message),
    })
    expect((await connection.closed)?.message).toMatch(message)
  })

  test('counts the bytes received of an incomplete message', async () => {
    const url = await bareServer((socket) => socket.once('data', () => socket.end(textFrame('hello').subarray(0, 4))))
    expect(await ask(await open(url), { data: 'x' })).toMatchObject({ bytesReceived: 4 })
  })

  test('counts the bytes of an incomplete message once when it could answer several requests', async () => {
    const requestBytes = 6 + '{"id":1}'.length
    let receivedBytes = 0
    const url = await bareServer((socket) => {
      socket.on('data', (bytes) => {
        receivedBytes += bytes.length
        // The first bytes of a text message of 5 bytes.
        if (receivedBytes === 2 * requestBytes) socket.end(Buffer.from([0x81, 5, 0x7b, 0x22]))
      })
    })
    const connection = await open(url, { maxInFlight: 2 })
    const asked = [1, 2].map((id) => begin(connection, { data: '{"id":0}', correlate: 'id' }, id))
    const outcomes = await Promise.all(asked.map(({ done }) => done))
    expect(outcomes.map(({ errorClass, bytesReceived }) => [errorClass, bytesReceived])).toEqual([
      ['connection', 4],
      ['connection', 0],
    ])
  })

  test.each([
    ['a frame with reserved bits', [0xf1, 0x01, 0x61]],
    ['an unknown frame type', [0x83, 0x01, 0x61]],
    ['a masked frame', [0x81, 0x81, 1, 2, 3, 4, 5]],
    ['a text that is not UTF-8', [0x81, 0x02, 0xc3, 0x28]],
    ['a continuation frame without a first frame', [0x80, 0x01, 0x61]],
    ['a message that begins inside another message', [0x01, 0x01, 0x61, 0x81, 0x01, 0x61]],
    ['a fragmented control frame', [0x09, 0x01, 0x61]],
    ['a message of 8 EiB', [0x82, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a message of 2 GiB', [0x82, 0x7f, 0, 0, 0, 0, 0x80, 0, 0, 0]],
    ['an HTTP response', [...Buffer.from('HTTP/1.1 500 Oops\r\n\r\n')]],
    ['a close code that must not be sent', [0x88, 0x02, 0x03, 0xed]],
  ])('fails with class protocol on %s', async (_, bytes) => {
    // The server stays open and silent, so only the bytes reveal the error.
    const url = await bareServer((socket) => socket.once('data', () => socket.write(Buffer.from(bytes))))
    const connection = await open(url)
    const outcome = await ask(connection, { data: 'x' })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol' })
    expect(outcome.message).toBeTruthy()
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toBeInstanceOf(Error)
  })

  test('cannot be used again after garbage arrives while idle', async () => {
    const sockets: Socket[] = []
    const url = await bareServer((socket) => sockets.push(socket))
    const connection = await open(url)
    sockets[0]?.write('garbage!')
    expect(await connection.closed).toBeInstanceOf(Error)
    expect(connection.usable).toBe(false)
  })

  test('fails an exchange on a closed connection asynchronously with class connection', async () => {
    const connection = await open((await echoServer()).url)
    connection.destroy()
    for (const gone of [Promise.resolve(), connection.closed]) {
      await gone
      const asked = begin(connection, { data: 'x' })
      expect(asked.outcomes).toEqual([])
      expect(await asked.done).toMatchObject({ ok: false, errorClass: 'connection' })
    }
  })
})

describe('ending a connection', () => {
  test('close waits for the exchange in flight and sends code 1000', async () => {
    const codes: number[] = []
    const { url } = await webSocketServer((peer) => {
      peer.on('close', (code) => codes.push(code))
      peer.on('message', (data) => setTimeout(() => peer.send(data), 20))
    })
    const connection = await open(url)
    const asked = begin(connection, { data: 'x' })
    const closing = connection.close()
    expect(connection.usable).toBe(false)
    expect(await asked.done).toMatchObject({ ok: true })
    await closing
    expect(await connection.closed).toBeUndefined()
    await vi.waitUntil(() => codes.length === 1)
    expect(codes).toEqual([1000])
  })

  test('close reports an exchange that cannot be sent, then resolves', async () => {
    const connection = await open((await echoServer()).url)
    const asked = begin(connection, { data: 'no object', correlate: 'id' })
    await connection.close()
    expect(asked.outcomes).toMatchObject([{ ok: false, errorClass: 'protocol' }])
  })

  test('close does not wait for a server that never sends a close frame', async () => {
    const connection = await open(await bareServer((socket) => socket.resume()))
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  }, 15_000)

  test('destroy fails the exchanges in flight before closed resolves', async () => {
    const connection = await open((await webSocketServer(() => {})).url, { maxInFlight: 2 })
    const order: string[] = []
    for (const request of [{ data: 'x' }, { replies: 3 }]) {
      void begin(connection, request).done.then(({ errorClass = 'ok' }) => order.push(errorClass))
    }
    connection.destroy()
    await connection.closed.then(() => order.push('closed'))
    expect(order).toEqual(['connection', 'connection', 'closed'])
    expect(await connection.closed).toBeUndefined()
  })

  test('close and destroy can be called again when idle', async () => {
    const { url } = await echoServer()
    const [one, other] = [await open(url), await open(url)]
    await one.close()
    other.destroy()
    await other.close()
    await one.close()
    one.destroy()
    expect(await Promise.all([one.closed, other.closed])).toEqual([undefined, undefined])
  })
})
