import type { ConnectContext } from '../../model/protocol.ts'
import type { McpOptions } from './options.ts'

const DEFAULT_BYTES = 8 * 1024 * 1024

/**
 * Returns the maximum bytes of a message from the server. A message of the plan's `messageSize` comes back as JSON in
 * base64 or with escapes, so it may be twice as long.
 */
export function messageLimit({ maxMessageBytes }: McpOptions, { messageBytes = 0 }: ConnectContext): number {
  return maxMessageBytes ?? DEFAULT_BYTES + 2 * messageBytes
}

/** Adds the remedy to the description of a message that is too long. */
export function tooLong(violation: string): string {
  return `${violation}; mcp({ maxMessageBytes }) sets this limit`
}
