import type { ConnectContext, ErrorClass } from '../../model/protocol.ts'
import type { MirroredParameters } from './mirrored-parameters.ts'
import type { Traceparent } from '../../model/trace.ts'
import type { McpOptions } from './options.ts'
import type { Era, McpVersion } from './versions.ts'

/** One whole JSON-RPC message to send, with what HTTP must say about it in its headers. */
export interface McpMessage {
  /** Of a request; undefined for a notification, and for our answer to a request of the server's: nothing comes back. */
  readonly id: number | undefined
  /** Undefined for our answer to a request of the server's. */
  readonly method: string | undefined
  /** What the method is applied to: `params.name` or `params.uri`. */
  readonly name: string | undefined
  /** Arguments that the server wants as headers too, by the header's name; not yet encoded. */
  readonly mirrored?: Readonly<Record<string, string>>
  /** The message, without a newline in it or after it. */
  readonly text: string
  /** Context of the request, for HTTP to say in its headers too, where servers are instrumented that know nothing of MCP. */
  readonly traceparent?: Traceparent | undefined
  /** The same object whenever the same request is sent again: what is made of `method`, `name` and `mirrored` can be kept by it. */
  readonly source: object
}

/**
 * A way for messages to and from one server; one of these is one connection (over HTTP: one session with its sockets).
 * It knows nothing of JSON-RPC beyond whole messages, save what HTTP needs to tell replies from the rest of a stream.
 */
export interface McpChannel {
  /** Requests that may be under way at once. */
  readonly maxInFlight: number
  /** False from the moment that it can take no further request; those under way may still be answered. */
  readonly usable: boolean
  /** The process at the other end, where opening started one. */
  readonly pid?: number
  /**
   * As `Connection.closed`: with the reason when it was lost, with undefined when it ended in order; never rejects. What
   * is under way then, and has not `failed`, the core ends with the reason's class (`connection` if there is none).
   */
  readonly closed: Promise<Error | undefined>
  /**
   * Legacy era, once: the server has answered `initialize` and chose this version. Sends `initialized`, the notification
   * that ends the handshake. Resolves when calls may follow (over HTTP: the server accepted it); rejects with a
   * `ConnectError`.
   */
  establish(version: McpVersion, initialized: McpMessage): Promise<void>
  /** Sends at once. Returns the bytes handed to the wire, as far as they are known. Never throws. */
  send(message: McpMessage): number
  /**
   * Nobody waits for this request's reply any more; what comes for it is to be dropped, or handed to the listener, which
   * ignores it. HTTP closes the reply's stream; lines need nothing, unless it has not left for a server that does not
   * read: then the connection is lost. The core sends `notifications/cancelled` where the era has it (always over lines;
   * over HTTP in the legacy era). Returns how many of the bytes that `send` told had not left, or a few more.
   */
  giveUp(id: number): number
  /** Ends in order: nothing is under way. Bounded in time; resolves when `closed` has. */
  close(): Promise<void>
  /** Ends now. */
  destroy(): void
}

/** A connection was lost, and the transport knows the class that what was under way belongs to. */
export class ChannelLost extends Error {
  readonly errorClass: ErrorClass

  constructor(errorClass: ErrorClass, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ChannelLost'
    this.errorClass = errorClass
  }
}

/** Who a channel tells what comes. Calls come between `send` and `closed`, never from inside `send`. */
export interface McpListener {
  /** One JSON-RPC message as text: a reply, a notification, or a request of the server's. `bytes`: on the wire. */
  message(text: string, bytes: number): void
  /** A request failed below JSON-RPC: a status, a cut stream, a lost session. No message came for it, and none will. */
  failed(id: number, failure: ChannelFailure): void
}

export interface ChannelFailure {
  readonly errorClass: ErrorClass
  /** For people. */
  readonly message: string
  readonly bytesReceived: number
  /** What of the request had left, where it is known; else what `send` told. */
  readonly bytesSent?: number
  /** Of HTTP. */
  readonly status?: number
}

/** What is known before a channel is opened. Plain data: it is also what `negotiate` finds out, once per run. */
export interface Negotiated {
  readonly era: Era
  /** Modern: what every message speaks. Legacy: what `initialize` offers. */
  readonly version: McpVersion
  /** The HTTP transport of 2024-11-05: one event stream for all replies, messages posted beside it. */
  readonly httpSse: boolean
  /** Over HTTP in the modern era: what the server's tools want mirrored, where they do. */
  readonly mirrored?: MirroredParameters
}

/**
 * Opens a channel. Resolves when messages can be sent; rejects with a `ConnectError`, also when `context.signal` aborts.
 * The caller does the handshake through `send` and `establish`; `context.signal` no longer concerns the channel then.
 */
export type OpenChannel = (
  target: URL,
  context: ConnectContext,
  spoken: Negotiated,
  options: McpOptions,
  listener: McpListener,
) => Promise<McpChannel>
