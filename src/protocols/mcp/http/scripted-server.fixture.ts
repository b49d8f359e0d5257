import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Said } from '../mcp.fixture.ts'

export interface Posted {
  readonly message: Said
  readonly headers: IncomingMessage['headers']
  /** The response, which the handler must write. */
  readonly response: ServerResponse
}

/** Handles a posted message in a scripted server. */
export type Respond = (posted: Posted) => void

/** Handles the other HTTP methods: GET and DELETE. */
export type RespondElse = (request: IncomingMessage, response: ServerResponse) => void

export interface HttpScript {
  readonly url: URL
  readonly posted: readonly Posted[]
  /** HTTP methods in the order of their requests. */
  readonly methods: readonly string[]
  readonly sockets: readonly Socket[]
  readonly sessions: readonly string[]
  /** Stops the server immediately and closes its port. */
  readonly stop: () => Promise<void>
}

export const NOT_ALLOWED: RespondElse = (_, response) => void response.writeHead(405).end()

/** Starts a server on loopback that passes each posted message to `respond`. It stops when the test ends. */
export async function postServer(respond: Respond, respondElse: RespondElse = NOT_ALLOWED): Promise<HttpScript> {
  const posted: Posted[] = []
  const methods: string[] = []
  const sockets: Socket[] = []
  const sessions: string[] = []
  const server = createServer((request, response) => {
    methods.push(request.method ?? '')
    if (request.method !== 'POST') return respondElse(request, response)
    const pieces: Buffer[] = []
    request.on('data', (bytes: Buffer) => pieces.push(bytes))
    request.on('end', () => {
      const message = JSON.parse(Buffer.concat(pieces).toString()) as Said
      const entry = { message, headers: request.headers, response }
      posted.push(entry)
      respond(entry)
      const session = response.getHeader('mcp-session-id')
      if (typeof session === 'string') sessions.push(session)
    })
  })
  server.on('connection', (socket: Socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(stop)
  const url = new URL(`mcp+http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  return { url, posted, methods, sockets, sessions, stop }
}

/** Starts a legacy server that handles the handshake with sessions `s1`, `s2` … and passes calls to `respond`. */
export function sessionServer(respond: Respond, respondElse?: RespondElse): Promise<HttpScript> {
  let sessions = 0
  return postServer((posted) => {
    const { message, response } = posted
    if (message.method === 'initialize') {
      response.setHeader('mcp-session-id', `s${++sessions}`)
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'scripted' } }
      json(response, { jsonrpc: '2.0', id: message.id, result })
    } else if (message.method === 'notifications/initialized') response.writeHead(202).end()
    else respond(posted)
  }, respondElse)
}

export function json(response: ServerResponse, body: object, status = 200): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}

/** Begins an event stream. The caller writes and ends it. */
export function stream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' })
}

export function event(message: object | string): string {
  return `event: message\ndata: ${typeof message === 'string' ? message : JSON.stringify(message)}\n\n`
}

export function progress(token: unknown, done: number): object {
  return { method: 'notifications/progress', params: { progressToken: token, progress: done }, jsonrpc: '2.0' }
}

/** Returns the JSON-RPC methods of the posted messages. */
export function said({ posted }: HttpScript): readonly (string | undefined)[] {
  return posted.map(({ message }) => message.method)
}
