import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'

const server = new McpServer({ name: 'calculator', version: '1.0.0' })

const inputSchema = fromJsonSchema<{ a: number; b: number }>({
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
})

server.registerTool('add', { description: 'Adds two numbers.', inputSchema }, ({ a, b }) => ({
  content: [{ type: 'text', text: String(a + b) }],
}))

await server.connect(new StdioServerTransport())
