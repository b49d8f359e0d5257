import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConnectError } from '../../model/connect-error.ts'
import { postServer } from './http/scripted-server.fixture.ts'
import { contextFor, lineServer } from './mcp.fixture.ts'
import type { Said } from './mcp.fixture.ts'
import { mcp, mcpKind } from './index.ts'

/** Members of results and errors that the handshake reads, each with any value. */
const replies: fc.Arbitrary<object> = (() => {
  const value = fc.jsonValue({ depthSize: 'small' })
  const tool = fc.record(
    {
      name: fc.oneof(fc.constantFrom<unknown>('__proto__', 'constructor'), value),
      inputSchema: fc.oneof(
        value,
        fc.record({ properties: fc.record({ a: fc.record({ 'x-mcp-header': fc.oneof(fc.string(), value) }) }) }),
      ),
    },
    { requiredKeys: [] },
  )
  const versions = fc.oneof(value, fc.array(fc.oneof(value, fc.constantFrom<unknown>('2026-07-28', '2025-06-18'))))
  const result = fc.record(
    {
      supportedVersions: versions,
      protocolVersion: fc.oneof(value, fc.constantFrom<unknown>('2025-11-25', '2024-11-05', '2026-07-28')),
      tools: fc.oneof(value, fc.array(fc.oneof(tool, value))),
      nextCursor: value,
    },
    { requiredKeys: [] },
  )
  const code = fc.oneof(fc.constantFrom<unknown>(-32_601, -32_022), value)
  const error = fc.record({ code, message: value, data: fc.oneof(value, fc.record({ supported: versions })) })
  return fc.record({ result: fc.oneof(result, value), error: fc.oneof(error, value) }, { requiredKeys: [] })
})()

const KNOWN: readonly object[] = [
  { error: { code: -32_022, data: { supported: [{ toString: 1 }, [[]]] } } },
  { result: { supportedVersions: [{ toString: 1 }] } },
  { result: { protocolVersion: { toString: 1 } } },
  { result: { supportedVersions: ['2026-07-28'], tools: [{ name: '__proto__' }] } },
]

/** Negotiates and connects. Resolves with what failed, or with undefined. */
async function connecting(target: URL): Promise<unknown> {
  const protocol = mcpKind.create(mcp())
  const context = contextFor({ signal: AbortSignal.timeout(5_000) })
  try {
    const negotiated = await protocol.negotiate?.(target, context)
    const connection = await protocol.connect(target, { ...context, negotiated: structuredClone(negotiated) })
    connection.destroy()
    await connection.closed
    return undefined
  } catch (error) {
    return error
  }
}

describe('any reply to the handshake connects or fails with a reason', () => {
  test.each(['lines', 'HTTP'])('over %s', { timeout: 60_000 }, async (way) => {
    let reply: object = {}
    const answer = ({ id, method }: Said): string | undefined =>
      method?.startsWith('notifications/') === true ? undefined : JSON.stringify({ jsonrpc: '2.0', id, ...reply })
    const server =
      way === 'lines'
        ? await lineServer((message, say) => {
            const text = answer(message)
            if (text !== undefined) say(`${text}\n`)
          })
        : await postServer(({ message, response }) => {
            const text = answer(message)
            response.writeHead(text === undefined ? 202 : 200, { 'content-type': 'application/json' }).end(text)
          })
    await fc.assert(
      fc.asyncProperty(replies, async (next) => {
        reply = next
        const error = await connecting(server.url)
        if (error === undefined) return
        expect(error).toBeInstanceOf(ConnectError)
        expect(error).not.toMatchObject({ errorClass: 'timeout' })
      }),
      { numRuns: 150, examples: KNOWN.map((known): [object] => [known]) },
    )
  })
})
