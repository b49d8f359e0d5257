import http2 from 'node:http2'
import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import tls from 'node:tls'
import { parentPort, workerData } from 'node:worker_threads'
import { cert, key } from './localhost-certificate.fixture.ts'

/**
 * A server that runs in a thread and rejects every request as soon as its beginning arrives. In the same thread,
 * client and server would take turns, and the client would always read the response before it writes again.
 */
export interface EarlyServer {
  readonly version: 'HTTP/1.1' | 'HTTP/1.1 over TLS' | 'HTTP/2'
  /** How the server ends the connection. It leaves the rest of the request unread, so the client gets a reset. */
  readonly end: 'close' | 'reset'
}

const ANSWER = 'HTTP/1.1 413 Payload Too Large\r\ncontent-length: 4\r\nconnection: close\r\n\r\nnope'

function handle(socket: Socket, end: EarlyServer['end']): void {
  socket.on('error', () => {})
  socket.once('data', () => {
    if (end === 'close') {
      socket.write(ANSWER)
      socket.destroySoon()
    } else socket.write(ANSWER, () => socket.resetAndDestroy())
  })
}

function start({ version, end }: EarlyServer): net.Server | http2.Http2SecureServer {
  if (version === 'HTTP/1.1') return net.createServer((socket) => handle(socket, end))
  if (version === 'HTTP/1.1 over TLS') return tls.createServer({ cert, key }, (socket) => handle(socket, end))
  const server = http2.createSecureServer({ cert, key })
  server.on('sessionError', () => {})
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    stream.respond({ ':status': 413 })
    stream.end('nope')
    stream.session?.close()
  })
  return server
}

// Also imported for its types.
if (parentPort !== null && workerData !== null) {
  const port = parentPort
  const server = start(workerData as EarlyServer)
  server.listen(0, '127.0.0.1', () => port.postMessage((server.address() as AddressInfo).port))
}
