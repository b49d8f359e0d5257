/** An MCP server over standard input and output that answers each call of its tool with the message of the call. */
import { createInterface } from 'node:readline'

interface Call {
  readonly id?: number | string
  readonly method: string
  readonly params?: { readonly arguments?: { readonly message?: string } }
}

const RESULTS: Readonly<Record<string, (call: Call) => object>> = {
  initialize: () => ({
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'echo', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] }),
  'tools/call': ({ params }) => ({ content: [{ type: 'text', text: params?.arguments?.message ?? '' }] }),
  ping: () => ({}),
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const call = JSON.parse(line) as Call
  // A notification has no id.
  if (call.id === undefined) return
  const result = RESULTS[call.method]?.(call)
  const answer = result === undefined ? { error: { code: -32_601, message: 'unknown method' } } : { result }
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: call.id, ...answer })}\n`)
})
