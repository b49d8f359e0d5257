import { createHash } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket } from 'ws'
import type { Cancel, ConnectContext, Connection, Outcome } from '../../model/protocol.ts'
import type { WebSocketRequest } from './request.ts'
import { websocket, websocketKind } from './index.ts'
import type { WebSocketOptions } from './index.ts'

/** A server of the `ws` package on loopback that stops when the test ends. */
export interface EchoServer {
  readonly url: URL
  /** Every connection so far, as the server sees it. */
  readonly peers: readonly WebSocket[]
}

export async function webSocketServer(
  onPeer: (peer: WebSocket, server: WebSocketServer) => void,
  options: ServerOptions = {},
): Promise<EchoServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 0, ...options })
  const peers: WebSocket[] = []
  server.on('connection', (peer) => {
    peers.push(peer)
    // Some tests reset connections, so the server ignores errors.
    peer.on('error', () => {})
    onPeer(peer, server)
  })
  await once(server, 'listening')
  onTestFinished(() => {
    for (const peer of server.clients) peer.terminate()
    server.close()
  })
  return { url: new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`), peers }
}

/** Starts a server that returns each message unchanged. */
export function echoServer(options?: ServerOptions): Promise<EchoServer> {
  return webSocketServer(
    (peer) => peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary })),
    options,
  )
}

/**
 * Starts a server that implements the handshake itself and then passes the bare socket to `onOpen`: `ws` cannot send
 * the protocol violations that real servers send. `behind` is sent in the same packet as the end of the handshake.
 */
export async function bareServer(
  onOpen: (socket: Socket) => void,
  { behind = Buffer.alloc(0), headers = '' }: { readonly behind?: Buffer; readonly headers?: string } = {},
): Promise<URL> {
  return socketServer((socket, head) => {
    const [, key = ''] = /sec-websocket-key: *(\S+)/i.exec(head) ?? []
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    const answer = `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n${headers}\r\n`
    socket.write(Buffer.concat([Buffer.from(answer), behind]))
    onOpen(socket)
  })
}

/** Starts a server that calls `onHead` for every connection when the head of a request arrives. */
export async function socketServer(onHead: (socket: Socket, head: string) => void): Promise<URL> {
  const sockets: Socket[] = []
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.once('data', (bytes) => onHead(socket, bytes.toString('latin1')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

/** Returns a frame from a server. `first`: the first byte, which holds FIN, the reserved bits and the opcode. */
export function frameOf(first: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload)
  const { length } = bytes
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  header[0] = first
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127
  if (header.length === 4) header.writeUInt16BE(length, 2)
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([header, bytes])
}

/** Returns a close frame from a server. */
export function closeFrame(code: number, reason: Buffer | string = ''): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(code)
  return frameOf(0x88, Buffer.concat([bytes, Buffer.from(reason)]))
}

/** Returns the frame of a text message from a server. */
export function textFrame(text: string): Buffer {
  return frameOf(0x81, text)
}

export function contextFor(some: Partial<ConnectContext> = {}): ConnectContext {
  return { signal: new AbortController().signal, tls: {}, headers: {}, reuse: true, log: () => {}, ...some }
}

/** Opens a connection that is destroyed when the test ends. */
export async function open(
  url: URL,
  options: WebSocketOptions = {},
  some: Partial<ConnectContext> = {},
): Promise<Connection<WebSocketRequest>> {
  const connection = await websocketKind.create(websocket(options)).connect(url, contextFor(some))
  onTestFinished(() => connection.destroy())
  return connection
}

/** An exchange in flight, with every outcome that was reported for it. */
export interface Asked {
  readonly outcomes: readonly Outcome[]
  readonly messages: readonly number[]
  readonly done: Promise<Outcome>
  readonly cancel: Cancel
}

/** Waits until everything that a server in this process has written is read: loopback delivers within these turns. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 4; i++) await setImmediate()
}

let requests = 0

/** Begins an exchange, by default with a unique id. */
export function begin(
  connection: Connection<WebSocketRequest>,
  payload: WebSocketRequest,
  requestId: number = requests++,
): Asked {
  const outcomes: Outcome[] = []
  const messages: number[] = []
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const cancel = connection.exchange(
    { requestId, operation: 'test', payload },
    {
      onMessage: (bytes) => messages.push(bytes),
      onDone(outcome) {
        outcomes.push(outcome)
        resolve(outcome)
      },
    },
  )
  return { outcomes, messages, done: promise, cancel }
}

/** Runs one exchange and resolves with its outcome. */
export function ask(connection: Connection<WebSocketRequest>, payload: WebSocketRequest): Promise<Outcome> {
  return begin(connection, payload).done
}
