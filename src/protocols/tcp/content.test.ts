import { describe, expect, test } from 'vitest'
import type { Framing } from './index.ts'
import { ask, echo, open, send, testServer } from './server.fixture.ts'

describe('content that does not fit a frame', () => {
  test.each<[Framing, string | Uint8Array, string]>([
    ['newline', 'a\nb', 'data must not contain a newline, which ends a frame'],
    ['newline', Buffer.from('a\n'), 'data must not contain a newline, which ends a frame'],
    [{ delimiter: '\r\n' }, 'a\r\nb', 'data must not contain "\\r\\n", which ends a frame'],
    [{ delimiter: 'aba' }, 'ab', 'data must not contain "aba", which ends a frame'],
    [{ length: 1 }, 'x'.repeat(256), 'data must be at most 255 bytes long, the maximum of the length prefix'],
    [{ fixed: 4 }, 'abc', 'data must be exactly 4 bytes long, the fixed frame length'],
  ])(
    'fails with class protocol for framing %j, data %j, sends nothing, and completes the next exchange',
    async (framing, data, message) => {
      const connection = await open(await testServer(echo), { framing })
      const asked = send(connection, { data })
      expect(asked.outcomes).toEqual([])
      expect(await asked.done).toEqual({ ok: false, errorClass: 'protocol', message, bytesSent: 0, bytesReceived: 0 })
      expect(await ask(connection, { data: 'next' })).toMatchObject({ ok: true })
    },
  )

  const generated = (chunks: readonly string[], length = chunks.join('').length) => ({
    length,
    chunks: () => chunks.map((chunk) => Buffer.from(chunk)),
  })

  test.each<[Framing, ReturnType<typeof generated>, string]>([
    ['newline', generated(['aaa', 'b\nb']), 'data must not contain a newline, which ends a frame'],
    [{ delimiter: '\r\n' }, generated(['a\r', '\nb']), 'data must not contain "\\r\\n", which ends a frame'],
    [{ delimiter: 'aba' }, generated(['xx', 'ab']), 'data must not contain "aba", which ends a frame'],
    [{ length: 4 }, generated(['aaa', 'bbb'], 7), 'data is not 7 bytes long as declared'],
    [{ length: 4 }, generated(['aaa', 'bbb'], 5), 'data is not 5 bytes long as declared'],
  ])(
    'fails with class protocol for generated data, framing %j, and closes the connection',
    async (framing, data, message) => {
      const connection = await open(await testServer(() => {}), { framing, maxInFlight: 2 })
      const [one, behind] = [send(connection, { data }), send(connection, { data: 'behind' })]
      expect(await one.done).toMatchObject({ ok: false, errorClass: 'protocol', message })
      expect(await behind.done).toMatchObject({ ok: false, errorClass: 'connection', bytesSent: 0 })
      expect(await connection.closed).toMatchObject({ message })
    },
  )

  test('reports a body generator that throws', async () => {
    const connection = await open(await testServer(() => {}), { framing: { length: 4 } })
    const body = {
      length: 3,
      chunks: () => {
        throw new Error('no more words')
      },
    }
    expect(await ask(connection, { data: body })).toMatchObject({ errorClass: 'protocol', message: 'no more words' })
  })

  test('reports nothing when cancelled first', async () => {
    const connection = await open(await testServer(echo))
    const asked = send(connection, { data: 'a\nb' })
    expect(asked.cancel()).toEqual({ bytesSent: 0, bytesReceived: 0 })
    expect(await ask(connection, { data: 'next' })).toMatchObject({ ok: true })
    expect(asked.outcomes).toEqual([])
  })
})
