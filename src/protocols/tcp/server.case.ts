import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import tls from 'node:tls'
import { onTestFinished } from 'vitest'
import type { Cancel, ConnectContext, Connection, Outcome } from '../../model/protocol.ts'
import type { TcpRequest } from '../../model/requests.ts'
import { cert, key } from '../http/localhost-certificate.case.ts'
import { tcp, tcpKind } from './index.ts'
import type { TcpOptions } from './index.ts'

/** A server on loopback that ends with the test. */
export interface TestServer {
  readonly url: URL
  /** Every connection there has been. */
  readonly sockets: readonly Socket[]
  stop(): void
}

/**
 * Starts a server that does this with every connection. It may go on writing after the other side has ended. The caller
 * stops it, where that cannot wait for the end of the test.
 */
export async function tcpServer(onSocket: (socket: Socket) => void, secure = false): Promise<TestServer> {
  const sockets: Socket[] = []
  const accept = (socket: Socket): void => {
    sockets.push(socket)
    // Clients that reset are part of the tests.
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

/** The same, ended with the test. */
export async function testServer(onSocket: (socket: Socket) => void, secure = false): Promise<TestServer> {
  const server = await tcpServer(onSocket, secure)
  onTestFinished(() => server.stop())
  return server
}

/** Every byte comes back as it came. */
export function echo(socket: Socket): void {
  socket.pipe(socket)
}

/** Does this with every line; what it returns is the answer, and nothing is none. */
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

/** An exchange under way, and what is told of it. */
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

/** One exchange, as a promise of its outcome. */
export function ask(connection: Connection<TcpRequest>, payload: TcpRequest): Promise<Outcome> {
  return send(connection, payload).done
}
