import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server'

const inputSchema = fromJsonSchema<{ a: number; b: number }>({
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
})

/** An MCP server with one tool, `add`. */
export function calculator(): McpServer {
  const server = new McpServer({ name: 'calculator', version: '1.0.0' })
  server.registerTool('add', { description: 'Adds two numbers.', inputSchema }, ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
  }))
  return server
}
