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

/** A session of Streamable HTTP by hand, for what a well-behaved client would not do to it. */
export interface Session {
  readonly id: string
  /** Sends a message as it is. Gives the body of the answer, whatever it says. */
  ask(message: object, signal: AbortSignal): Promise<string>
  /** Asks the server to forget it. Gives the status. */
  end(): Promise<number>
  /** The stream on which the server may speak up by itself. */
  listen(signal: AbortSignal): Promise<Response>
}

/** Undefined where the server makes no sessions. Rejects where it does not answer. */
export async function openSession({ httpUrl, headers }: Prober): Promise<Session | undefined> {
  const answered = await post(httpUrl, headers, INITIALIZE)
  const id = answered.headers.get('mcp-session-id')
  await answered.text()
  if (id === null) return undefined
  const own = { ...headers, 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' }
  const notified = await post(httpUrl, own, { jsonrpc: '2.0', method: 'notifications/initialized' })
  await notified.text()
  return {
    id,
    ask: async (message, signal) => (await post(httpUrl, own, message, signal)).text(),
    async end() {
      const ended = await fetch(httpUrl, { method: 'DELETE', headers: own })
      await ended.text()
      return ended.status
    },
    listen: (signal) => fetch(httpUrl, { headers: { ...own, accept: 'text/event-stream' }, signal }),
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
