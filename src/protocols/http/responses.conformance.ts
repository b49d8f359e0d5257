import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../../model/protocol.ts'
import type { HttpSubject } from './http-subject.conformance.ts'
import { answer, ask, HELLO, rawServer } from './raw-server.fixture.ts'

/** Cases for the end of a response and the state of the connection afterwards. */
export function responseCases({ open }: HttpSubject): void {
  describe('responses', () => {
    test('one connection carries consecutive exchanges', async () => {
      const server = await rawServer(HELLO)
      const connection = await open(server)
      for (let i = 0; i < 5; i++) expect(await ask(connection)).toMatchObject({ ok: true })
      expect(connection).toMatchObject({ usable: true, maxInFlight: 1, version: 'HTTP/1.1' })
      expect(server.sockets).toHaveLength(1)
      expect(server.requests).toHaveLength(5)
    })

    test('an exchange can be started in the onDone of the previous one', async () => {
      const connection = await open(await rawServer(HELLO))
      const outcomes: Outcome[] = []
      const send = (): void => {
        connection.exchange({ requestId: 0, operation: '', payload: {} }, { onMessage: () => {}, onDone })
      }
      const onDone = (outcome: Outcome): void => {
        if (outcomes.push(outcome) < 3) send()
      }
      send()
      await vi.waitUntil(() => outcomes.length === 3)
      expect(outcomes).toMatchObject([{ ok: true }, { ok: true }, { ok: true }])
    })

    test('bytes are counted as sent on the wire', async () => {
      const response = answer('200 OK', 'hello', 'server: test\r\n')
      const server = await rawServer(response)
      const outcome = await ask(await open(server), { method: 'POST', body: 'grüße' })
      expect(outcome.bytesReceived).toBe(response.length)
      expect(outcome.bytesSent).toBe(server.requests[0]?.length)
    })

    test.each([
      ['an empty body', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
      ['a body with a length', HELLO],
      ['a body in chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
      [
        'chunks with extensions and trailers',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA;a=b;c="d"\r\n0123456789\r\n0\r\nchecksum: 1\r\n\r\n',
      ],
      ['204 without a length', 'HTTP/1.1 204 No Content\r\n\r\n'],
      ['304 without a length', 'HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n'],
      ['no reason phrase', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n'],
      [
        'interim 103 before the response',
        `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${HELLO}`,
      ],
      ['an empty line after the body', `${HELLO}\r\n`],
      ['empty lines before the response', `\r\n\n${HELLO}`],
      ['names in any case', 'HTTP/1.1 200 OK\r\nCONTENT-LENGTH:5\r\nCoNnEcTiOn: Keep-Alive\r\n\r\nhello'],
      ['a head of 60 KiB', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(60 * 1024)}\r\ncontent-length: 0\r\n\r\n`],
    ])('%s completes and leaves the connection usable', async (_, response) => {
      const server = await rawServer(response)
      const connection = await open(server)
      expect(await ask(connection)).toMatchObject({ ok: true })
      expect(connection.usable).toBe(true)
      expect(await ask(connection)).toMatchObject({ ok: true })
      expect(server.sockets).toHaveLength(1)
    })

    test('a response that arrives byte by byte completes', async () => {
      const response = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'
      const server = await rawServer((socket) => {
        void (async () => {
          for (const byte of response) {
            socket.write(byte)
            await nextTurn()
          }
        })()
      })
      expect(await ask(await open(server), { check: { bodyIncludes: 'hello' } })).toMatchObject({ ok: true })
    })

    test('an unexpected interim 100 is skipped', async () => {
      const connection = await open(await rawServer(`HTTP/1.1 100 Continue\r\n\r\n${HELLO}`))
      expect(await ask(connection)).toMatchObject({ ok: true, status: 200 })
    })

    test('an empty line that arrives later, on the idle connection, is skipped', async () => {
      const server = await rawServer(HELLO)
      const connection = await open(server)
      for (let i = 0; i < 3; i++) {
        expect(await ask(connection)).toMatchObject({ ok: true })
        server.sockets[0]?.write('\r\n')
        await delay(10)
      }
      expect(connection.usable).toBe(true)
      expect(server.sockets).toHaveLength(1)
    })

    test('HEAD ignores the length in the response', async () => {
      const head = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nconnection: keep-alive\r\n\r\n'
      const connection = await open(await rawServer(head, HELLO))
      expect(await ask(connection, { method: 'HEAD' })).toMatchObject({ ok: true })
      expect(await ask(connection)).toMatchObject({ ok: true })
    })

    test.each([
      ['connection: close', answer('200 OK', 'hello', 'connection: close\r\n')],
      ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello'],
      ['a body up to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nhello'],
    ])('%s completes, and the connection ends gracefully', async (_, response) => {
      const connection = await open(await rawServer((socket) => socket.end(response)))
      expect(await ask(connection, { check: { bodyIncludes: 'hello' } })).toMatchObject({ ok: true })
      expect(connection.usable).toBe(false)
      expect(await connection.closed).toBeUndefined()
    })
  })
}
