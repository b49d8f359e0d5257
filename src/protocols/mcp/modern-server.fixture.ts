/** A server of 2026-07-28 over stdio, written with the official SDK: `node modern-server.fixture.ts`. */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

serveStdio(
  () => {
    const server = new McpServer({ name: 'modern', version: '1' }, { capabilities: { tools: {} } })
    server.registerTool('now', { description: 'the time' }, async () => ({ content: [{ type: 'text', text: 'late' }] }))
    server.registerTool('fail', { description: 'fails' }, async () => {
      throw new Error('not today')
    })
    return server
  },
  { legacy: 'reject' },
)
