import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Connection, Outcome } from '../../model/protocol.ts'
import type { HttpRequest } from './request.ts'
import type { HttpSubject } from './http-subject.conformance.ts'
import { answer, HELLO, rawServer } from './raw-server.fixture.ts'

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n'
const EVENTS = ['data: one\n\n', ': nothing but a comment\n\nid: 7\ndata: two\n\n', 'event: x\r\ndata\r\n\r\n']

/** Encodes chunks, followed by the final empty chunk. */
function chunked(...chunks: readonly string[]): string {
  return [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
}

/** Runs one exchange and collects the lengths of its messages. */
export async function listen(
  connection: Connection<HttpRequest>,
  payload: HttpRequest,
): Promise<{ readonly messages: readonly number[]; readonly outcome: Outcome }> {
  const messages: number[] = []
  const outcome = await new Promise<Outcome>((onDone) => {
    connection.exchange(
      { requestId: 0, operation: '', payload },
      { onMessage: (bytes) => messages.push(bytes), onDone },
    )
  })
  return { messages, outcome }
}

/** Cases for responses whose messages are reported one by one. */
export function streamCases({ open }: HttpSubject): void {
  describe('a stream of events', () => {
    test('reports each event and completes when the response ends', async () => {
      const server = await rawServer((socket) => {
        socket.write(`${HEAD}${chunked(...EVENTS)}`)
      }, HELLO)
      const connection = await open(server)
      const { messages, outcome } = await listen(connection, { stream: 'sse' })
      expect(outcome).toMatchObject({ ok: true })
      expect(messages).toEqual(EVENTS.map(({ length }) => length))
      expect(connection.usable).toBe(true)
      expect(await listen(connection, {})).toMatchObject({ messages: [], outcome: { ok: true } })
    })

    test('reports an event before the server sends the next one', async () => {
      const server = await rawServer((socket) => {
        // The server sends the second event only after the client has reported the first one.
        socket.write(`${HEAD}b\r\n${EVENTS[0]}\r\n`)
        seen.then(() => socket.write('b\r\ndata: two\n\n\r\n0\r\n\r\n')).catch(() => {})
      })
      const { promise: seen, resolve: see } = Promise.withResolvers<void>()
      const connection = await open(server)
      const outcome = await new Promise<Outcome>((onDone) => {
        connection.exchange(
          { requestId: 0, operation: '', payload: { stream: 'sse' } },
          { onMessage: () => see(), onDone },
        )
      })
      expect(outcome).toMatchObject({ ok: true })
    })

    test('without a length ends with the connection', async () => {
      const head = 'HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream\r\n\r\n'
      const connection = await open(await rawServer((socket) => socket.end(`${head}${EVENTS[0]}data: cut off`)))
      const { messages, outcome } = await listen(connection, { stream: 'sse' })
      expect(messages).toEqual([EVENTS[0]?.length])
      expect(outcome).toMatchObject({ ok: true })
    })

    test('that breaks off fails with class connection after the received events', async () => {
      const server = await rawServer((socket) => {
        socket.write(`${HEAD}b\r\n${EVENTS[0]}\r\n5\r\ndata:\r\n`)
        void delay(5).then(() => socket.destroy())
      })
      const connection = await open(server)
      const { messages, outcome } = await listen(connection, { stream: 'sse' })
      expect(messages).toEqual([EVENTS[0]?.length])
      expect(outcome).toMatchObject({ ok: false, errorClass: 'connection' })
      expect(connection.usable).toBe(false)
    })

    test('accepts one event of 20 MB', async () => {
      const server = await rawServer((socket) => {
        socket.write(`${HEAD}${chunked('data: ', 'x'.repeat(20 * 1024 * 1024), '\n\n')}`)
      })
      const { messages, outcome } = await listen(await open(server), { stream: 'sse' })
      expect(outcome).toMatchObject({ ok: true })
      expect(messages).toEqual([20 * 1024 * 1024 + 8])
    })
  })

  describe('a stream of chunks', () => {
    test('reports each chunk, even when several arrive in one read', async () => {
      const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
      const connection = await open(await rawServer(`${head}${chunked('hello', 'x', 'goodbye')}`, HELLO))
      const { messages, outcome } = await listen(connection, { stream: 'chunks' })
      expect(outcome).toMatchObject({ ok: true })
      expect(messages).toEqual([5, 1, 7])
      expect(connection.usable).toBe(true)
    })

    test('reports a large chunk when it is complete', async () => {
      const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
      const connection = await open(await rawServer(`${head}${chunked('x'.repeat(3_000_000), 'y')}`))
      const { messages, outcome } = await listen(connection, { stream: 'chunks' })
      expect(outcome).toMatchObject({ ok: true })
      expect(messages.reduce((sum, bytes) => sum + bytes, 0)).toBe(3_000_001)
      expect(messages).toEqual([3_000_000, 1])
    })
  })

  test.each<[string, HttpRequest['stream'], string, string]>([
    [
      'a page',
      'sse',
      answer('200 OK', 'data: x\n\n', 'content-type: text/html\r\n'),
      'expected content-type text/event-stream, got text/html',
    ],
    [
      'a body without a content type',
      'sse',
      answer('200 OK', 'data: x\n\n'),
      'expected content-type text/event-stream, got none',
    ],
    ['a body with a length', 'chunks', HELLO, 'expected a chunked body, got one without chunks'],
  ])('%s fails with class protocol instead of a stream', async (_, stream, response, message) => {
    const connection = await open(await rawServer(response))
    const { messages, outcome } = await listen(connection, { ...(stream && { stream }) })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol', message })
    expect(messages).toEqual([])
  })

  test('an error response instead of a stream is judged by its status', async () => {
    const server = await rawServer(answer('503 Busy', 'data: x\n\n', 'content-type: text/event-stream\r\n'))
    const { messages, outcome } = await listen(await open(server), { stream: 'sse' })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'http-5xx' })
    expect(messages).toEqual([])
  })
}
