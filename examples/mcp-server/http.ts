import { createServer } from 'node:http'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { calculator } from './calculator.ts'

/** Streamable HTTP without sessions: one server for each request. */
const server = createServer(async (request, response) => {
  const transport = new NodeStreamableHTTPServerTransport()
  await calculator().connect(transport)
  await transport.handleRequest(request, response)
})

server.listen(Number(process.env['PORT']), '127.0.0.1')
