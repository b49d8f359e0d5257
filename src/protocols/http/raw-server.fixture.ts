import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ConnectContext, Connection, Outcome } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'

/** A server that sends given bytes. HTTP libraries refuse to send the invalid responses that real servers send. */
export interface RawServer {
  readonly url: URL
  /** All connections since the start. */
  readonly sockets: readonly Socket[]
  /** All complete requests, head and body, as Latin-1. */
  readonly requests: readonly string[]
}

/** Response to a request: bytes to send, or a function that handles the request. */
export type Answer = string | ((socket: Socket, request: string) => void)

/**
 * Starts a server on loopback that sends the n-th answer for the n-th request, and the last answer for later requests.
 * The server stops after the test.
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

/** Starts a server on loopback that calls `onSocket` for every connection. */
export async function socketServer(onSocket: (socket: Socket) => void): Promise<RawServer> {
  return startServer([], onSocket)
}

async function startServer(requests: string[], onSocket: (socket: Socket) => void): Promise<RawServer> {
  const sockets: Socket[] = []
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    // Some tests reset connections.
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

/** Returns the length of the first request, or 0 when it is incomplete. */
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

/** Runs one exchange and resolves with its outcome. */
export function ask(connection: Connection<SinkRequest>, payload: SinkRequest = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    connection.exchange({ requestId: 0, operation: 'test', payload }, { onMessage: () => {}, onDone: resolve })
  })
}

/** Returns a response with a content length. Each character is one byte. */
export function answer(status: string, body = '', headers = ''): string {
  return `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`
}

export const HELLO: string = answer('200 OK', 'hello')
