import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A loopback server in this thread that answers warm-up traffic. */
export interface Sink {
  readonly port: number
  close(): Promise<void>
}

export const HOST = '127.0.0.1'
const HEAD_END = '\r\n\r\n'

/** Turns what a client sent into the answer; undefined for no answer, which HTTP reports as 202. */
export type Respond = (message: string) => string | undefined

/** Opens an HTTP/1.1 server. `respond` turns the body of a request into that of the response. */
export function openHttpSink(respond: Respond): Promise<Sink> {
  return openSocketSink((socket) => serveHttp(socket, respond))
}

/** Returns a handler that reads the requests of one HTTP/1.1 connection and answers them. */
export function serveHttp(socket: Socket, respond: Respond): (chunk: string) => void {
  let received = ''
  return (chunk) => {
    received += chunk
    for (let end = requestEnd(received); end !== undefined; end = requestEnd(received)) {
      const body = received.slice(received.indexOf(HEAD_END) + HEAD_END.length, end)
      received = received.slice(end)
      const answer = respond(body)
      const status = answer === undefined ? '202 Accepted' : '200 OK'
      const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${answer?.length ?? 0}`
      socket.write(`${head}\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT${HEAD_END}${answer ?? ''}`, 'latin1')
    }
  }
}

/** Position after the first complete request in `received`; undefined while it is incomplete. */
function requestEnd(received: string): number | undefined {
  const headEnd = received.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1] ?? '0'
  const end = headEnd + HEAD_END.length + Number(length)
  return received.length < end ? undefined : end
}

/** Opens a server that answers each line with what `respond` returns for it. */
export function openLineSink(respond: Respond): Promise<Sink> {
  return openSocketSink((socket) => {
    let received = ''
    return (chunk) => {
      const lines = (received + chunk).split('\n')
      received = lines.pop() ?? ''
      const answers = lines.map(respond).filter((answer) => answer !== undefined)
      if (answers.length > 0) socket.write(`${answers.join('\n')}\n`, 'latin1')
    }
  })
}

/**
 * Opens a WebSocket server that answers each message with what `respond` returns for it. Loads `ws` only if a plan uses
 * it, as the protocols do.
 */
export async function openWebSocketSink(respond: Respond): Promise<Sink> {
  const [http, { WebSocketServer }] = await Promise.all([import('node:http'), import('ws')])
  const server = http.createServer()
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const answer = respond(data.toString())
      if (answer !== undefined) socket.send(answer)
    })
    socket.on('error', () => socket.terminate())
  })
  return listening(server)
}

function openSocketSink(serve: (socket: Socket) => (chunk: string) => void): Promise<Sink> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.setEncoding('latin1')
    socket.on('data', serve(socket))
    // The client may reset its connections when the warm-up ends.
    socket.on('error', () => socket.destroy())
  })
  return listening(server)
}

/**
 * Starts a server on a free port of loopback. Closing it ends every connection, also one in the middle of a handshake.
 */
export async function listening(server: Server): Promise<Sink> {
  // A server waits for its connections when it closes. TLS and WebSocket report one only after its handshake.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  // A connection that cannot be accepted leaves the warm-up with too few successes, which it reports.
  server.on('error', () => {})
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      sockets.forEach((socket) => socket.destroy())
      await closed
    },
  }
}
