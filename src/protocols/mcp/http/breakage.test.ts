import { describe, expect, test, vi } from 'vitest'
import { ask, connected, ECHO, echoed } from '../mcp.fixture.ts'
import { event, json, postServer, progress, said, sessionServer, stream } from './scripted-server.fixture.ts'
import type { Posted, Respond } from './scripted-server.fixture.ts'

const IGNORE = { onMessage: () => {}, onDone: () => {} }

const answer: Respond = ({ message, response }) => json(response, echoed(message))

/** Sends these bytes unchanged, even when they are invalid HTTP. */
function raw(bytes: string): Respond {
  return ({ response }) => void response.socket?.end(bytes)
}

describe('a call without a valid reply', () => {
  test.each<[string, string, Respond, string]>([
    [
      'a stream that is reset in the middle',
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
      'the reply stream ended without the reply',
    ],
    [
      'a stream that ends inside the reply',
      'connection',
      ({ response }) => stream(response).end('data: {"re'),
      'ended',
    ],
    ['an empty response', 'connection', raw(''), 'closed before any response'],
    [
      'half of a reply',
      'connection',
      raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"jsonrpc"'),
      'after 10 of 50 bytes',
    ],
    [
      'a reply with an id that no one sent, on a stream',
      'protocol',
      ({ response }) => stream(response).end(event({ jsonrpc: '2.0', id: 99_999, result: {} })),
      'the reply has the id of another request instead of',
    ],
    [
      'a reply with an id that no one sent',
      'protocol',
      ({ response }) => json(response, { jsonrpc: '2.0', id: 99_999, result: {} }),
      'the reply has the id of another request instead of',
    ],
    [
      'the reply to another call',
      'misrouted',
      ({ response }) => json(response, { jsonrpc: '2.0', id: 99_999, result: { text: 'hello [0123abcd-99999]' } }),
      'the reply has the id of another request instead of',
    ],
    ['garbage', 'protocol', raw('garbage\r\n\r\n'), 'expected a status line'],
    [
      'JSON that is not JSON-RPC',
      'protocol',
      ({ response }) => json(response, { hello: 1 }),
      'expected a JSON-RPC reply',
    ],
    [
      'invalid JSON',
      'protocol',
      ({ response }) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc"'),
      'expected a JSON-RPC reply',
    ],
    [
      'an event that is not JSON-RPC',
      'protocol',
      ({ response }) => stream(response).end(event('hello')),
      'the reply stream contains an event that is not JSON-RPC',
    ],
    [
      'an HTML page',
      'protocol',
      ({ response }) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>'),
      'expected content-type application/json or text/event-stream, got text/html',
    ],
    [
      '202',
      'protocol',
      ({ response }) => response.writeHead(202).end(),
      'the server accepted the request (202) without a reply',
    ],
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
      '406 with a JSON-RPC error without an id',
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
  ])('%s fails with class %s, and the session continues', async (_, errorClass, respond, words) => {
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

  test('one of several calls in flight fails alone', async () => {
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

  test('fails the call and the connection when the server has stopped', async () => {
    const server = await sessionServer(answer)
    const connection = await connected(server.url)
    await server.stop()
    expect(await ask(connection, ECHO)).toMatchObject({ ok: false, errorClass: expect.stringMatching(/^connect/) })
    // No byte of it was sent.
    expect(await ask(connection, ECHO)).toMatchObject({ ok: false, bytesSent: 0 })
    expect(await connection.closed).toBeInstanceOf(Error)
    expect(connection.usable).toBe(false)
  })

  test('is not usable when the outcome reports that the server is unreachable', async () => {
    const server = await sessionServer(answer)
    const connection = await connected(server.url)
    await server.stop()
    // The first call may still use the open socket.
    const received = [await ask(connection, ECHO), await ask(connection, ECHO)]
    expect(received.find(({ errorClass }) => errorClass === 'connect')).toMatchObject({ usable: false })
  })

  test('rejects with the class of a failed handshake', async () => {
    const server = await postServer(({ message: { id, method }, response }) => {
      if (method === 'initialize') json(response, { jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } })
      else response.writeHead(500).end()
    })
    await expect(connected(server.url)).rejects.toMatchObject({
      errorClass: 'http-5xx',
      message: 'the server did not accept notifications/initialized: 500 Internal Server Error',
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
  ])('a handshake that is %s can be aborted', async (_, respond) => {
    const server = await postServer(respond)
    const signal = AbortSignal.timeout(200)
    await expect(connected(server.url, undefined, { signal })).rejects.toMatchObject({ errorClass: 'timeout' })
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })
})

describe('cancelling a call', () => {
  const hanging = (held: Posted[]): Respond => {
    return (posted) => {
      if (posted.message.method === 'notifications/cancelled') posted.response.writeHead(202).end()
      else if (held.length > 0) answer(posted)
      else held.push(posted)
    }
  }

  test('closes the reply stream, sends a cancel notification, and leaves the session usable', async () => {
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

  test('many times leaves room for the next call when the server accepts no notification', async () => {
    let stalled = true
    const server = await sessionServer((posted) => {
      if (!stalled && posted.message.id !== undefined) answer(posted)
    })
    const connection = await connected(server.url)
    for (let requestId = 1; requestId <= 8; requestId++) {
      const count = server.posted.length
      const cancel = connection.exchange({ requestId, operation: '', payload: ECHO }, IGNORE)
      await vi.waitUntil(() => said(server).lastIndexOf('tools/call') >= count)
      cancel()
    }
    stalled = false
    expect(await ask(connection, ECHO, 9)).toMatchObject({ ok: true })
  })

  test('destroy fails the call in flight before closed resolves', async () => {
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
