/**
 * The server that the examples of the pages load: HTTP, WebSocket and MCP on the port in `PORT`, and TCP, which returns
 * every line, on the port in `TCP_PORT`.
 */
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server'
import { WebSocketServer } from 'ws'

const { PORT, TCP_PORT } = process.env

const inputSchema = fromJsonSchema<{ a: number; b: number }>({
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
})

function calculator(): McpServer {
  const server = new McpServer({ name: 'calculator', version: '1.0.0' })
  server.registerTool('add', { description: 'Adds two numbers.', inputSchema }, ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
  }))
  return server
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const http = createServer(async (request, response) => {
  const { url = '/' } = request
  if (url === '/mcp') {
    const transport = new NodeStreamableHTTPServerTransport()
    await calculator().connect(transport)
    await transport.handleRequest(request, response)
    return
  }
  const reply = (status: number, value: unknown): unknown =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (url === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let step = 1; step <= 5; step++) {
      response.write(`data: ${step}\n\n`)
      await sleep(10)
    }
    response.end()
    return
  }
  const body = await bodyOf(request)
  if (url.startsWith('/files/')) reply(201, { bytes: body.length })
  else if (url === '/login') reply(body.includes('secret-of-') ? 200 : 401, { token: 'a1', user: { id: 7 } })
  else if (url === '/graphql') reply(200, { data: { product: { name: 'tea' } } })
  else if (url === '/cart' || url === '/') reply(200, { items: 3 })
  else reply(url === '/orders/0' ? 404 : 200, { url })
})

const sockets = new WebSocketServer({ server: http })
sockets.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})

const tcp = createTcpServer((socket) => void socket.on('error', () => {}).pipe(socket))

tcp.listen(Number(TCP_PORT), '127.0.0.1', () => {
  http.listen(Number(PORT), '127.0.0.1', () => process.send?.('listening'))
})
