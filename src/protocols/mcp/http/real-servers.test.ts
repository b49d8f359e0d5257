import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { McpRequest } from '../request.ts'
import { mcp, mcpKind } from '../index.ts'
import { ask, connected, contextFor, ECHO, PING } from '../mcp.fixture.ts'
import { everything, modernServer } from './real-servers.fixture.ts'

const LONG: McpRequest = { tool: 'trigger-long-running-operation', arguments: { duration: 1, steps: 3 } }

function negotiate(url: URL): Promise<unknown> {
  return mcpKind.create(mcp()).negotiate?.(url, contextFor()) ?? Promise.resolve()
}

describe('server-everything over Streamable HTTP', () => {
  test('negotiates 2025-11-25, answers in one session and deletes it at the end', async () => {
    const { url, output } = await everything('streamableHttp')
    const negotiated = await negotiate(url)
    expect(negotiated).toEqual({ era: 'legacy', version: '2025-11-25', httpSse: false })
    const connection = await connected(url, {}, { negotiated })
    for (let i = 0; i < 20; i++) expect(await ask(connection, { ...ECHO, read: 'text' }, i)).toMatchObject({ ok: true })
    expect(await ask(connection, { ...LONG, progress: true }, 20)).toMatchObject({ ok: true, messages: { length: 3 } })
    expect(await ask(connection, { tool: 'no-such-tool' }, 21)).toMatchObject({ errorClass: 'tool-error' })
    expect(await ask(connection, { method: 'no/such' }, 22)).toMatchObject({ errorClass: 'jsonrpc' })
    await connection.close()
    await vi.waitUntil(() => /session termination request/i.test(output()))
    // The session of the negotiation was deleted as well.
    expect(output().match(/Session initialized/g)).toHaveLength(2)
    expect(output().match(/session termination request/g)).toHaveLength(2)
  })

  test('ends a cancelled call, and the session continues', async () => {
    const { url } = await everything('streamableHttp')
    const connection = await connected(url)
    const onDone = vi.fn<() => void>()
    const slow = { tool: 'trigger-long-running-operation', arguments: { duration: 20, steps: 2 } }
    const cancel = connection.exchange({ requestId: 0, operation: '', payload: slow }, { onMessage: () => {}, onDone })
    await delay(100)
    cancel()
    expect(await ask(connection, ECHO, 1)).toMatchObject({ ok: true })
    await connection.close()
    expect(onDone).not.toHaveBeenCalled()
  })

  test('a slow call does not delay other calls in flight', async () => {
    const { url } = await everything('streamableHttp')
    const connection = await connected(url, { protocolVersion: '2025-11-25', maxInFlight: 4 })
    const order: string[] = []
    await Promise.all([
      ask(connection, LONG, 0).then(() => order.push('slow')),
      ...[1, 2, 3].map((i) => ask(connection, ECHO, i).then(({ ok }) => order.push(ok ? 'fast' : 'failed'))),
    ])
    expect(order).toEqual(['fast', 'fast', 'fast', 'slow'])
  })

  test('a listening stream stays open during calls', async () => {
    const { url, output } = await everything('streamableHttp')
    const connection = await connected(url, { protocolVersion: '2025-11-25', listen: true })
    await vi.waitUntil(() => output().includes('Establishing new SSE stream'))
    expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
  })
})

test('negotiates HTTP+SSE with server-everything and gets answers', async () => {
  const { url, output } = await everything('sse')
  const negotiated = await negotiate(url)
  expect(negotiated).toMatchObject({ era: 'legacy', httpSse: true })
  const connection = await connected(url, {}, { negotiated })
  for (let i = 0; i < 20; i++) expect(await ask(connection, ECHO, i)).toMatchObject({ ok: true })
  expect(await ask(connection, { ...LONG, progress: true }, 20)).toMatchObject({ ok: true, messages: { length: 3 } })
  expect(await ask(connection, PING, 21)).toMatchObject({ ok: true })
  await connection.close()
  await vi.waitUntil(() => output().match(/Client Disconnected/g)?.length === 2)
})

// In mode `auto` the server answers with JSON, unless it sends a notification before the reply.
describe.each(['auto', 'sse'] as const)('a server of 2026-07-28 in response mode %s', (responseMode) => {
  test('is negotiated and answers without a handshake', async () => {
    const url = await modernServer({ responseMode, legacy: 'reject' })
    const negotiated = await negotiate(url)
    expect(negotiated).toEqual({ era: 'modern', version: '2026-07-28', httpSse: false })
    const connection = await connected(url, {}, { negotiated })
    expect(connection.version).toBe('2026-07-28')

    const good: readonly [McpRequest, string][] = [
      [{ ...ECHO, nonce: false }, 'Echo: hi'],
      [{ resource: 'test://fact' }, 'a fact'],
      [{ prompt: 'grüße' }, 'Servus'],
    ]
    for (const [index, [request, text]] of good.entries()) {
      const outcome = await ask(connection, { ...request, read: 'text' }, index)
      expect(outcome).toMatchObject({ ok: true, answer: { text } })
    }
    const bad: readonly [McpRequest, string][] = [
      [{ tool: 'no-such-tool' }, '-32602'],
      [{ method: 'no/such' }, '-32601'],
      // The modern era has no ping.
      [PING, '-32601'],
    ]
    for (const [index, [request, code]] of bad.entries()) {
      const message = expect.stringContaining(`${code}: `)
      expect(await ask(connection, request, 10 + index)).toMatchObject({ ok: false, errorClass: 'jsonrpc', message })
    }
    expect(await ask(connection, ECHO, 20)).toMatchObject({ ok: true })
    expect(await ask(connection, { method: 'tools/list' }, 21)).toMatchObject({ ok: true })
    expect(await ask(connection, { tool: 'steps', progress: true }, 50)).toMatchObject({
      ok: true,
      messages: { length: 3 },
    })
    expect(connection.usable).toBe(true)
  })
})

test('negotiates the modern era with a server of both eras, and can use the legacy one', async () => {
  const url = await modernServer()
  expect(await negotiate(url)).toMatchObject({ era: 'modern' })
  const connection = await connected(url, { protocolVersion: '2025-06-18' })
  expect(connection.version).toBe('2025-06-18')
  expect(await ask(connection, ECHO)).toMatchObject({ ok: true })
})
