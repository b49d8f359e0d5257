import type { McpVersion } from './versions.ts'

/** Options of `mcp({ … })`. */
export interface McpOptions {
  /** Version to use. `auto` negotiates it with the server once per run. Default: `auto`. */
  readonly protocolVersion?: 'auto' | McpVersion
  /** Method to call, without parameters, when the plan has no request. Default: `ping`; modern era: `tools/list`. */
  readonly health?: string
  /** WebSocket only: ends each message inside its frame with a newline, which ErlMCP requires. Default: false. */
  readonly trailingNewline?: boolean
  /** WebSocket only: subprotocols to offer. The server must select one; some require `mcp`. Default: none. */
  readonly subprotocols?: readonly string[]
  /**
   * Maximum number of calls in flight on one connection. Default: 1000 over stdio, where one process serves all virtual
   * clients; 16 over TCP and WebSocket; 1 over HTTP, where each call in flight uses a socket.
   */
  readonly maxInFlight?: number
  /** HTTP only: keeps the stream open on which the server may send notifications and requests. Default: false. */
  readonly listen?: boolean
}
