import { expect, test } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import type { Body } from '../../model/body.ts'
import type { McpRequest } from './request.ts'
import { CLIENT_INFO } from './client.ts'
import { mcp, mcpKind } from './index.ts'
import { encodersFor } from './request-encoding.ts'

const LEGACY = encodersFor({ era: 'legacy', version: '2025-11-25' }).plain
const MODERN = encodersFor({ era: 'modern', version: '2026-07-28' }).plain
const protocol = mcpKind.create(mcp())

/** Returns the parameters as they are sent. */
function sent(request: McpRequest): unknown {
  return (JSON.parse(LEGACY(request).message(1, 'N').text) as { readonly params?: unknown }).params
}

test('sends the name and version of this package', () => {
  expect(CLIENT_INFO).toEqual({ name: manifest.name, version: manifest.version })
})

test.each<[string, string | undefined, string]>([
  ['auto', undefined, 'ping or tools/list'],
  ['2025-06-18', undefined, 'ping'],
  ['2026-07-28', undefined, 'tools/list'],
  ['auto', 'prompts/list', 'prompts/list'],
])('the default request with version %s and health %s is %s', (protocolVersion, health, word) => {
  const {
    healthRead,
    describe: describeRequest,
    issuesOf,
  } = mcpKind.create({ kind: 'mcp', protocolVersion, ...(health && { health }) })
  expect(describeRequest(healthRead)).toBe(word)
  expect(issuesOf(healthRead, 'request')).toEqual([])
})

test('the default request is ping unless the era has none', () => {
  expect([LEGACY(protocol.healthRead).method, MODERN(protocol.healthRead).method]).toEqual(['ping', 'tools/list'])
  expect(MODERN({ method: 'ping' }).method).toBe('ping')
})

test.each<[McpRequest, string]>([
  [{ tool: 'echo' }, 'tools/call echo'],
  [{ resource: 'a:b' }, 'resources/read a:b'],
  [{ prompt: 'greet' }, 'prompts/get greet'],
  [{ method: 'tools/call', params: { name: 'x' } }, 'tools/call x'],
  [{ method: 'tools/list' }, 'tools/list'],
])('describes %j as "%s"', (request, word) => {
  expect(protocol.describe(request)).toBe(word)
})

const generated: Body = { length: 6, chunks: () => [Buffer.from('g\u00fc'), Buffer.from('"\n3')] }

test('work requests match the embedded target', () => {
  const { work } = protocol
  expect(work && sent(work.read(7, 'binary'))).toEqual({ uri: 'load://read/binary/7' })
  expect(work && sent(work.write('abc', 'text'))).toEqual({ name: 'write', arguments: { data: 'abc' } })
  expect(work && sent(work.write(Buffer.from([0, 255]), 'binary'))).toEqual({
    name: 'write',
    arguments: { data: 'AP8=' },
  })
  expect(work && sent(work.write(generated, 'text'))).toEqual({ name: 'write', arguments: { data: 'gü"\n3' } })
  expect(work && sent(work.echo(generated, 'binary'))).toEqual({ name: 'echo', arguments: { message: 'Z8O8Igoz N' } })
  expect(work && sent(work.stream(3, 9, 'text'))).toEqual({
    name: 'stream',
    arguments: { messages: 3, bytes: 9 },
    _meta: { progressToken: 1 },
  })
})

test('withBody adds a body only when the request has none', () => {
  const withBody = (request: McpRequest): unknown => sent(protocol.withBody?.(request, 'body', 'text') ?? request)
  expect(withBody({ tool: 'echo', nonce: false })).toEqual({ name: 'echo', arguments: { message: 'body' } })
  expect(withBody({ tool: 'write', arguments: { to: 'a' } })).toEqual({
    name: 'write',
    arguments: { to: 'a', data: 'body' },
  })
  expect(withBody({ tool: 'write', arguments: { data: 'mine' } })).toEqual({
    name: 'write',
    arguments: { data: 'mine' },
  })
  expect(withBody({ tool: 'other' })).toEqual({ name: 'other', arguments: {} })
  expect(withBody({ method: 'ping' })).toBeUndefined()
})

test('encodes a request once and inserts each id', () => {
  const request: McpRequest = { tool: 'echo', arguments: { message: 'a"b' }, progress: true }
  const call = LEGACY(request)
  expect(LEGACY(request)).toBe(call)
  expect(call.message(7, '[n]').text).toBe(
    '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":{"message":"a\\"b [n]"},' +
      '"_meta":{"progressToken":7}}}',
  )
})
