import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { ConnectError } from '../../model/connect-error.ts'
import type { Outcome } from '../../model/protocol.ts'
import type { HttpSubject } from './http.case.ts'
import { answer, ask, contextFor, HELLO, rawServer } from './raw-server.case.ts'

/** Connections that break, cannot be made, or are given up. */
export function breakageCases({ connect, open, differs }: HttpSubject): void {
  describe('connections that break', () => {
    test('bytes after a response: class protocol, and no further exchange', async () => {
      const connection = await open(await rawServer(`${HELLO}world, longer than it said`))
      expect(await ask(connection)).toMatchObject({ ok: false, errorClass: 'protocol' })
      expect(connection.usable).toBe(false)
      expect(await connection.closed).toBeInstanceOf(Error)
    })

    test('bytes on an idle connection: no further exchange', async () => {
      const server = await rawServer(HELLO)
      const connection = await open(server)
      await ask(connection)
      server.sockets[0]?.write(answer('408 Request Timeout'))
      expect(await connection.closed).toBeInstanceOf(Error)
      expect(connection.usable).toBe(false)
    })

    test('the server closes an idle connection: it ends in order', async () => {
      const server = await rawServer(HELLO)
      const connection = await open(server)
      await ask(connection)
      server.sockets[0]?.end()
      expect(await connection.closed).toBeUndefined()
      expect(connection.usable).toBe(false)
    })

    test('an exchange on a connection that is gone: class connection, after it was begun', async () => {
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
    ])('half-closed %s: class connection', async (_, part) => {
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
      ...(differs.takesResetForEnd ? [] : [['inside a body without a length', 'HTTP/1.1 200 OK\r\n\r\nhello']]),
    ])('reset %s: class connection, and nothing is sent again', async (_, part) => {
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
      ['a version there is not', 'HTTP/3.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
      ['a status of two digits', 'HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n'],
      ['a header without a colon', 'HTTP/1.1 200 OK\r\ngarbage\r\n\r\n'],
      ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n'],
      ['a blank before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n'],
      ['a header that is folded', 'HTTP/1.1 200 OK\r\nx: y\r\n z\r\ncontent-length: 0\r\n\r\n'],
      ['a null in a header', 'HTTP/1.1 200 OK\r\nx: \0\r\ncontent-length: 0\r\n\r\n'],
      ['lines without CR', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
      ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\n'],
      ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n'],
      ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
      [
        'a length beside chunks',
        'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      ],
      ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\n'],
      ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n'],
      ['101, which nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
      ['a head longer than 64 KiB', `HTTP/1.1 200 OK\r\n${`x: ${'x'.repeat(1000)}\r\n`.repeat(80)}\r\n`],
    ])('%s: class protocol', async (_, response) => {
      const connection = await open(await rawServer(response))
      // The server stays open and silent: only the bytes can tell.
      const outcome = await ask(connection)
      expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol' })
      expect(outcome.message).toBeTruthy()
      expect(connection.usable).toBe(false)
      expect(await connection.closed).toBeInstanceOf(Error)
    })

    test('headers without end: class protocol before much is read', async () => {
      const server = await rawServer((socket) => {
        const flood = (): void => {
          while (!socket.destroyed && socket.write(`x: ${'x'.repeat(1000)}\r\n`));
        }
        socket.write('HTTP/1.1 200 OK\r\n')
        socket.on('drain', flood)
        flood()
      })
      const outcome = await ask(await open(server))
      expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol' })
      expect(outcome.bytesReceived).toBeLessThan(1024 * 1024)
    })
  })

  describe('connecting', () => {
    test('nobody listens: class connect, with the address', async () => {
      // Port 1 of loopback: reserved, and never listened to on a test machine.
      const refused = connect(new URL('http://127.0.0.1:1'), contextFor())
      await expect(refused).rejects.toThrow(ConnectError)
      await expect(refused).rejects.toMatchObject({
        errorClass: 'connect',
        message: 'could not connect to 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
      })
    })

    test('a name that cannot be resolved: class dns', async () => {
      // Longer than a name's part may be, so that no name server is asked.
      const unresolved = connect(new URL(`http://${'a'.repeat(64)}.localhost:1`), contextFor())
      await expect(unresolved).rejects.toMatchObject({ errorClass: 'dns' })
    })

    test.each([
      ['timeout', () => new DOMException('late', 'TimeoutError')],
      ['cancelled', () => undefined],
    ])('given up while connecting: class %s', async (errorClass, reason) => {
      const server = await rawServer(HELLO)
      const controller = new AbortController()
      const connecting = open(server, { signal: controller.signal })
      controller.abort(reason())
      await expect(connecting).rejects.toMatchObject({ errorClass })
      await expect(open(server, { signal: controller.signal })).rejects.toMatchObject({ errorClass })
    })
  })

  describe('giving up', () => {
    test.each([
      ['waiting for the response', ''],
      ['in the middle of a body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
    ])('cancelled while %s: silent, and the connection is gone', async (_, part) => {
      const server = await rawServer(part)
      const connection = await open(server)
      const onDone = vi.fn<() => void>()
      const cancel = connection.exchange({ requestId: 0, operation: '', payload: {} }, { onMessage: () => {}, onDone })
      await vi.waitUntil(() => server.requests.length === 1)
      // What had come by then is counted: the body of a response that was cut off crossed the wire all the same.
      if (part !== '') await delay(100)
      const { bytesSent, bytesReceived } = cancel()
      expect(bytesSent).toBeGreaterThan(30)
      expect(bytesReceived > 0).toBe(part !== '')
      expect(connection.usable).toBe(false)
      expect(await connection.closed).toBeUndefined()
      await vi.waitUntil(() => server.sockets[0]?.destroyed)
      expect(onDone).not.toHaveBeenCalled()
    })

    test('destroyed with an exchange under way: it fails before the connection is closed', async () => {
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

    test('closed in order: what is under way may finish', async () => {
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

    test('closed and destroyed while idle', async () => {
      const server = await rawServer(HELLO)
      const [one, other] = [await open(server), await open(server)]
      await one.close()
      other.destroy()
      expect(await Promise.all([one.closed, other.closed])).toEqual([undefined, undefined])
    })
  })
}
