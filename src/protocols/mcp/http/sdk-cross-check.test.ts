import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect, onTestFinished, test } from 'vitest'
import type { Connection } from '../../../model/protocol.ts'
import type { McpRequest } from '../request.ts'
import { ask, connected, overPipes } from '../mcp.fixture.ts'
import { callOf } from '../request-encoding.ts'
import { everything, EVERYTHING_OVER_PIPES } from './real-servers.fixture.ts'

declare global {
  /** The types of the SDK use it, but Node's types do not declare it. */
  type HeadersInit = ConstructorParameters<typeof Headers>[0]
}

const RESOURCE = 'demo://resource/static/document/architecture.md'

/** Requests of every kind, with answers of every kind. */
const REQUESTS: readonly McpRequest[] = [
  { method: 'tools/list' },
  { tool: 'echo', arguments: { message: 'grüß dich 🌍\n' }, nonce: false },
  { tool: 'get-sum', arguments: { a: 1.5, b: -3 } },
  { tool: 'get-structured-content', arguments: { location: 'Chicago' } },
  { tool: 'get-tiny-image' },
  { tool: 'get-annotated-message', arguments: { messageType: 'error', includeImage: true } },
  { tool: 'no-such-tool' },
  { tool: 'get-sum', arguments: { a: 'one' } },
  { method: 'resources/list' },
  { method: 'resources/templates/list' },
  { resource: RESOURCE },
  { resource: 'demo://no/such/resource' },
  { method: 'prompts/list' },
  { prompt: 'simple-prompt' },
  { prompt: 'args-prompt', arguments: { city: 'Linz' } },
  { prompt: 'no-such-prompt' },
  { method: 'ping' },
  { method: 'no/such/method' },
]

/** A result, or the error text of the server. */
interface Answered {
  readonly result?: unknown
  readonly words?: string
}

async function ours(connection: Connection<McpRequest>, request: McpRequest, id: number): Promise<Answered> {
  const { ok, answer, message = '' } = await ask(connection, { ...request, read: 'json' }, id)
  return ok ? { result: answer?.json } : { words: message }
}

async function theirs(client: Client, request: McpRequest): Promise<Answered> {
  const { method, params } = callOf(request)
  try {
    const result = await client.request(params === undefined ? { method } : { method, params }, ResultSchema)
    const content = result['content'] as readonly { readonly text?: string }[] | undefined
    return result['isError'] === true ? { words: content?.[0]?.text ?? '' } : { result }
  } catch (error) {
    return { words: error instanceof Error ? error.message.replace(/^MCP error (-\d+): /, '$1: ') : String(error) }
  }
}

async function expectSameAnswers(connection: Connection<McpRequest>, transport: Transport): Promise<void> {
  const client = new Client({ name: 'cross-check', version: '1.0.0' })
  await client.connect(transport)
  onTestFinished(() => client.close())
  const results: Answered[] = []
  for (const [index, request] of REQUESTS.entries()) {
    const answered = await ours(connection, request, index)
    expect(answered, JSON.stringify(request)).toEqual(await theirs(client, request))
    results.push(answered)
  }
  // Equal answers could both be empty, so check that results exist.
  expect(results.filter(({ result }) => result !== undefined)).toHaveLength(13)
  expect(results[1]?.result).toEqual({ content: [{ type: 'text', text: 'Echo: grüß dich 🌍\n' }] })
}

test('gets the same answers as the official client over Streamable HTTP', async () => {
  const { url } = await everything('streamableHttp')
  const httpUrl = new URL(url.href.replace('mcp+', ''))
  await expectSameAnswers(await connected(url), new StreamableHTTPClientTransport(httpUrl))
})

test('gets the same answers as the official client over stdio', async () => {
  const [command = '', ...args] = EVERYTHING_OVER_PIPES
  const transport = new StdioClientTransport({ command, args, stderr: 'ignore' })
  await expectSameAnswers(await overPipes(EVERYTHING_OVER_PIPES), transport)
})
