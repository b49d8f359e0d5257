import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** Sends five events, 20 ms apart, and ends the response. */
const server = createServer(async (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let step = 1; step <= 5; step++) {
    response.write(`data: {"step":${step}}\n\n`)
    await sleep(20)
  }
  response.end()
})

server.listen(Number(process.env['PORT']), '127.0.0.1')
