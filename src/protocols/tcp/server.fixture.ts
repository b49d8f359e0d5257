import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import tls from 'node:tls'
import { onTestFinished } from 'vitest'
import type { Cancel, ConnectContext, Connection, Outcome } from '../../model/protocol.ts'
import type { TcpRequest } from './request.ts'
import { cert, key } from '../http/localhost-certificate.fixture.ts'
import { tcp, tcpKind } from './index.ts'
import type { TcpOptions } from './index.ts'

/** A server on loopback. */
export interface TestServer {
  readonly url: URL
  /** All connections since the start. */
  readonly sockets: readonly Socket[]
  stop(): void
}

/**
 * Starts a server that calls `onSocket` for every connection. It may continue to write after the client has ended its
 * side. The caller must stop it.
 */
export async function tcpServer(onSocket: (socket: Socket) => void, secure = false): Promise<TestServer> {
  const sockets: Socket[] = []
  const accept = (socket: Socket): void => {
    sockets.push(socket)
    // Some tests reset connections.
    socket.on('error', () => {})
    onSocket(socket)
  }
  const options = { allowHalfOpen: true, noDelay: true }
  const server = secure ? tls.createServer({ ...options, cert, key }, accept) : net.createServer(options, accept)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = (): void => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  const { port } = server.address() as AddressInfo
  return { url: new URL(`${secure ? 'tls' : 'tcp'}://127.0.0.1:${port}`), sockets, stop }
}

/** Starts the same server and stops it after the test. */
export async function testServer(onSocket: (socket: Socket) => void, secure = false): Promise<TestServer> {
  const server = await tcpServer(onSocket, secure)
  onTestFinished(() => server.stop())
  return server
}

/** Sends every received byte back. */
export function echo(socket: Socket): void {
  socket.pipe(socket)
}

/** Calls `onLine` for every line and sends what it returns. */
export function lines(onLine: (line: string, socket: Socket) => string | undefined): (socket: Socket) => void {
  return (socket) => {
    let pending = ''
    socket.on('data', (bytes) => {
      const all = (pending + bytes.toString('latin1')).split('\n')
      pending = all.pop() ?? ''
      for (const line of all) {
        const answer = onLine(line, socket)
        if (answer !== undefined) socket.write(answer)
      }
    })
    socket.on('end', () => socket.end())
  }
}

export function contextFor(some: Partial<ConnectContext> = {}): ConnectContext {
  return { signal: new AbortController().signal, tls: { ca: cert }, headers: {}, reuse: true, log: () => {}, ...some }
}

export async function open(
  { url }: Pick<TestServer, 'url'>,
  options: TcpOptions = {},
  context: Partial<ConnectContext> = {},
): Promise<Connection<TcpRequest>> {
  const connection = await tcpKind.create(tcp(options)).connect(url, contextFor(context))
  onTestFinished(() => connection.destroy())
  return connection
}

/** An exchange in flight and the events that it has reported. */
export interface Asked {
  readonly outcomes: readonly Outcome[]
  readonly messages: readonly number[]
  readonly done: Promise<Outcome>
  readonly cancel: Cancel
}

export function send(connection: Connection<TcpRequest>, payload: TcpRequest): Asked {
  const outcomes: Outcome[] = []
  const messages: number[] = []
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const events = {
    onMessage: (bytes: number) => void messages.push(bytes),
    onDone(outcome: Outcome) {
      outcomes.push(outcome)
      resolve(outcome)
    },
  }
  const cancel = connection.exchange({ requestId: 0, operation: '', payload }, events)
  return { outcomes, messages, done: promise, cancel }
}

/** Runs one exchange and resolves with its outcome. */
export function ask(connection: Connection<TcpRequest>, payload: TcpRequest): Promise<Outcome> {
  return send(connection, payload).done
}
