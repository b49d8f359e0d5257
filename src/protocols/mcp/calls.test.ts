import { describe, expect, test, vi } from 'vitest'
import type { McpRequest } from './request.ts'
import { ask, connected, ECHO, echoed, legacyServer, PING } from './mcp.fixture.ts'

describe('a call', () => {
  test.each<[McpRequest, string, object | undefined]>([
    [{ tool: 'sum', arguments: { a: 1, b: 2 } }, 'tools/call', { name: 'sum', arguments: { a: 1, b: 2 } }],
    [{ tool: 'now' }, 'tools/call', { name: 'now', arguments: {} }],
    [{ resource: 'file:///a' }, 'resources/read', { uri: 'file:///a' }],
    [{ prompt: 'greet' }, 'prompts/get', { name: 'greet' }],
    [{ prompt: 'greet', arguments: { who: 'ü"\n' } }, 'prompts/get', { name: 'greet', arguments: { who: 'ü"\n' } }],
    [{ method: 'tools/list', params: { cursor: 'x' } }, 'tools/list', { cursor: 'x' }],
    [PING, 'ping', undefined],
  ])('sends %j as %s', async (request, method, params) => {
    const server = await legacyServer(({ id }, say) => say({ jsonrpc: '2.0', id, result: {} }))
    await ask(await connected(server.url), request)
    expect(server.said.at(-1)).toEqual({ jsonrpc: '2.0', id: 2, method, ...(params && { params }) })
  })

  test('has a unique id in the warm-up, in the run, and when two request ids are equal', async () => {
    const server = await legacyServer(() => {})
    const connection = await connected(server.url)
    for (const requestId of [-2, -1, 0, 1, 0]) void ask(connection, PING, requestId)
    await vi.waitFor(() => expect(server.said.filter(({ method }) => method === 'ping')).toHaveLength(5))
    const ids = server.said.filter(({ id }) => id !== undefined).map(({ id }) => Number(id))
    expect(ids.slice(1, 5)).toEqual([3, 1, 2, 4])
    expect(new Set(ids).size).toBe(6)
    expect(Math.min(...ids)).toBeGreaterThan(0)
  })

  test('reports its own progress notifications and no others', async () => {
    const server = await legacyServer(({ id, params }, say) => {
      const token = (params?.['_meta'] as { progressToken?: unknown } | undefined)?.progressToken
      const progress = (progressToken: unknown): object => ({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken, progress: 1 },
      })
      say({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } })
      for (let i = 0; i < 3; i++) say(progress(token))
      say(progress('another'))
      say(progress(12_345))
      say({ jsonrpc: '2.0', id, result: {} })
    })
    const connection = await connected(server.url)
    const outcome = await ask(connection, { tool: 'slow', progress: true }, 6)
    const line = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":14,"progress":1}}\n'
    expect(server.said.at(-1)?.params).toEqual({ name: 'slow', arguments: {}, _meta: { progressToken: 14 } })
    expect(outcome.messages).toEqual([line.length, line.length, line.length])
    expect(outcome.bytesReceived).toBe(3 * line.length + '{"jsonrpc":"2.0","id":14,"result":{}}\n'.length)
    expect((await ask(connection, { tool: 'slow' }, 7)).messages).toEqual([])
  })

  test('sends a cancel notification when it is cancelled, and ignores the late reply', async () => {
    const late: (() => void)[] = []
    const server = await legacyServer((message, say) => {
      if (message.method === 'ping') say({ jsonrpc: '2.0', id: message.id, result: {} })
      else late.push(() => say(echoed(message)))
    })
    const connection = await connected(server.url)
    const onDone = vi.fn<() => void>()
    const cancel = connection.exchange({ requestId: 0, operation: 'x', payload: ECHO }, { onMessage: () => {}, onDone })
    await vi.waitFor(() => expect(late).toHaveLength(1))
    expect(cancel()).toMatchObject({ bytesReceived: 0, bytesSent: JSON.stringify(server.said.at(-1)).length + 1 })
    await vi.waitFor(() =>
      expect(server.said.at(-1)).toEqual({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: 2, reason: 'cancelled' },
      }),
    )
    late[0]?.()
    expect(await ask(connection, PING, 1)).toMatchObject({ ok: true })
    expect(onDone).not.toHaveBeenCalled()
  })

  test('answers requests from the server while it waits', async () => {
    const server = await legacyServer((message, say) => {
      if (message.method === 'ping') {
        say({ jsonrpc: '2.0', id: 'p', method: 'ping' })
        say({ jsonrpc: '2.0', id: 0, method: 'sampling/createMessage', params: {} })
      }
      if (message.id === 0) say({ jsonrpc: '2.0', id: 2, result: {} })
    })
    expect(await ask(await connected(server.url), PING)).toMatchObject({ ok: true })
    expect(server.said.slice(-2)).toEqual([
      { jsonrpc: '2.0', id: 'p', result: {} },
      {
        jsonrpc: '2.0',
        id: 0,
        error: { code: -32_601, message: 'describe-load does not offer sampling/createMessage' },
      },
    ])
  })
})

describe('a connection', () => {
  test('fails the calls in flight when the server closes', async () => {
    const server = await legacyServer((_, __, socket) => socket.end())
    const connection = await connected(server.url)
    expect(await ask(connection, PING)).toMatchObject({
      ok: false,
      errorClass: 'connection',
      message: 'the server closed the connection',
    })
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toMatchObject({ message: 'the server closed the connection' })
  })

  test('closes cleanly when the server closes while no call is in flight', async () => {
    const server = await legacyServer(({ id }, say) => say({ jsonrpc: '2.0', id, result: {} }))
    const connection = await connected(server.url)
    await ask(connection, PING)
    server.sockets[0]?.end()
    expect(await connection.closed).toBeUndefined()
    expect(await ask(connection, PING)).toMatchObject({ message: 'the connection was already closed' })
  })

  test.each<[string, string, string]>([
    ['in the middle of a reply', '{"jsonrpc"', 'the server closed the connection in the middle of a message'],
    ['by a reset', '', 'the connection was lost: read ECONNRESET'],
  ])('reports the reason when it ends %s', async (_, last, message) => {
    const server = await legacyServer((__, ___, socket) => {
      if (last === '') socket.resetAndDestroy()
      else socket.end(last)
    })
    expect(await ask(await connected(server.url), PING)).toMatchObject({ errorClass: 'connection', message })
  })

  test('close waits for the call in flight', async () => {
    const server = await legacyServer((message, say) => {
      setTimeout(() => say(echoed(message)), 50)
    })
    const connection = await connected(server.url)
    const asked = ask(connection, ECHO)
    const closing = connection.close()
    expect(connection.usable).toBe(false)
    expect(await asked).toMatchObject({ ok: true })
    await closing
    expect(await connection.closed).toBeUndefined()
  })

  test('destroy fails the call in flight once', async () => {
    const server = await legacyServer(() => {})
    const connection = await connected(server.url)
    const asked = ask(connection, PING)
    connection.destroy()
    connection.destroy()
    expect(await asked).toMatchObject({ errorClass: 'connection', message: 'the connection was destroyed' })
    expect(await connection.closed).toBeUndefined()
  })

  test('closes after one call when it must not be reused', async () => {
    const server = await legacyServer((message, say) => say(echoed(message)))
    const connection = await connected(server.url, undefined, { reuse: false })
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toBeUndefined()
  })
})
