import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ConnectContext, Connection, Outcome } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'

/** A server that answers with the bytes it is told to: HTTP libraries refuse to be as wrong as real servers are. */
export interface RawServer {
  readonly url: URL
  /** Every connection there has been. */
  readonly sockets: readonly Socket[]
  /** Every complete request, head and body, as Latin-1. */
  readonly requests: readonly string[]
}

/** What to do with a request: send these bytes, or whatever else. */
export type Answer = string | ((socket: Socket, request: string) => void)

/**
 * Starts a server on loopback that gives the n-th request the n-th answer, and every later one the last of them. It
 * ends with the test.
 */
export async function rawServer(...answers: readonly Answer[]): Promise<RawServer> {
  const requests: string[] = []
  return startServer(requests, (socket) => {
    let pending = ''
    socket.on('data', (bytes) => {
      pending += bytes.toString('latin1')
      for (let length = lengthOf(pending); length > 0; length = lengthOf(pending)) {
        const request = pending.slice(0, length)
        pending = pending.slice(length)
        const next = answers[Math.min(requests.length, answers.length - 1)] ?? ''
        requests.push(request)
        if (typeof next === 'string') socket.write(next, 'latin1')
        else next(socket, request)
      }
    })
  })
}

/** Starts a server on loopback that does this with every connection. */
export async function socketServer(onSocket: (socket: Socket) => void): Promise<RawServer> {
  return startServer([], onSocket)
}

async function startServer(requests: string[], onSocket: (socket: Socket) => void): Promise<RawServer> {
  const sockets: Socket[] = []
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    // Clients that reset are part of the tests.
    socket.on('error', () => {})
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), sockets, requests }
}

/** Length of the request at the beginning, or 0 when it is not complete. */
function lengthOf(text: string): number {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return 0
  const [, length = '0'] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head)) ?? []
  const whole = head + 4 + Number(length)
  return text.length >= whole ? whole : 0
}

export function contextFor(some: Partial<ConnectContext> = {}): ConnectContext {
  return { signal: new AbortController().signal, tls: {}, headers: {}, reuse: true, log: () => {}, ...some }
}

/** One exchange, as a promise of its outcome. */
export function ask(connection: Connection<SinkRequest>, payload: SinkRequest = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    connection.exchange({ requestId: 0, operation: 'test', payload }, { onMessage: () => {}, onDone: resolve })
  })
}

/** A response with a length; a character is a byte. */
export function answer(status: string, body = '', headers = ''): string {
  return `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`
}

export const HELLO: string = answer('200 OK', 'hello')
