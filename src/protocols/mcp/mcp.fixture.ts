import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import type { ConnectContext, Connection, Outcome } from '../../model/protocol.ts'
import type { McpRequest } from './request.ts'
import { mcp, mcpKind } from './index.ts'
import type { McpOptions } from './options.ts'

/** A message that a server received. */
export interface Said {
  readonly id?: unknown
  readonly method?: string
  readonly params?: { readonly [key: string]: unknown; readonly arguments?: Readonly<Record<string, unknown>> }
  readonly result?: unknown
  readonly error?: unknown
}

/** Sends an object as a line of JSON, and a string unchanged. */
export type Say = (message: object | string) => void

/** Handles a message in a scripted server. */
export type Behaviour = (message: Said, say: Say, socket: Socket) => void

export interface ScriptedServer {
  readonly url: URL
  /** Every message received, over all connections. */
  readonly said: readonly Said[]
  readonly sockets: readonly Socket[]
  /** Stops the server immediately and closes its port. */
  readonly stop: () => void
}

/** Starts a server of lines over TCP that passes each message to `behaviour`. It stops when the test ends. */
export async function lineServer(behaviour: Behaviour): Promise<ScriptedServer> {
  const said: Said[] = []
  const sockets: Socket[] = []
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    const say: Say = (message) =>
      void socket.write(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`)
    createInterface(socket).on('line', (line) => {
      const message = JSON.parse(line) as Said
      said.push(message)
      behaviour(message, say, socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = (): void => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  onTestFinished(stop)
  return {
    stop,
    url: new URL(`mcp+tcp://127.0.0.1:${(server.address() as AddressInfo).port}`),
    said,
    sockets,
  }
}

/** Starts a legacy server that handles the handshake, ignores notifications, and passes the rest to `behaviour`. */
export async function legacyServer(behaviour: Behaviour, version = '2025-11-25'): Promise<ScriptedServer> {
  return lineServer((message, say, socket) => {
    const { id, method } = message
    if (method === 'initialize') {
      say({
        jsonrpc: '2.0',
        id,
        result: { protocolVersion: version, capabilities: {}, serverInfo: { name: 'scripted' } },
      })
    } else if (method === 'server/discover') {
      say({ jsonrpc: '2.0', id, error: { code: -32_601, message: 'Method not found' } })
    } else if (method?.startsWith('notifications/') !== true) behaviour(message, say, socket)
  })
}

/** Returns the correct reply to a call of the tool `echo`. */
export function echoed({ id, params }: Said): object {
  return {
    jsonrpc: '2.0',
    id,
    result: { content: [{ type: 'text', text: `Echo: ${String(params?.arguments?.['message'])}` }] },
  }
}

export function contextFor(some: Partial<ConnectContext> = {}): ConnectContext {
  return { signal: AbortSignal.timeout(20_000), tls: {}, headers: {}, reuse: true, log: () => {}, ...some }
}

/** Connects, by default without negotiating the version. The connection closes when the test ends. */
export async function connected(
  target: URL,
  options: McpOptions = { protocolVersion: '2025-11-25' },
  some: Partial<ConnectContext> = {},
): Promise<Connection<McpRequest>> {
  const connection = await mcpKind.create(mcp(options)).connect(target, contextFor(some))
  onTestFinished(async () => {
    connection.destroy()
    await connection.closed
  })
  return connection
}

export const STDIO: URL = new URL('mcp+stdio:server')

/** Starts this command and connects to it over stdio. */
export function overPipes(
  command: readonly string[],
  options?: McpOptions,
  some: Partial<ConnectContext> = {},
): Promise<Connection<McpRequest>> {
  return connected(STDIO, options, { stdio: { stdio: command }, ...some })
}

export interface AskOutcome extends Outcome {
  /** Bytes of each message before the reply. */
  readonly messages: readonly number[]
  /** Whether the connection accepts another call at the moment this one ends. */
  readonly usable: boolean
}

/** Runs one exchange and resolves with its outcome. */
export function ask(connection: Connection<McpRequest>, payload: McpRequest, requestId = 0): Promise<AskOutcome> {
  const messages: number[] = []
  return new Promise((resolve) => {
    const onDone = (outcome: Outcome): void => resolve({ ...outcome, messages, usable: connection.usable })
    const onMessage = (bytes: number): void => void messages.push(bytes)
    connection.exchange({ requestId, operation: 'test', payload }, { onMessage, onDone })
  })
}

export const ECHO: McpRequest = { tool: 'echo', arguments: { message: 'hi' } }
export const PING: McpRequest = { method: 'ping' }
