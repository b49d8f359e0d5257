import { describe, expect, test, vi } from 'vitest'
import { ask, connected, contextFor, ECHO, echoed, PING } from '../mcp.fixture.ts'
import { mcp, mcpKind } from '../index.ts'
import { event, json, NOT_ALLOWED, postServer, said, sessionServer, stream } from './scripted-server.fixture.ts'
import type { HttpScript, Posted, Respond, RespondElse } from './scripted-server.fixture.ts'

const answer: Respond = ({ message, response }) => json(response, echoed(message))
const EVENTS: RespondElse = (_, response) => void stream(response).write(': open\n\n')

describe('a session', () => {
  test('begins with the handshake, is named in every later request, and is deleted at the end', async () => {
    let farewell: Posted['headers'] | undefined
    const server = await sessionServer(answer, (request, response) => {
      farewell = request.headers
      response.writeHead(200).end()
    })
    const connection = await connected(server.url, { protocolVersion: '2025-11-25' }, { headers: { 'X-Plan': 'p' } })
    await ask(connection, ECHO)
    await connection.close()

    expect(said(server)).toEqual(['initialize', 'notifications/initialized', 'tools/call'])
    const [initialize, ...others] = server.posted
    expect(initialize?.headers).toMatchObject({
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'x-plan': 'p',
    })
    expect(initialize?.headers).not.toHaveProperty('mcp-session-id')
    const named = { 'mcp-session-id': 's1', 'mcp-protocol-version': '2025-11-25', 'x-plan': 'p' }
    for (const { headers } of others) expect(headers).toMatchObject(named)
    expect(farewell).toMatchObject(named)
    expect(server.methods).toEqual(['POST', 'POST', 'POST', 'DELETE'])
    expect(server.sockets).toHaveLength(1)
  })

  test('uses the version that the server selected', async () => {
    const server = await postServer(({ message: { id, method }, response }) => {
      if (method === 'initialize') json(response, { jsonrpc: '2.0', id, result: { protocolVersion: '2025-03-26' } })
      else if (id === undefined) response.writeHead(202).end()
      else json(response, { jsonrpc: '2.0', id, result: {} })
    })
    const connection = await connected(server.url)
    expect(connection.version).toBe('2025-03-26')
    expect(await ask(connection, PING)).toMatchObject({ ok: true })
    expect(server.posted.at(-1)?.headers).toMatchObject({ 'mcp-protocol-version': '2025-03-26' })
    // The server sent no session id, so there is no session to delete.
    expect(server.posted.at(-1)?.headers).not.toHaveProperty('mcp-session-id')
    await connection.close()
    expect(server.methods).not.toContain('DELETE')
  })

  test.each<[string, RespondElse]>([
    ['does not let clients delete sessions (405)', NOT_ALLOWED],
    ['never answers', () => {}],
    ['closes the connection', (request) => request.destroy()],
  ])('closes in bounded time when the server %s', async (_, respondElse) => {
    const server = await sessionServer(answer, respondElse)
    const connection = await connected(server.url)
    await connection.close()
    expect(await connection.closed).toBeUndefined()
    expect(server.methods.at(-1)).toBe('DELETE')
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })

  test('closes cleanly when the server has stopped and cannot delete it', async () => {
    const server = await sessionServer(answer)
    const connection = await connected(server.url)
    await server.stop()
    await connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  test('closes immediately when it is destroyed during the DELETE request', async () => {
    const server = await sessionServer(answer, () => {})
    const connection = await connected(server.url)
    const closing = connection.close()
    await vi.waitUntil(() => server.methods.includes('DELETE'))
    connection.destroy()
    await closing
    expect(await connection.closed).toBeUndefined()
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })

  test('is deleted after one call when it must not be reused', async () => {
    const server = await sessionServer(answer)
    const connection = await connected(server.url, { protocolVersion: '2025-11-25' }, { reuse: false })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(await connection.closed).toBeUndefined()
    expect(server.methods.at(-1)).toBe('DELETE')
    expect(server.sockets).toHaveLength(1)
  })

  test.each<[string, Respond]>([
    [
      '404',
      ({ response }) => json(response, { error: { code: -32_001, message: 'Session not found' }, id: null }, 404),
    ],
    ['404 without a body', ({ response }) => void response.writeHead(404).end()],
    [
      '400 that names the session',
      ({ response }) => json(response, { error: { code: -32_000, message: 'Bad Request: No valid session ID' } }, 400),
    ],
    [
      '400 of a restarted server',
      ({ response }) => json(response, { error: { code: -32_000, message: 'Server not initialized' }, id: null }, 400),
    ],
  ])('that no longer exists (%s) fails with class session-lost and is not usable', async (_, respond) => {
    const server = await sessionServer(respond)
    const connection = await connected(server.url)
    // The caller sends the next call immediately, so the connection must already be unusable.
    expect(await ask(connection, ECHO)).toMatchObject({ ok: false, errorClass: 'session-lost', usable: false })
    expect(await connection.closed).toMatchObject({ errorClass: 'session-lost' })
    // A lost session is not deleted.
    expect(server.methods).not.toContain('DELETE')
  })

  test('that was lost is replaced by a new session of the next connection', async () => {
    const gone = new Set(['s1'])
    const server = await sessionServer((posted) => {
      if (gone.has(String(posted.headers['mcp-session-id']))) posted.response.writeHead(404).end()
      else answer(posted)
    })
    const protocol = mcpKind.create(mcp({ protocolVersion: '2025-11-25' }))
    const first = await protocol.connect(server.url, contextFor())
    await ask(first, ECHO)
    const second = await connected(server.url)
    expect(await ask(second, ECHO)).toMatchObject({ ok: true })
    expect(server.sessions).toEqual(['s1', 's2'])
  })

  test('is not lost when an unknown method gets a JSON-RPC error with status 404', async () => {
    const server = await sessionServer(({ message, response }) =>
      json(response, { jsonrpc: '2.0', id: message.id, error: { code: -32_601, message: 'Method not found' } }, 404),
    )
    const connection = await connected(server.url)
    expect(await ask(connection, { method: 'x' })).toMatchObject({ errorClass: 'jsonrpc' })
    expect(connection.usable).toBe(true)
  })

  test('outlives its sockets when the server closes them after each answer', async () => {
    const server = await sessionServer((posted) => {
      posted.response.setHeader('connection', 'close')
      answer(posted)
    })
    const connection = await connected(server.url)
    for (let i = 0; i < 10; i++) expect(await ask(connection, ECHO, i)).toMatchObject({ ok: true })
    expect(server.sessions).toEqual(['s1'])
  })

  test('outlives idle sockets that the server closes', async () => {
    const server = await sessionServer(answer)
    const connection = await connected(server.url)
    expect(await ask(connection, ECHO, 1)).toMatchObject({ ok: true })
    for (const socket of server.sockets) socket.end()
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
    expect(connection.usable).toBe(true)
    expect(await ask(connection, ECHO, 2)).toMatchObject({ ok: true })
    expect(server.sessions).toEqual(['s1'])
    expect(server.sockets).toHaveLength(2)
  })
})

describe('the listening stream', () => {
  const listening = (server: HttpScript): ReturnType<typeof connected> =>
    connected(server.url, { protocolVersion: '2025-11-25', listen: true })

  test('opens in the session when the plan asks for it', async () => {
    let asked: Posted['headers'] | undefined
    const server = await sessionServer(
      (posted) => posted.message.method === undefined || answer(posted),
      (request, response) => {
        if (request.method === 'DELETE') return NOT_ALLOWED(request, response)
        asked = request.headers
        stream(response).write(event({ jsonrpc: '2.0', id: 'server-1', method: 'ping' }))
      },
    )
    const connection = await listening(server)
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    // Requests of the server on this stream are answered.
    await vi.waitUntil(() => server.posted.some(({ message }) => message.id === 'server-1'))
    expect(server.posted.at(-1)?.message).toMatchObject({ result: {} })
    expect(asked).toMatchObject({ accept: 'text/event-stream', 'mcp-session-id': 's1' })
    await connection.close()
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })

  test.each<[string, RespondElse]>([
    ['offers none (405)', NOT_ALLOWED],
    ['ends it', (_, response) => void stream(response).end()],
    ['keeps it silent', EVENTS],
  ])('does not affect calls when the server %s', async (_, respondElse) => {
    const server = await sessionServer(answer, respondElse)
    const connection = await listening(server)
    await vi.waitUntil(() => server.methods.includes('GET'))
    for (let i = 0; i < 3; i++) expect(await ask(connection, ECHO, i)).toMatchObject({ ok: true })
    expect(connection.usable).toBe(true)
  })

  test('is not opened by default', async () => {
    const server = await sessionServer(answer)
    await ask(await connected(server.url), ECHO)
    expect(server.methods).not.toContain('GET')
  })
})
