import type { Prober } from './prober.ts'

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'describe-load', version: 'probe' },
  },
}
const TYPES = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }

/** A Streamable HTTP session that can send what a well-behaved client would not. */
export interface Session {
  readonly id: string
  /** Sends a message unchanged. Returns the body of any response. */
  ask(message: object, signal: AbortSignal): Promise<string>
  /** Asks the server to end the session. Returns the status. */
  end(): Promise<number>
  /** Opens the stream on which the server may send messages. */
  listen(signal: AbortSignal): Promise<Response>
}

/** Returns undefined if the server has no sessions. Rejects if it does not answer. */
export async function openSession({ httpUrl, headers }: Prober): Promise<Session | undefined> {
  const answered = await post(httpUrl, headers, INITIALIZE)
  const id = answered.headers.get('mcp-session-id')
  await answered.text()
  if (id === null) return undefined
  const sessionHeaders = { ...headers, 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' }
  const notified = await post(httpUrl, sessionHeaders, { jsonrpc: '2.0', method: 'notifications/initialized' })
  await notified.text()
  return {
    id,
    ask: async (message, signal) => (await post(httpUrl, sessionHeaders, message, signal)).text(),
    async end() {
      const ended = await fetch(httpUrl, { method: 'DELETE', headers: sessionHeaders })
      await ended.text()
      return ended.status
    },
    listen: (signal) => fetch(httpUrl, { headers: { ...sessionHeaders, accept: 'text/event-stream' }, signal }),
  }
}

function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  message: object,
  signal?: AbortSignal,
): Promise<Response> {
  const body = JSON.stringify(message)
  return fetch(url, {
    method: 'POST',
    headers: { ...headers, ...TYPES },
    body,
    ...(signal !== undefined && { signal }),
  })
}
