import { describe, expect, test, vi } from 'vitest'
import type { HttpRequest } from './request.ts'
import type { HttpSubject } from './http-subject.conformance.ts'
import { answer, ask, HELLO, rawServer, socketServer } from './raw-server.fixture.ts'

/** Cases for the bytes of requests and the judging of responses. */
export function requestCases({ open }: HttpSubject): void {
  describe('requests', () => {
    test('have default headers, which plan and request headers override', async () => {
      const server = await rawServer(HELLO)
      const connection = await open(server, { headers: { Accept: 'text/html', 'x-plan': '1', 'x-both': 'plan' } })
      await ask(connection, { path: '/a?b=c', headers: { 'X-Both': 'request', 'USER-AGENT': 'me' } })
      const [line, ...headers] = (server.requests[0] ?? '')
        .split('\r\n')
        .filter((text) => !text.startsWith('connection: k'))
      expect(line).toBe('GET /a?b=c HTTP/1.1')
      expect(headers.map((text) => text.toLowerCase()).toSorted()).toEqual([
        '',
        '',
        'accept: text/html',
        `host: ${server.url.host}`,
        'user-agent: me',
        'x-both: request',
        'x-plan: 1',
      ])
    })

    test('send `connection: close` on a short-lived connection, which then closes', async () => {
      const server = await rawServer(HELLO)
      const connection = await open(server, { reuse: false })
      expect(await ask(connection)).toMatchObject({ ok: true })
      expect(server.requests[0]).toMatch(/\r\nconnection: close\r\n/)
      expect(connection.usable).toBe(false)
      expect(await connection.closed).toBeUndefined()
    })

    test.each<[string, NonNullable<HttpRequest['body']>]>([
      ['text', 'grüße, 世界'],
      ['bytes', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
      ['40 000 bytes', Buffer.alloc(40_000, 'x')],
    ])('deliver a body of %s unchanged', async (_, body) => {
      const server = await rawServer(HELLO)
      const connection = await open(server)
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        expect(await ask(connection, { method, body })).toMatchObject({ ok: true })
      }
      const bytes = Buffer.from(body as string)
      for (const request of server.requests) {
        const [head = '', sent = ''] = request.split('\r\n\r\n')
        expect(head.toLowerCase()).toContain(`content-length: ${bytes.length}`)
        expect(Buffer.from(sent, 'latin1').equals(bytes)).toBe(true)
      }
    })

    test('send content-length: 0 for POST without a body', async () => {
      const server = await rawServer(HELLO)
      await ask(await open(server), { method: 'POST' })
      expect(server.requests[0]).toMatch(/\r\ncontent-length: 0\r\n/)
    })

    test('accept an early response and make the connection unusable', async () => {
      const server = await socketServer((socket) => {
        socket.once('data', () => socket.pause().write(answer('413 Content Too Large')))
      })
      const connection = await open(server)
      const outcome = await ask(connection, { method: 'POST', body: Buffer.alloc(64 * 1024 * 1024) })
      expect(outcome).toMatchObject({ ok: false, errorClass: 'http-4xx', message: '413 Payload Too Large' })
      expect(connection.usable).toBe(false)
    })
  })

  describe('judging', () => {
    test.each<[string, HttpRequest, string, string]>([
      ['404 Not Found', {}, 'http-4xx', '404 Not Found'],
      ['503 Busy', {}, 'http-5xx', '503 Service Unavailable'],
      ['999 Odd', {}, 'status', '999'],
      ['302 Found', { ok: [[200, 299]] }, 'status', '302 Found'],
      ['200 OK', { check: { header: { 'x-a': '1' } } }, 'check', "expected header x-a to be '1', got '2, 3'"],
      ['200 OK', { check: { bodyIncludes: 'bye' } }, 'check', `expected the body to include 'bye', got '{"a":[1]}'`],
      ['200 OK', { check: { json: { path: 'a.0', equals: 2 } } }, 'check', 'expected a.0 to be 2, got 1'],
      ['200 OK', { check: ({ body }) => body === '' }, 'check', 'the check function rejected the response'],
    ])('fails %s with %j as class %s', async (status, request, errorClass, message) => {
      const connection = await open(await rawServer(answer(status, '{"a":[1]}', 'X-A: 2\r\nx-a: 3\r\n'), HELLO))
      expect(await ask(connection, request)).toMatchObject({ ok: false, errorClass, message })
      expect(connection.usable).toBe(true)
    })

    test('passes status, headers and body to a check function', async () => {
      const check = vi.fn<() => boolean>(() => true)
      const connection = await open(await rawServer(answer('201 Created', 'gr\u00c3\u00bc\u00c3\u009fe', 'X-A: 2\r\n')))
      expect(await ask(connection, { check })).toMatchObject({ ok: true })
      expect(check).toHaveBeenCalledWith({
        status: 201,
        headers: expect.objectContaining({ 'x-a': '2', 'content-length': '7' }),
        body: 'grüße',
      })
    })
  })
}
