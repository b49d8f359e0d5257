import { describe, expect, test, vi } from 'vitest'
import { ask, connected, ECHO, echoed } from '../mcp.case.ts'
import { event, json, postServer, progress, said, sessionServer, stream } from './scripted.case.ts'
import type { Posted, Respond } from './scripted.case.ts'

const NOBODY = { onMessage: () => {}, onDone: () => {} }

const answer: Respond = ({ message, response }) => json(response, echoed(message))

/** Bytes as they are, whatever HTTP thinks of them. */
function raw(bytes: string): Respond {
  return ({ response }) => void response.socket?.end(bytes)
}

describe('a call that gets no good reply', () => {
  test.each<[string, string, Respond, string]>([
    [
      'a stream that is cut in the middle',
      'connection',
      ({ response }) => {
        stream(response).write(`${event(progress(1, 1))}event: message\ndata: {"resu`)
        setTimeout(() => response.socket?.resetAndDestroy(), 5)
      },
      'the connection was lost inside the body',
    ],
    [
      'a stream that ends without the reply',
      'connection',
      ({ response }) => stream(response).end('id: 1\ndata:\n\n'),
      'the stream of the reply ended without it',
    ],
    [
      'a stream that ends inside the reply',
      'connection',
      ({ response }) => stream(response).end('data: {"re'),
      'ended',
    ],
    ['nothing at all', 'connection', raw(''), 'closed before any response'],
    [
      'half of a reply',
      'connection',
      raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"jsonrpc"'),
      'after 10 of 50 bytes',
    ],
    [
      'the reply to another request, on a stream',
      'misrouted',
      ({ response }) => stream(response).end(event({ jsonrpc: '2.0', id: 99_999, result: {} })),
      'the reply to another request came instead',
    ],
    [
      'the reply to another request',
      'misrouted',
      ({ response }) => json(response, { jsonrpc: '2.0', id: 99_999, result: {} }),
      'the reply to another request came instead',
    ],
    ['garbage', 'protocol', raw('garbage\r\n\r\n'), 'expected a status line'],
    [
      'JSON that is no JSON-RPC',
      'protocol',
      ({ response }) => json(response, { hello: 1 }),
      'expected a JSON-RPC reply',
    ],
    [
      'JSON that is none',
      'protocol',
      ({ response }) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc"'),
      'expected a JSON-RPC reply',
    ],
    [
      'an event that is no JSON-RPC',
      'protocol',
      ({ response }) => stream(response).end(event('hello')),
      "an event of the reply's stream is no JSON-RPC",
    ],
    [
      'a page',
      'protocol',
      ({ response }) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>'),
      'expected content-type application/json or text/event-stream, got text/html',
    ],
    ['202', 'protocol', ({ response }) => response.writeHead(202).end(), 'accepted as a notification, without a reply'],
    ['204', 'protocol', ({ response }) => response.writeHead(204).end(), 'got none'],
    [
      'a redirect',
      'status',
      ({ response }) => response.writeHead(307, { location: '/' }).end(),
      '307 Temporary Redirect',
    ],
    ['403', 'http-4xx', ({ response }) => response.writeHead(403).end('no'), '403 Forbidden'],
    ['503', 'http-5xx', ({ response }) => response.writeHead(503).end('no'), '503 Service Unavailable'],
    [
      '406 with a JSON-RPC error that names no request',
      'jsonrpc',
      ({ response }) =>
        json(response, { jsonrpc: '2.0', error: { code: -32_000, message: 'Not Acceptable' }, id: null }, 406),
      '-32000: Not Acceptable',
    ],
    [
      '500 with the JSON-RPC error of this request',
      'jsonrpc',
      ({ message, response }) =>
        json(response, { jsonrpc: '2.0', id: message.id, error: { code: 7, message: 'x' } }, 500),
      '7: x',
    ],
  ])('%s: class %s, and the session goes on', async (_, errorClass, respond, words) => {
    let broken = true
    const server = await sessionServer((posted) => (broken ? respond : answer)(posted))
    const connection = await connected(server.url)
    const outcome = await ask(connection, ECHO, 1)
    expect(outcome).toMatchObject({ ok: false, errorClass })
    expect(outcome.message).toContain(words)
    broken = false
    expect(await ask(connection, ECHO, 2)).toMatchObject({ ok: true })
    expect(server.sessions).toEqual(['s1'])
  })

  test('one of several calls fails alone', async () => {
    const server = await sessionServer((posted) => {
      if (posted.message.params?.arguments?.['message'] === 'bad') posted.response.socket?.resetAndDestroy()
      else setTimeout(() => answer(posted), 20)
    })
    const connection = await connected(server.url, { protocolVersion: '2025-11-25', maxInFlight: 3 })
    const outcomes = await Promise.all(
      ['good', 'bad', 'good'].map((message, i) => ask(connection, { tool: 'x', arguments: { message } }, i)),
    )
    expect(outcomes.map(({ errorClass = 'ok' }) => errorClass)).toEqual(['ok', 'connection', 'ok'])
  })

  test('a server that is gone: the call fails, and so does the connection', async () => {
    const server = await sessionServer(answer)
    const connection = await connected(server.url)
    await server.stop()
    expect(await ask(connection, ECHO)).toMatchObject({ ok: false, errorClass: expect.stringMatching(/^connect/) })
    // Nothing of it has crossed the wire.
    expect(await ask(connection, ECHO)).toMatchObject({ ok: false, bytesSent: 0 })
    expect(await connection.closed).toBeInstanceOf(Error)
    expect(connection.usable).toBe(false)
  })

  test('a server that cannot be reached again: no further call from the moment that anybody hears of it', async () => {
    const server = await sessionServer(answer)
    const connection = await connected(server.url)
    await server.stop()
    // The first may still find the socket that it had.
    const heard = [await ask(connection, ECHO), await ask(connection, ECHO)]
    expect(heard.find(({ errorClass }) => errorClass === 'connect')).toMatchObject({ usable: false })
  })

  test('a handshake that is not taken rejects with its class', async () => {
    const server = await postServer(({ message: { id, method }, response }) => {
      if (method === 'initialize') json(response, { jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } })
      else response.writeHead(500).end()
    })
    await expect(connected(server.url)).rejects.toMatchObject({
      errorClass: 'http-5xx',
      message: 'the server did not take notifications/initialized: 500 Internal Server Error',
    })
  })

  test.each<[string, Respond]>([
    ['never answered', () => {}],
    [
      'answered, but never ended',
      ({ message: { id, method }, response }) => {
        if (method === 'initialize') json(response, { jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } })
      },
    ],
  ])('a handshake that is %s can be given up', async (_, respond) => {
    const server = await postServer(respond)
    const signal = AbortSignal.timeout(200)
    await expect(connected(server.url, undefined, { signal })).rejects.toMatchObject({ errorClass: 'timeout' })
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })
})

