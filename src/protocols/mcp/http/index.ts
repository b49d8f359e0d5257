import type { OpenChannel } from '../channel.ts'
import { openEventChannel } from './event-channel.ts'
import { openStreamable } from './streamable-channel.ts'

/** Opens MCP over HTTP/1.1 or HTTP/2 (`mcp+http:`, `mcp+https:`) in the negotiated transport. */
export const openHttpChannel: OpenChannel = (target, context, spoken, options, listener) =>
  (spoken.httpSse ? openEventChannel : openStreamable)(target, context, spoken, options, listener)
