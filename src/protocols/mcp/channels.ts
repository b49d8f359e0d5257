import type { OpenChannel } from './channel.ts'
import { openProcessChannel } from './process-channel.ts'
import { openSocketChannel } from './socket-channel.ts'

/** What is loaded only by who needs it: a generator thread starts faster without. */
const BY_SCHEME: Readonly<Record<string, () => Promise<OpenChannel>>> = {
  'mcp+stdio:': async () => openProcessChannel,
  'mcp+http:': async () => (await import('./http/index.ts')).openHttpChannel,
  'mcp+https:': async () => (await import('./http/index.ts')).openHttpChannel,
  'mcp+tcp:': async () => openSocketChannel,
  'mcp+ws:': async () => (await import('./websocket-channel.ts')).openWebSocketChannel,
  'mcp+wss:': async () => (await import('./websocket-channel.ts')).openWebSocketChannel,
}

/** The way to a target, by its scheme. */
export async function channelTo(target: URL): Promise<OpenChannel> {
  const load = BY_SCHEME[target.protocol]
  if (load === undefined) throw new TypeError(`MCP does not go over ${target.protocol}`)
  return load()
}

/** Whether requests go to this target one by one, so that each has a status and a reply stream of its own. */
export function overHttp(target: URL): boolean {
  return target.protocol === 'mcp+http:' || target.protocol === 'mcp+https:'
}

/** The target as people know it. */
export function placeOf(target: URL): string {
  return target.host === '' ? decodeURIComponent(target.pathname) : target.host
}
