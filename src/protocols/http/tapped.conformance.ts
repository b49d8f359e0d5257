import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Cancel, Connection, Outcome } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'
import type { HttpSubject } from './http-subject.conformance.ts'
import { answer, ask, HELLO, rawServer } from './raw-server.fixture.ts'

const CHUNKED = 'HTTP/1.1 200 OK\r\nX-A: 1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'

/** Returns a sink and a list of its calls, one line per call. Consecutive pieces of a body are joined. */
function recorder(): { readonly reported: string[]; readonly sink: NonNullable<SinkRequest['sink']> } {
  const reported: string[] = []
  const sink = {
    head: (status: number, headers: Readonly<Record<string, string>>) => {
      reported.push(`head ${status} ${headers['x-a'] ?? 'none'}`)
    },
    data: (bytes: Uint8Array) => {
      const text = Buffer.from(bytes).toString('latin1')
      if (reported.at(-1)?.startsWith('data ') === true) reported.push(`${reported.pop()}${text}`)
      else reported.push(`data ${text}`)
      // Overwrites the buffer, so that a reference kept by the connection shows up as wrong data.
      bytes.fill(0)
    },
  }
  return { reported, sink }
}

/** Cases for requests that need the response beyond its status. */
export function tappedCases({ open }: HttpSubject): void {
  describe('a sink', () => {
    test.each<[string, SinkRequest, string, readonly string[]]>([
      ['a body with a length', {}, answer('200 OK', 'hello', 'X-A: 1\r\n'), ['head 200 1', 'data hello']],
      ['a body in chunks', {}, CHUNKED, ['head 200 1', 'data hello world']],
      ['an error', {}, answer('404 Not Found', 'no'), ['head 404 none', 'data no']],
      ['no body', {}, 'HTTP/1.1 204 No Content\r\nx-a: 2\r\n\r\n', ['head 204 2']],
      ['HEAD', { method: 'HEAD' }, 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-a: 2\r\n\r\n', ['head 200 2']],
      ['an interim answer', {}, `HTTP/1.1 103 Early Hints\r\nx-a: 9\r\n\r\n${HELLO}`, ['head 200 none', 'data hello']],
    ])('receives head and body of %s before onDone', async (_, request, response, expected) => {
      const connection = await open(await rawServer(response))
      const { reported, sink } = recorder()
      const outcome = await ask(connection, { ...request, sink })
      expect(reported).toEqual(expected)
      expect(outcome.bytesReceived).toBeGreaterThan(30)
      expect(outcome).not.toHaveProperty('answer')
    })

    test('receives a response that arrives byte by byte', async () => {
      const server = await rawServer((socket) => {
        void (async () => {
          for (const byte of CHUNKED) {
            socket.write(byte)
            await nextTurn()
          }
        })()
      })
      const { reported, sink } = recorder()
      expect(await ask(await open(server), { sink })).toMatchObject({ ok: true })
      expect(reported).toEqual(['head 200 1', 'data hello world'])
    })

    test('receives only the response of its own exchange', async () => {
      const server = await rawServer(answer('200 OK', 'one'), answer('200 OK', 'two'), HELLO)
      const connection = await open(server)
      const headers = Object.freeze({ 'content-type': 'application/json' })
      const seen: string[][] = []
      for (const body of ['1', 'ü']) {
        const { reported, sink } = recorder()
        await ask(connection, { method: 'POST', path: '/mcp', headers, body, sink })
        seen.push(reported)
      }
      await ask(connection)
      expect(seen).toEqual([
        ['head 200 none', 'data one'],
        ['head 200 none', 'data two'],
      ])
      expect(server.requests.map((request) => request.split('\r\n\r\n')[1])).toEqual(['1', '\u00c3\u00bc', ''])
      expect(server.requests[1]).toMatch(/content-type: application\/json\r\n(?:.*\r\n)*content-length: 2\r\n/)
    })

    test.each(['head', 'data'])('that cancels in %s receives nothing more, and onDone is not called', async (at) => {
      const connection: Connection<SinkRequest> = await open(await rawServer(CHUNKED))
      const { reported, sink } = recorder()
      const onDone = vi.fn<(outcome: Outcome) => void>()
      const giving = {
        head: (status: number, headers: Readonly<Record<string, string>>) => {
          sink.head(status, headers)
          if (at === 'head') cancel()
        },
        data: (bytes: Uint8Array) => {
          sink.data(bytes)
          if (at === 'data') cancel()
        },
      }
      const outgoing = { requestId: 0, operation: '', payload: { sink: giving } }
      const cancel: Cancel = connection.exchange(outgoing, { onMessage: () => {}, onDone })
      expect(await connection.closed).toBeUndefined()
      expect(reported).toEqual(at === 'head' ? ['head 200 1'] : ['head 200 1', 'data hello'])
      expect(onDone).not.toHaveBeenCalled()
      expect(connection.usable).toBe(false)
    })
  })

  describe('reading', () => {
    test('text returns the status, headers, cookies and body', async () => {
      const response = answer(
        '201 Created',
        'gr\u00c3\u00bc\u00c3\u009fe',
        'X-A: 2\r\nset-cookie: a=1, b\r\nSet-Cookie: c=2\r\n',
      )
      const outcome = await ask(await open(await rawServer(response)), { read: 'text' })
      expect(outcome).toMatchObject({
        ok: true,
        answer: { status: 201, headers: { 'x-a': '2' }, setCookie: ['a=1, b', 'c=2'], text: 'grüße' },
      })
      expect(outcome.answer).not.toHaveProperty('json')
    })

    test('json returns the parsed body', async () => {
      const connection = await open(await rawServer(answer('200 OK', '{"a":[1]}')))
      const { answer: read } = await ask(connection, { read: 'json' })
      expect(read).toMatchObject({ status: 200, setCookie: [], text: '{"a":[1]}', json: { a: [1] } })
    })

    test('json ignores a byte order mark, as a check does', async () => {
      const connection = await open(await rawServer(answer('200 OK', '\u00EF\u00BB\u00BF{"a":[1]}')))
      const check = { json: { path: 'a.0', equals: 1 } }
      expect((await ask(connection, { read: 'json', check })).answer).toMatchObject({ json: { a: [1] } })
    })

    test.each<[string, SinkRequest, string, Partial<Outcome>]>([
      [
        'is not JSON',
        { read: 'json' },
        answer('200 OK', '<p>'),
        { errorClass: 'protocol', message: "expected a JSON body, got '<p>'" },
      ],
      [
        'is empty',
        { read: 'json' },
        answer('204 No Content'),
        { errorClass: 'protocol', message: "expected a JSON body, got ''" },
      ],
      [
        'is too large',
        { read: 'text' },
        answer('200 OK', 'x'.repeat(8 * 1024 * 1024 + 1)),
        { errorClass: 'protocol', message: 'the body is larger than 8388608 bytes, the limit of `read`' },
      ],
      ['failed by its status', { read: 'json' }, answer('500 Oh', '{}'), { errorClass: 'http-5xx' }],
      [
        'failed its check',
        { read: 'json', check: { bodyIncludes: 'b' } },
        answer('200 OK', 'a'),
        { errorClass: 'check', message: "expected the body to include 'b', got 'a'" },
      ],
    ])('returns no answer when the response %s', async (_, request, response, expected) => {
      const connection = await open(await rawServer(response))
      const outcome = await ask(connection, request)
      expect(outcome).toMatchObject({ ok: false, ...expected })
      expect(outcome).not.toHaveProperty('answer')
      expect(connection.usable).toBe(true)
    })
  })
}
