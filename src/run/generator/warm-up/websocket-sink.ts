import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { listening, type Respond, type Sink } from './sinks.ts'

/** Opens a WebSocket server that answers each message with what `respond` returns for it. */
export function openWebSocketSink(respond: Respond): Promise<Sink> {
  const server = createServer()
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const answer = respond(data.toString())
      if (answer !== undefined) socket.send(answer)
    })
    socket.on('error', () => socket.terminate())
  })
  return listening(server)
}
