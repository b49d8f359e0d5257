import type { ConnectContext } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { Traceparent } from '../../model/trace.ts'
import type { McpOptions } from './options.ts'
import type { Era, McpVersion } from './versions.ts'

/** One whole JSON-RPC message to send, with the data for its HTTP headers. */
export interface McpMessage {
  /**
   * Id of a request, or of the first one of a batch; undefined for a notification and for our reply to a server's
   * request, which get no reply.
   */
  readonly id: number | undefined
  /** Ids of all requests of a batch (2025-03-26). */
  readonly batch?: readonly number[]
  /** Method; undefined for our reply to a server's request. */
  readonly method: string | undefined
  /** Tool, prompt or resource that the method applies to: `params.name` or `params.uri`. */
  readonly name: string | undefined
  /** Arguments that the server also expects in headers, by header name; not yet encoded. */
  readonly mirrored?: Readonly<Record<string, string>>
  /** The message, without any newline. */
  readonly text: string
  /** Trace context, also sent in an HTTP header for servers whose instrumentation does not know MCP. */
  readonly traceparent?: Traceparent | undefined
  /** The same object each time the same request is sent: a cache key for data derived from the message. */
  readonly source: object
}

/**
 * Carries messages to and from one server. One channel is one connection (over HTTP: one session with its sockets). It
 * handles whole messages and does not interpret JSON-RPC, except that HTTP must distinguish replies from the other
 * messages of a stream.
 */
export interface McpChannel {
  /** Maximum number of requests in flight. */
  readonly maxInFlight: number
  /** False once the channel accepts no further request. Requests in flight may still be answered. */
  readonly usable: boolean
  /** Process id of the server, when opening the channel started it. */
  readonly pid?: number
  /**
   * Like `Connection.closed`: resolves with the reason when the channel was lost, and with undefined when it closed
   * cleanly; never rejects. The dialogue then fails the requests that are still in flight with the class of the reason
   * (`connection` without one).
   */
  readonly closed: Promise<Error | undefined>
  /**
   * Legacy era only, called once after the server has answered `initialize` and selected this version. Sends
   * `initialized`, the notification that ends the handshake. Resolves when calls may follow (over HTTP: when the server
   * has accepted the notification). Rejects with a `ConnectError`.
   */
  establish(version: McpVersion, initialized: McpMessage): Promise<void>
  /** Sends immediately. Returns the number of bytes sent, as far as it is known. Never throws. */
  send(message: McpMessage): number
  /**
   * Abandons a request. The channel drops its reply or passes it to the listener, which ignores it. Over HTTP, the
   * channel closes the stream of the reply. Over lines, it does nothing, except when the request has not been sent
   * because the server does not read: then the connection is lost. The connection sends `notifications/cancelled` where
   * the era defines it (always over lines; over HTTP in the legacy era). Returns how many of the bytes that `send`
   * returned were not sent, or slightly more.
   */
  giveUp(id: number): number
  /** Returns the end of what the server printed to its standard error, as a suffix for a message. Only over pipes. */
  printed?(): string
  /** Closes cleanly; no request is in flight. Takes a bounded time and resolves when `closed` has resolved. */
  close(): Promise<void>
  /** Closes immediately. */
  destroy(): void
}

/** A lost connection, with the error class that the transport gives to the requests in flight. */
export class ChannelLost extends Error {
  readonly errorClass: ErrorClass

  constructor(errorClass: ErrorClass, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ChannelLost'
    this.errorClass = errorClass
  }
}

/** Receives what a channel reads. The channel calls it before `closed` resolves, and never from inside `send`. */
export interface McpListener {
  /**
   * One JSON-RPC message as text: a reply, a notification or a server's request. `bytes`: its size on the wire. `id`:
   * the request that it must answer, where the transport shows that; no other reply to this request follows.
   */
  message(text: string, bytes: number, id?: number): void
  /** A request failed below JSON-RPC: a status, a truncated stream, a lost session. It gets no message. */
  failed(id: number, failure: ChannelFailure): void
}

export interface ChannelFailure {
  readonly errorClass: ErrorClass
  /** Human-readable description. */
  readonly message: string
  readonly bytesReceived: number
  /** Bytes of the request that were sent; when undefined, the value that `send` returned. */
  readonly bytesSent?: number
  /** HTTP status. */
  readonly status?: number
}

/** An argument that a server over HTTP also expects in a header, so that a proxy can route by it. */
export interface MirroredParameter {
  readonly header: string
  /** Path of the argument. */
  readonly path: readonly string[]
}

/** Mirrored parameters by tool (2026-07-28, Streamable HTTP, "Schema Extension"). */
export type MirroredParameters = ReadonlyMap<string, readonly MirroredParameter[]>

/** Protocol settings that `negotiate` determines once per run, before channels open. Plain data. */
export interface Negotiated {
  readonly era: Era
  /** Modern era: the version in every message. Legacy era: the version that `initialize` offers. */
  readonly version: McpVersion
  /** Uses the HTTP transport of 2024-11-05: one event stream for all replies, and a POST request per message. */
  readonly httpSse: boolean
  /** HTTP in the modern era: the arguments that the server's tools expect in headers, if any. */
  readonly mirrored?: MirroredParameters
}

/**
 * Opens a channel. Resolves when messages can be sent. Rejects with a `ConnectError`, also when `context.signal`
 * aborts. The caller then performs the handshake through `send` and `establish`, and `context.signal` no longer affects
 * the channel.
 */
export type OpenChannel = (
  target: URL,
  context: ConnectContext,
  spoken: Negotiated,
  options: McpOptions,
  listener: McpListener,
) => Promise<McpChannel>
