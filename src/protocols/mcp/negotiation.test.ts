import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { mcp, mcpKind } from './index.ts'
import { ask, connected, contextFor, legacyServer, lineServer, overPipes, PING, STDIO } from './mcp.fixture.ts'
import type { Behaviour, Said } from './mcp.fixture.ts'
import type { McpOptions } from './options.ts'

const SCRIPT = fileURLToPath(new URL('scripted-server.fixture.ts', import.meta.url))

function negotiated(target: URL, options: McpOptions = {}, stdio?: readonly string[]): Promise<unknown> {
  const context = contextFor(stdio && { stdio: { stdio } })
  return mcpKind.create(mcp(options)).negotiate?.(target, context) ?? Promise.reject(new TypeError('no negotiate'))
}

/** A server of the modern era, which requires the version in every request. */
const modern: Behaviour = ({ id, method, params }, say) => {
  const meta = params?.['_meta'] as Readonly<Record<string, unknown>> | undefined
  if (meta?.['io.modelcontextprotocol/protocolVersion'] !== '2026-07-28') {
    say({ jsonrpc: '2.0', id, error: { code: -32_602, message: 'no version' } })
  } else if (method === 'server/discover') {
    say({ jsonrpc: '2.0', id, result: { supportedVersions: ['2026-07-28'], capabilities: {}, resultType: 'complete' } })
  } else say({ jsonrpc: '2.0', id, result: { resultType: 'complete', params } })
}

/** Starts a server that answers `server/discover` with this reply and ignores other messages. */
function discovering(reply: object): Promise<{ readonly url: URL; readonly said: readonly Said[] }> {
  return lineServer(({ id, method }, say) => {
    if (method === 'server/discover') say({ jsonrpc: '2.0', id, ...reply })
  })
}

describe('negotiation', () => {
  test('chooses the modern era when the server answers server/discover', async () => {
    const server = await lineServer(modern)
    expect(await negotiated(server.url)).toEqual({ era: 'modern', version: '2026-07-28', httpSse: false })
    expect(server.said.map(({ method }) => method)).toEqual(['server/discover'])
  })

  test('chooses the legacy era when the server does not know server/discover', async () => {
    const server = await legacyServer(() => {}, '2025-06-18')
    expect(await negotiated(server.url)).toEqual({ era: 'legacy', version: '2025-06-18', httpSse: false })
    const methods = ['server/discover', 'initialize', 'notifications/initialized']
    await vi.waitFor(() => expect(server.said.map(({ method }) => method)).toEqual(methods))
    expect(server.said[1]?.params).toEqual({
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'describe-load', version: expect.any(String) },
    })
  })

  test.each<[string, object, object]>([
    [
      'an unsupported version error that lists a supported one',
      { error: { code: -32_022, message: 'x', data: { supported: ['2030-01-01', '2025-06-18'] } } },
      { era: 'legacy', version: '2025-06-18' },
    ],
    [
      'a missing capability error',
      { error: { code: -32_021, message: 'x' } },
      { era: 'modern', version: '2026-07-28' },
    ],
    [
      'a server that supports both eras',
      { result: { supportedVersions: ['2025-11-25', '2026-07-28'] } },
      { era: 'modern' },
    ],
  ])('decides after %s', async (_, reply, expected) => {
    expect(await negotiated((await discovering(reply)).url)).toMatchObject(expected)
  })

  test('fails when no version is supported by both sides', async () => {
    const { url } = await discovering({ result: { supportedVersions: ['2030-01-01'] } })
    await expect(negotiated(url)).rejects.toMatchObject({
      errorClass: 'protocol',
      message: `${url.host} supports MCP 2030-01-01, but describe-load supports 2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05`,
    })
  })

  test('sends no request when the version is fixed', async () => {
    const nowhere = new URL('mcp+tcp://127.0.0.1:1')
    expect(await negotiated(nowhere, { protocolVersion: '2025-03-26' })).toMatchObject({ version: '2025-03-26' })
    expect(await negotiated(nowhere, { protocolVersion: '2026-07-28' })).toMatchObject({ era: 'modern' })
    const old = { protocolVersion: '2024-11-05' } as const
    expect(await negotiated(nowhere, old)).toMatchObject({ httpSse: false })
    expect(await negotiated(new URL('mcp+http://127.0.0.1:1'), old)).toMatchObject({ httpSse: true })
  })

  test('retries when the server exits on an unknown method', async () => {
    const stdio = [process.execPath, SCRIPT, 'exits at discover']
    expect(await negotiated(STDIO, {}, stdio)).toEqual({ era: 'legacy', version: '2025-11-25', httpSse: false })
  })

  test('retries when the server rejects an unknown method and closes the connection', async () => {
    const server = await lineServer(({ id, method }, say, socket) => {
      if (method === 'initialize' && socket.writable) {
        say({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-06-18' } })
      }
      if (method !== 'server/discover') return
      say({ jsonrpc: '2.0', id, error: { code: -32_600, message: 'initialize first' } })
      socket.end()
    })
    expect(await negotiated(server.url)).toMatchObject({ era: 'legacy', version: '2025-06-18' })
    expect(server.sockets).toHaveLength(2)
  })

  test('chooses the legacy era when the server ignores unknown methods', async () => {
    const stdio = [process.execPath, SCRIPT, 'ignores discover']
    expect(await negotiated(STDIO, {}, stdio)).toMatchObject({ era: 'legacy', version: '2025-11-25' })
  }, 15_000)

  test('chooses the modern era when the server is only slow to start', async () => {
    const server = await lineServer((message, say) => {
      // It reads the queued messages in order, and does not know initialize.
      if (message.method !== 'initialize') return
      const [first = message] = server.said
      modern(first, say, server.sockets[0] as never)
    })
    expect(await negotiated(server.url)).toMatchObject({ era: 'modern', version: '2026-07-28' })
  }, 15_000)

  test('passes its result to every connection, which then does not negotiate', async () => {
    const server = await lineServer(modern)
    const connection = await connected(server.url, {}, { negotiated: await negotiated(server.url) })
    expect(connection.version).toBe('2026-07-28')
    expect(server.said).toHaveLength(1)
    const { answer } = await ask(connection, { tool: 'x', arguments: { a: 1 }, progress: true, read: 'json' })
    expect(answer?.json).toEqual({
      resultType: 'complete',
      params: {
        name: 'x',
        arguments: { a: 1 },
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'describe-load', version: expect.any(String) },
          'io.modelcontextprotocol/clientCapabilities': {},
          progressToken: 2,
        },
      },
    })
  })

  test('runs on a connection that gets no negotiated version', async () => {
    const connection = await connected((await lineServer(modern)).url, {})
    expect(connection.version).toBe('2026-07-28')
    const legacy = await overPipes([process.execPath, SCRIPT, 'plain'], { protocolVersion: '2025-03-26' })
    expect(legacy.version).toBe('2025-11-25')
  })
})

