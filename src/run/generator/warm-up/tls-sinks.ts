import { once } from 'node:events'
import { createSecureServer, type ServerHttp2Session } from 'node:http2'
import { createServer, type TLSSocket } from 'node:tls'
import { closed, HOST, portOf, type Respond, serveHttp, type Sink } from './sinks.ts'
import { selfSigned } from './self-signed.ts'

/** Opens a server for HTTP/1.1 over TLS. */
export async function openHttpsSink(respond: Respond): Promise<Sink> {
  const sockets = new Set<TLSSocket>()
  const server = createServer({ ...selfSigned(), ALPNProtocols: ['http/1.1'] }, (socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', serveHttp(socket, respond))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  // A connection that cannot be accepted leaves the warm-up with too few successes, which it reports.
  server.on('error', () => {})
  return { port: portOf(server), close: () => closed(server, () => sockets.forEach((socket) => socket.destroy())) }
}

/** Opens a server for HTTP/2 over TLS. It answers every request with `body`. */
export async function openHttp2Sink(body: string): Promise<Sink> {
  const sessions = new Set<ServerHttp2Session>()
  const server = createSecureServer(selfSigned())
  server.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => session.destroy())
    session.on('close', () => sessions.delete(session))
  })
  server.on('stream', (stream) => {
    stream.on('error', () => stream.destroy())
    stream.resume()
    stream.on('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' })
      stream.end(body)
    })
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  // A connection that cannot be accepted leaves the warm-up with too few successes, which it reports.
  server.on('error', () => {})
  return { port: portOf(server), close: () => closed(server, () => sessions.forEach((session) => session.destroy())) }
}
