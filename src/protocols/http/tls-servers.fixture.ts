import { once } from 'node:events'
import http2 from 'node:http2'
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { onTestFinished } from 'vitest'
import { cert, key } from './localhost-certificate.fixture.ts'

/** Context for a client that trusts these servers. */
export const TRUSTING: { readonly tls: { readonly ca: string } } = { tls: { ca: cert } }

/** Listens on loopback and resolves with the server's URL. The server stops listening after the test. */
export async function listening(server: Server | Http2SecureServer): Promise<URL> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  return new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

/** Creates a server for HTTP/2 and, when the client offers only that, HTTP/1.1. */
export function multiplexedServer(): Http2SecureServer {
  const sessions: ServerHttp2Session[] = []
  const server = http2.createSecureServer({ cert, key, allowHTTP1: true })
  server.on('session', (session) => sessions.push(session))
  onTestFinished(() => {
    for (const session of sessions) session.destroy()
  })
  return server
}