describe('a handshake', () => {
  test('continues with another supported version and logs it', async () => {
    const log = vi.fn<(text: string) => void>()
    const server = await legacyServer(({ id }, say) => say({ jsonrpc: '2.0', id, result: {} }), '2025-06-18')
    const connection = await connected(server.url, undefined, { log })
    expect(connection.version).toBe('2025-06-18')
    expect(log).toHaveBeenCalledWith(`${server.url.host} chose MCP 2025-06-18 instead of 2025-11-25`)
    expect(await ask(connection, PING)).toMatchObject({ ok: true })
    expect(server.said.map(({ method }) => method)).toEqual(['initialize', 'notifications/initialized', 'ping'])
  })

  test.each(['1999-01-01', '2026-07-28'])('fails when the server selects version %s', async (version) => {
    const { url } = await legacyServer(() => {}, version)
    await expect(connected(url)).rejects.toMatchObject({
      name: 'ConnectError',
      errorClass: 'protocol',
      message: `${url.host} selected MCP '${version}', but the handshake supports 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05`,
    })
  })

  test('fails with the error of a server that rejects it', async () => {
    const { url } = await lineServer(({ id }, say) =>
      say({ jsonrpc: '2.0', id, error: { code: -32_602, message: 'go away' } }),
    )
    await expect(connected(url)).rejects.toMatchObject({
      errorClass: 'jsonrpc',
      message: `${url.host} rejected initialize: -32602: go away`,
    })
  })

  test('names the method when the connection closes during it', async () => {
    const { url } = await lineServer((_, __, socket) => socket.destroy())
    await expect(connected(url)).rejects.toMatchObject({
      errorClass: 'connection',
      message: expect.stringContaining(`initialize to ${url.host} failed: the server closed the connection`),
    })
  })

  test('fails with class connect on a closed port', async () => {
    await expect(connected(new URL('mcp+tcp://127.0.0.1:1'))).rejects.toMatchObject({ errorClass: 'connect' })
  })
})
