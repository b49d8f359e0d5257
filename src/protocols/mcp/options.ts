import type { McpVersion } from './versions.ts'

/** What `mcp({ … })` takes. */
export interface McpOptions {
  /** `auto` asks the server once per run; a version is spoken without asking. Default `auto`. */
  readonly protocolVersion?: 'auto' | McpVersion
  /** What is sent when the plan names no request: a method without parameters. Default `ping`, in the modern era `tools/list`. */
  readonly health?: string
  /** WebSocket only: a newline ends each message inside its frame, which ErlMCP waits for. Default false. */
  readonly trailingNewline?: boolean
  /** WebSocket only: subprotocols to offer, of which the server must take one; some want `mcp`. Default none. */
  readonly subprotocols?: readonly string[]
  /**
   * Calls under way at once on one connection. Default 1 000 over stdio, where one process serves everyone; 16 over TCP
   * and WebSocket; 1 over HTTP, where each of them takes a socket.
   */
  readonly maxInFlight?: number
  /** HTTP only: holds the stream open on which a server may speak up by itself. Default false. */
  readonly listen?: boolean
}