describe('giving up', () => {
  const hanging = (held: Posted[]): Respond => {
    return (posted) => {
      if (posted.message.method === 'notifications/cancelled') posted.response.writeHead(202).end()
      else if (held.length > 0) answer(posted)
      else held.push(posted)
    }
  }

  test('closes the stream of the reply and tells the server by another; the next call is answered', async () => {
    const held: Posted[] = []
    const server = await sessionServer(hanging(held))
    const connection = await connected(server.url)
    const onDone = vi.fn<() => void>()
    const cancel = connection.exchange({ requestId: 0, operation: '', payload: ECHO }, { onMessage: () => {}, onDone })
    await vi.waitUntil(() => held.length === 1)
    expect(cancel().bytesSent).toBeGreaterThan(200)
    await vi.waitUntil(() => held[0]?.response.destroyed)
    await vi.waitUntil(() => said(server).includes('notifications/cancelled'))
    expect(server.posted.at(-1)?.message.params).toMatchObject({ requestId: held[0]?.message.id })
    expect(await ask(connection, ECHO, 1)).toMatchObject({ ok: true })
    expect(onDone).not.toHaveBeenCalled()
  })

  test('again and again leaves room for the next call, though the server takes no notification', async () => {
    let stalled = true
    const server = await sessionServer((posted) => {
      if (!stalled && posted.message.id !== undefined) answer(posted)
    })
    const connection = await connected(server.url)
    for (let requestId = 1; requestId <= 8; requestId++) {
      const count = server.posted.length
      const cancel = connection.exchange({ requestId, operation: '', payload: ECHO }, NOBODY)
      await vi.waitUntil(() => said(server).lastIndexOf('tools/call') >= count)
      cancel()
    }
    stalled = false
    expect(await ask(connection, ECHO, 9)).toMatchObject({ ok: true })
  })

  test('destroyed with a call under way: it fails before the connection is closed', async () => {
    const held: Posted[] = []
    const server = await sessionServer(hanging(held))
    const connection = await connected(server.url)
    const order: string[] = []
    const asked = ask(connection, ECHO).then((outcome) => order.push(outcome.errorClass ?? 'ok'))
    await vi.waitUntil(() => held.length === 1)
    connection.destroy()
    await connection.closed.then(() => order.push('closed'))
    await asked
    expect(order).toEqual(['connection', 'closed'])
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })
})
