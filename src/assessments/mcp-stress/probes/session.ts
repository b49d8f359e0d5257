import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { CLIENT_INFO } from '../../../protocols/mcp/client.ts'
import { realTime } from '../../../model/real-time.ts'
import { HANGS_MS, type Prober } from './prober.ts'

const VERSION = '2025-11-25'

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: VERSION,
    capabilities: {},
    clientInfo: CLIENT_INFO,
  },
}
const TYPES = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }

/** A request that a session sends unchanged. */
export interface SessionMessage {
  readonly jsonrpc: '2.0'
  readonly id: number
  readonly method: string
  readonly params: Readonly<Record<string, unknown>> | undefined
}

/**
 * A Streamable HTTP session that can send what a well-behaved client would not. Rejects if the server does not answer.
 */
export interface Session {
  /** Sends a message unchanged. Returns the body of any response. */
  ask(message: SessionMessage): Promise<string>
  /** Asks the server to end the session. Returns the status. */
  end(): Promise<number>
  /** Opens the stream on which the server may send messages. */
  listen(signal: AbortSignal): Promise<Response>
}

/** Sends a message to a server that may have no sessions. Returns the body of any response. */
export async function askWithoutSession(prober: Prober, message: SessionMessage): Promise<string> {
  prober.count(operationOf(message))
  return (await post(prober, { ...prober.headers, 'mcp-protocol-version': VERSION }, message)).text()
}

/** Returns undefined if the server has no sessions. Rejects if it does not answer. */
export async function openSession(prober: Prober): Promise<Session | undefined> {
  const { headers } = prober
  const answered = await post(prober, headers, INITIALIZE)
  const id = answered.headers.get('mcp-session-id')
  await answered.text()
  if (id === null) return undefined
  const sessionHeaders = { ...headers, 'mcp-session-id': id, 'mcp-protocol-version': VERSION }
  const notified = await post(prober, sessionHeaders, { jsonrpc: '2.0', method: 'notifications/initialized' })
  await notified.text()
  return {
    async ask(message) {
      prober.count(operationOf(message))
      return (await post(prober, sessionHeaders, message)).text()
    },
    async end() {
      const signal = AbortSignal.timeout(HANGS_MS)
      const ended = await send(prober, { method: 'DELETE', headers: sessionHeaders, signal })
      await ended.text()
      return ended.status
    },
    async listen(signal) {
      const late = new AbortController()
      const timer = realTime.setTimeout(() => late.abort(new Error('the server did not open the stream')), HANGS_MS)
      const listening = { ...sessionHeaders, accept: 'text/event-stream' }
      try {
        return await send(prober, { headers: listening, signal: AbortSignal.any([signal, late.signal]) })
      } finally {
        realTime.clearTimeout(timer)
      }
    },
  }
}

function operationOf({ method, params }: SessionMessage): string {
  const name = params?.['name']
  return typeof name === 'string' ? `${method} ${name}` : method
}

function post(prober: Prober, headers: Readonly<Record<string, string>>, message: object): Promise<Response> {
  return send(prober, {
    method: 'POST',
    headers: { ...headers, ...TYPES },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(HANGS_MS),
  })
}

interface Message {
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** Sends as `fetch` does, which has no TLS options. */
async function send({ httpUrl, tls }: Prober, message: Message): Promise<Response> {
  if (!httpUrl.startsWith('https:')) return fetch(httpUrl, message)
  const { body, ...options } = message
  const { request } = await import('node:https')
  const sent = request(httpUrl, { ...tls, ...options, agent: false })
  // `once` stops listening when the signal aborts, and the request then ends with an error.
  sent.on('error', () => {})
  sent.end(body)
  const [answer] = (await once(sent, 'response', { signal: message.signal })) as [IncomingMessage]
  const { statusCode = 0, headers } = answer
  const fields = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
  return new Response(NO_BODY.has(statusCode) ? null : Readable.toWeb(answer), { status: statusCode, headers: fields })
}

/** Statuses whose responses have no body. */
const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304])
