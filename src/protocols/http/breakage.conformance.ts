import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { ConnectError } from '../../model/connect-error.ts'
import type { Outcome } from '../../model/protocol.ts'
import type { HttpSubject } from './http-subject.conformance.ts'
import { answer, ask, contextFor, HELLO, rawServer } from './raw-server.fixture.ts'

/** Cases for connections that break, fail to open, or are cancelled. */
export function breakageCases({ connect, open }: HttpSubject): void {
  describe('broken connections', () => {
    test('fails with class protocol for bytes after a response and becomes unusable', async () => {
      const connection = await open(await rawServer(`${HELLO}world, longer than it said`))
      expect(await ask(connection)).toMatchObject({ ok: false, errorClass: 'protocol' })
      expect(connection.usable).toBe(false)
      expect(await connection.closed).toBeInstanceOf(Error)
    })

    test('becomes unusable after bytes on an idle connection', async () => {
      const server = await rawServer(HELLO)
      const connection = await open(server)
      await ask(connection)
      server.sockets[0]?.write(answer('408 Request Timeout'))
      expect(await connection.closed).toBeInstanceOf(Error)
      expect(connection.usable).toBe(false)
    })

    test('ends gracefully when the server closes an idle connection', async () => {
      const server = await rawServer(HELLO)
      const connection = await open(server)
      await ask(connection)
      server.sockets[0]?.end()
      expect(await connection.closed).toBeUndefined()
      expect(connection.usable).toBe(false)
    })

    test('fails an exchange on a destroyed connection with class connection, asynchronously', async () => {
      const connection = await open(await rawServer(HELLO))
      connection.destroy()
      for (const gone of [Promise.resolve(), connection.closed]) {
        await gone
        const onDone = vi.fn<(outcome: Outcome) => void>()
        connection.exchange({ requestId: 0, operation: '', payload: {} }, { onMessage: () => {}, onDone })
        expect(onDone).not.toHaveBeenCalled()
        await vi.waitUntil(() => onDone.mock.calls.length === 1)
        expect(onDone.mock.calls[0]?.[0]).toMatchObject({ ok: false, errorClass: 'connection' })
      }
    })

    test.each([
      ['before any response', ''],
      ['inside the head', 'HTTP/1.1 200 OK\r\ncontent-'],
      ['inside a body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
      ['inside a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel'],
      ['before the last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ])('fails with class connection when half-closed %s', async (_, part) => {
      const server = await rawServer((socket) => socket.end(part))
      const connection = await open(server)
      expect(await ask(connection)).toMatchObject({ ok: false, errorClass: 'connection' })
      expect(connection.usable).toBe(false)
      expect(await connection.closed).toBeInstanceOf(Error)
      expect(server).toMatchObject({ requests: { length: 1 }, sockets: { length: 1 } })
    })

    test.each([
      ['before any response', ''],
      ['inside a body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
      ['inside a body without a length', 'HTTP/1.1 200 OK\r\n\r\nhello'],
    ])('fails with class connection when reset %s and does not retry', async (_, part) => {
      const server = await rawServer((socket) => {
        socket.write(part, () => setTimeout(() => socket.resetAndDestroy(), 5))
      })
      const connection = await open(server)
      const outcome = await ask(connection)
      expect(outcome).toMatchObject({ ok: false, errorClass: 'connection' })
      expect(outcome.message).toMatch(/ECONNRESET|closed/)
      expect(await connection.closed).toBeInstanceOf(Error)
      expect(server).toMatchObject({ requests: { length: 1 }, sockets: { length: 1 } })
    })

    test.each([
      ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
      ['a page without a head', '<!doctype html><title>hello</title>'],
      ['an unknown version', 'HTTP/3.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
      ['a status with two digits', 'HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n'],
      ['a header without a colon', 'HTTP/1.1 200 OK\r\ngarbage\r\n\r\n'],
      ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n'],
      ['a space before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n'],
      ['a folded header', 'HTTP/1.1 200 OK\r\nx: y\r\n z\r\ncontent-length: 0\r\n\r\n'],
      ['a null byte in a header', 'HTTP/1.1 200 OK\r\nx: \0\r\ncontent-length: 0\r\n\r\n'],
      ['lines without CR', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
      ['a non-numeric length', 'HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\n'],
      ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n'],
      ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
      [
        'a length together with chunks',
        'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      ],
      ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\n'],
      ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n'],
      ['an unrequested 101', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
      ['a head longer than 64 KiB', `HTTP/1.1 200 OK\r\n${`x: ${'x'.repeat(1000)}\r\n`.repeat(80)}\r\n`],
    ])('fails with class protocol for %s', async (_, response) => {
      const connection = await open(await rawServer(response))
      // The server keeps the connection open, so the client must detect the error from the bytes alone.
      const outcome = await ask(connection)
      expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol' })
      expect(outcome.message).toBeTruthy()
      expect(connection.usable).toBe(false)
      expect(await connection.closed).toBeInstanceOf(Error)
    })

    test.each([
      ['headers', 'HTTP/1.1 200 OK\r\n', `x: ${'x'.repeat(1000)}\r\n`],
      ['interim responses', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
      ['empty lines', '', '\r\n'.repeat(100)],
      ['a chunk extension', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;', 'x'.repeat(1000)],
      ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n', `x: ${'x'.repeat(1000)}\r\n`],
    ])('fails with class protocol for endless %s, before reading much', async (_, start, endless) => {
      const server = await rawServer((socket) => {
        const flood = (): void => {
          while (!socket.destroyed && socket.write(endless));
        }
        if (start !== '') socket.write(start)
        socket.on('drain', flood)
        flood()
      })
      const outcome = await ask(await open(server))
      expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol' })
      expect(outcome.bytesReceived).toBeLessThan(1024 * 1024)
    })
  })

  describe('connecting', () => {
    test('rejects with class connect and the address when no server listens', async () => {
      // Port 1 is reserved, so no server listens on it on a test machine.
      const refused = connect(new URL('http://127.0.0.1:1'), contextFor())
      await expect(refused).rejects.toThrow(ConnectError)
      await expect(refused).rejects.toMatchObject({
        errorClass: 'connect',
        message: 'could not connect to 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
      })
    })

    test('rejects with class dns for an unresolvable name', async () => {
      // The label exceeds the maximum length of 63, so the resolver fails without a network request.
      const unresolved = connect(new URL(`http://${'a'.repeat(64)}.localhost:1`), contextFor())
      await expect(unresolved).rejects.toMatchObject({ errorClass: 'dns' })
    })

    test.each([
      ['timeout', () => new DOMException('late', 'TimeoutError')],
      ['cancelled', () => undefined],
    ])('rejects with class %s when aborted while connecting', async (errorClass, reason) => {
      const server = await rawServer(HELLO)
      const controller = new AbortController()
      const connecting = open(server, { signal: controller.signal })
      controller.abort(reason())
      await expect(connecting).rejects.toMatchObject({ errorClass })
      await expect(open(server, { signal: controller.signal })).rejects.toMatchObject({ errorClass })
    })
  })

  describe('cancelling and closing', () => {
    test.each([
      ['while waiting for the response', ''],
      ['in the middle of a body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
    ])('a cancellation %s reports nothing and closes the connection', async (_, part) => {
      const server = await rawServer(part)
      const connection = await open(server)
      const onDone = vi.fn<() => void>()
      const cancel = connection.exchange({ requestId: 0, operation: '', payload: {} }, { onMessage: () => {}, onDone })
      await vi.waitUntil(() => server.requests.length === 1)
      // The received bytes of the incomplete response count.
      if (part !== '') await delay(100)
      const { bytesSent, bytesReceived } = cancel()
      expect(bytesSent).toBeGreaterThan(30)
      expect(bytesReceived > 0).toBe(part !== '')
      expect(connection.usable).toBe(false)
      expect(await connection.closed).toBeUndefined()
      await vi.waitUntil(() => server.sockets[0]?.destroyed)
      expect(onDone).not.toHaveBeenCalled()
    })

    test('destroy fails an exchange in flight before `closed` resolves', async () => {
      const server = await rawServer('')
      const connection = await open(server)
      const order: string[] = []
      const asked = ask(connection).then((outcome) => order.push(outcome.errorClass ?? 'ok'))
      await vi.waitUntil(() => server.requests.length === 1)
      connection.destroy()
      await connection.closed.then(() => order.push('closed'))
      await asked
      expect(order).toEqual(['connection', 'closed'])
    })

    test('close lets an exchange in flight finish', async () => {
      const server = await rawServer((socket) => setTimeout(() => socket.write(HELLO), 20))
      const connection = await open(server)
      const asked = ask(connection)
      await vi.waitUntil(() => server.requests.length === 1)
      const closing = connection.close()
      expect(connection.usable).toBe(false)
      expect(await asked).toMatchObject({ ok: true })
      await closing
      expect(await connection.closed).toBeUndefined()
    })

    test('close and destroy end an idle connection gracefully', async () => {
      const server = await rawServer(HELLO)
      const [one, other] = [await open(server), await open(server)]
      await one.close()
      other.destroy()
      expect(await Promise.all([one.closed, other.closed])).toEqual([undefined, undefined])
    })
  })
}
