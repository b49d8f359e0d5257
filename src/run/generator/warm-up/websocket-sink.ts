import { once } from 'node:events'
import { WebSocketServer } from 'ws'
import { closed, HOST, portOf, type Respond, type Sink } from './sinks.ts'

/** Opens a WebSocket server that answers each message with what `respond` returns for it. */
export async function openWebSocketSink(respond: Respond): Promise<Sink> {
  const server = new WebSocketServer({ host: HOST, port: 0, perMessageDeflate: false })
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const answer = respond(data.toString())
      if (answer !== undefined) socket.send(answer)
    })
    socket.on('error', () => socket.terminate())
  })
  await once(server, 'listening')
  // A connection that cannot be accepted leaves the warm-up with too few successes, which it reports.
  server.on('error', () => {})
  return {
    port: portOf(server),
    close: () => closed(server, () => server.clients.forEach((socket) => socket.terminate())),
  }
}
