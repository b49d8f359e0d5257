import { createServer } from 'node:http'

/** `PUT /files/1` reads the body and answers with its length. */
const server = createServer(async (request, response) => {
  let bytes = 0
  for await (const chunk of request) bytes += chunk.length
  response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ bytes }))
})

server.listen(Number(process.env['PORT']), '127.0.0.1')
