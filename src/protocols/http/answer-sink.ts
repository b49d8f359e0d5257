import type { HttpRequest } from './request.ts'

/** Receives a response while it arrives. Protocols on top of HTTP, such as MCP, use it. */
export interface AnswerSink {
  /** Called once for the final response, before its body. Header names are in lower case. */
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** Called for each received piece of the body, without framing. The bytes are valid only during the call. */
  data(bytes: Uint8Array): void
}

/**
 * A request with a sink, from another protocol in the same thread. A request in a plan cannot have a sink, because a
 * sink consists of functions. The connection does not call the sink after `Cancel`, even when the sink cancelled.
 * Requests that share one frozen `headers` object share its encoding, so that a new body costs only its own bytes.
 */
export type SinkRequest = HttpRequest & { readonly sink?: AnswerSink }
