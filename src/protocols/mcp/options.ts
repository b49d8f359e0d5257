import type { PlanIssue } from '../../model/errors.ts'
import { flag, oneOf, readKeys, text, wholeFrom } from '../../model/readers.ts'
import type { Reader } from '../../model/readers.ts'
import { subprotocolsReader } from '../websocket/subprotocols.ts'
import { MCP_VERSIONS, type McpVersion } from './versions.ts'

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
  /**
   * Maximum bytes of a message from the server. A longer one is an error of class `protocol`. Default: 8 MiB, plus
   * twice the plan's `messageSize`.
   */
  readonly maxMessageBytes?: number
  /** HTTP only: keeps the stream open on which the server may send notifications and requests. Default: false. */
  readonly listen?: boolean
}

/** V8 cannot create a string that is much longer. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

const READERS = {
  protocolVersion: oneOf(['auto', ...MCP_VERSIONS]),
  health: text,
  trailingNewline: flag,
  subprotocols: subprotocolsReader('mcp'),
  maxInFlight: wholeFrom(1, 100_000),
  maxMessageBytes: wholeFrom(1_024, MAX_MESSAGE_BYTES),
  listen: flag,
} satisfies Readonly<Record<keyof McpOptions, Reader<unknown>>>

/** Returns every issue in the options of `mcp({ … })`. `key`: path of the options in the plan. */
export function optionIssues(options: Readonly<Record<string, unknown>>, key: string): readonly PlanIssue[] {
  const issues: PlanIssue[] = []
  readKeys(READERS, options, { prefix: `${key}.`, noun: 'an option of mcp' }, issues)
  return issues
}
