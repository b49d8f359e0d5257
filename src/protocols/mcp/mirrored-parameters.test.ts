import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server'
import { expect, onTestFinished, test } from 'vitest'
import { mcp, mcpKind } from './index.ts'
import { ask, connected, contextFor } from './mcp.fixture.ts'
import { mirroredValues } from './mirrored-parameters.ts'

// Separate constants, because the type of the schema does not declare this key.
const REGION = { type: 'string', 'x-mcp-header': 'Region' } as const
const SIZE = { type: 'integer', 'x-mcp-header': 'Page-Size' } as const
const schema = fromJsonSchema<{ region: string; page?: { size: number } }>({
  type: 'object',
  properties: {
    region: REGION,
    page: { type: 'object', properties: { size: SIZE } },
  },
  required: ['region'],
})

/** Starts a real server of 2026-07-28 with a tool that rejects calls whose headers do not match the arguments. */
async function strictServer(): Promise<{ readonly url: URL; readonly seen: readonly IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = []
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'strict', version: '1' })
    server.registerTool('where', { inputSchema: schema }, ({ region }) => ({
      content: [{ type: 'text', text: region }],
    }))
    return server
  })
  const handle = toNodeHandler(handler)
  const server = createServer((request, response) => {
    seen.push(request.headers)
    void handle(request as Parameters<typeof handle>[0], response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await handler.close()
  })
  return { url: new URL(`mcp+http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`), seen }
}

test.each(['auto', '2026-07-28'] as const)(
  'detects the arguments that a tool expects in headers and sends them, version %s',
  async (protocolVersion) => {
    const { url, seen } = await strictServer()
    const negotiated = await mcpKind.create(mcp({ protocolVersion })).negotiate?.(url, contextFor())
    const connection = await connected(url, { protocolVersion }, { negotiated })
    const request = { tool: 'where', arguments: { region: 'östlich', page: { size: 7 } }, read: 'text' as const }
    for (let i = 0; i < 3; i++) {
      expect(await ask(connection, request, i)).toMatchObject({ ok: true, answer: { text: 'östlich' } })
    }
    expect(seen.at(-1)).toMatchObject({ 'mcp-param-region': '=?base64?w7ZzdGxpY2g=?=', 'mcp-param-page-size': '7' })
    expect(await ask(connection, { ...request, nonce: 'region' }, 8)).toMatchObject({ ok: true })
    expect(await ask(connection, { ...request, nonce: 'region' }, 9)).toMatchObject({ ok: true })
  },
)

test('the server rejects a call without the headers', async () => {
  const { url } = await strictServer()
  const negotiated = { era: 'modern', version: '2026-07-28', httpSse: false }
  const connection = await connected(url, {}, { negotiated })
  expect(await ask(connection, { tool: 'where', arguments: { region: 'x' } })).toMatchObject({
    errorClass: 'jsonrpc',
    message: expect.stringMatching(/^-32020: /),
  })
})

test('mirrors only primitive values that are present', () => {
  const wanted = ['a', 'b', 'c', 'd'].map((name) => ({ header: name, path: ['in', name] }))
  expect(mirroredValues(wanted, { in: { a: true, b: null, c: ['x'] } })).toEqual({ a: 'true' })
  expect(mirroredValues(wanted, { in: 'x' })).toBeUndefined()
})
