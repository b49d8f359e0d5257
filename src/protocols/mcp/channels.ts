import type { OpenChannel } from './channel.ts'
import { openProcessChannel } from './process-channel.ts'
import { openSocketChannel } from './socket-channel.ts'

/** Loads HTTP and WebSocket on demand: a generator thread that does not use them starts faster. */
const BY_SCHEME: Readonly<Record<string, () => Promise<OpenChannel>>> = {
  'mcp+stdio:': async () => openProcessChannel,
  'mcp+http:': async () => (await import('./http/index.ts')).openHttpChannel,
  'mcp+https:': async () => (await import('./http/index.ts')).openHttpChannel,
  'mcp+tcp:': async () => openSocketChannel,
  'mcp+ws:': async () => (await import('./websocket-channel.ts')).openWebSocketChannel,
  'mcp+wss:': async () => (await import('./websocket-channel.ts')).openWebSocketChannel,
}

/** Returns the function that opens channels to a target with this scheme. */
export async function channelTo(target: URL): Promise<OpenChannel> {
  const load = BY_SCHEME[target.protocol]
  if (load === undefined) throw new TypeError(`MCP does not support the scheme ${target.protocol}`)
  return load()
}

/** Whether the target uses HTTP, where each request has a separate status and reply stream. */
export function overHttp(target: URL): boolean {
  return target.protocol === 'mcp+http:' || target.protocol === 'mcp+https:'
}

/** Returns the name of the target for messages: its host, or the name of the program. */
export function placeOf(target: URL): string {
  return target.host === '' ? decodeURIComponent(target.pathname) : target.host
}
