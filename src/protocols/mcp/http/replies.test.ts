import { describe, expect, test, vi } from 'vitest'
import type { McpRequest } from '../request.ts'
import { ask, connected, ECHO, echoed } from '../mcp.fixture.ts'
import { event, json, progress, sessionServer, stream } from './scripted-server.fixture.ts'
import type { Posted, Respond } from './scripted-server.fixture.ts'

const good = ({ message }: Posted): object => ({ result: {}, jsonrpc: '2.0', id: message.id })

describe('a reply', () => {
  test.each<[string, Respond]>([
    ['as JSON', ({ message, response }) => json(response, echoed(message))],
    [
      'as JSON split inside a character',
      ({ message, response }) => {
        const bytes = Buffer.from(JSON.stringify({ ...echoed(message), more: 'ü' }))
        response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
        const cut = bytes.indexOf(Buffer.from('ü')) + 1
        response.write(bytes.subarray(0, cut))
        setTimeout(() => response.end(bytes.subarray(cut)), 5)
      },
    ],
    ['in a stream', ({ message, response }) => stream(response).end(event(echoed(message)))],
    [
      'after an event that primes its stream',
      ({ message, response }) => stream(response).end(`id: 1\ndata:\n\nid: 2\n${event(echoed(message))}`),
    ],
    [
      'after comments and events of other types',
      ({ message, response }) => stream(response).end(`: hello\n\nevent: ping\ndata: x\n\n${event(echoed(message))}`),
    ],
    [
      'after the reply to another request',
      ({ message, response }) =>
        stream(response).end(event({ ...good({ message } as Posted), id: 123_456_789 }) + event(echoed(message))),
    ],
    ['twice', ({ message, response }) => stream(response).end(event(echoed(message)) + event(echoed(message)))],
    [
      'in a batch (2025-03-26)',
      ({ message, response }) => json(response, [{ jsonrpc: '2.0', method: 'notifications/x' }, echoed(message)]),
    ],
  ])('%s is accepted, and its socket is reused', async (_, respond) => {
    const server = await sessionServer(respond)
    const connection = await connected(server.url)
    for (let i = 0; i < 3; i++) expect(await ask(connection, ECHO, i)).toMatchObject({ ok: true })
    expect(connection.usable).toBe(true)
    expect(server.sockets).toHaveLength(1)
  })

  test('reports each progress notification before it as a message', async () => {
    const server = await sessionServer(({ message, response }) => {
      const token = (message.params?.['_meta'] as { progressToken?: unknown } | undefined)?.progressToken
      stream(response)
      response.write(event(progress(token, 1)))
      response.end(event(progress(token, 2)) + event(echoed(message)))
    })
    const outcome = await ask(await connected(server.url), { ...ECHO, progress: true })
    expect(outcome).toMatchObject({ ok: true, messages: { length: 2 } })
  })

  test('answers a server’s request on the stream with a separate post', async () => {
    let answered: (() => void) | undefined
    const server = await sessionServer(({ message, response }) => {
      if (message.method === undefined) {
        response.writeHead(202).end()
        answered?.()
        return
      }
      stream(response).write(event({ method: 'roots/list', jsonrpc: '2.0', id: message.id }))
      answered = () => response.end(event(echoed(message)))
    })
    // The server has separate ids, so an id equal to the call's must not matter.
    expect(await ask(await connected(server.url), ECHO)).toMatchObject({ ok: true })
    expect(server.posted.at(-1)?.message).toMatchObject({ id: 2, error: { code: -32_601 } })
  })

  test('ends the call while its stream stays open; the next call uses another socket', async () => {
    const server = await sessionServer(({ message, response }) => stream(response).write(event(echoed(message))))
    const connection = await connected(server.url)
    for (let i = 0; i < 12; i++) expect(await ask(connection, ECHO, i)).toMatchObject({ ok: true })
    // Sockets of streams that never end do not accumulate.
    await vi.waitUntil(() => server.sockets.filter(({ destroyed }) => !destroyed).length <= 4)
    await connection.close()
    await vi.waitUntil(() => server.sockets.every(({ destroyed }) => destroyed))
  })

  test('reuses a socket whose stream ended after the reply', async () => {
    const server = await sessionServer(({ message, response }) => {
      stream(response).write(event(echoed(message)))
      setTimeout(() => response.end(), 20)
    })
    const connection = await connected(server.url)
    for (let i = 0; i < 10; i++) {
      expect(await ask(connection, ECHO, i)).toMatchObject({ ok: true })
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(server.sockets.length).toBeLessThanOrEqual(4)
  })

  test.each<[string, Respond]>([
    ['JSON', ({ message, response }) => json(response, { jsonrpc: '2.0', id: message.id, result: { ü: 1 } })],
    [
      'a stream',
      ({ message, response }) => stream(response).end(event({ jsonrpc: '2.0', id: message.id, result: { ü: 1 } })),
    ],
  ])('counts the bytes on the wire, as %s', async (as, respond) => {
    const wire: { readonly read: number; readonly written: number }[] = []
    const server = await sessionServer((posted) => {
      const { bytesRead = 0, bytesWritten = 0 } = posted.response.socket ?? {}
      wire.push({ read: bytesRead, written: bytesWritten })
      respond(posted)
    })
    const connection = await connected(server.url)
    const call: McpRequest = { tool: 'x', arguments: { text: 'ü'.repeat(1_000) } }
    const outcomes = [await ask(connection, call, 1), await ask(connection, call, 2), await ask(connection, call, 3)]
    const sent = (wire[1]?.read ?? 0) - (wire[0]?.read ?? 0)
    const received = (wire[2]?.written ?? 0) - (wire[1]?.written ?? 0)
    expect(outcomes[1]?.bytesSent).toBe(sent)
    // When the reply of a stream is reported, the reason phrase and the framing bytes of the chunks are unknown.
    const unknown = as === 'JSON' ? 0 : ' OK'.length + '5d\r\n\r\n0\r\n\r\n'.length
    expect(outcomes[1]?.bytesReceived).toBe(received - unknown)
  })

  test('gives each call in flight a separate socket and reuses the sockets', async () => {
    const held: (() => void)[] = []
    const server = await sessionServer(({ message, response }) => {
      held.push(() => json(response, echoed(message)))
      if (held.length === 3) for (const release of held.splice(0).reverse()) release()
    })
    const connection = await connected(server.url, { protocolVersion: '2025-11-25', maxInFlight: 3 })
    expect(connection.maxInFlight).toBe(3)
    for (let i = 0; i < 3; i++) {
      const outcomes = await Promise.all([1, 2, 3].map((k) => ask(connection, ECHO, 3 * i + k)))
      expect(outcomes).toMatchObject([{ ok: true }, { ok: true }, { ok: true }])
    }
    expect(server.sockets).toHaveLength(3)
  })
})
