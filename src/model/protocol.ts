import type { ErrorClass } from './error-class.ts'
import type { Body, MessageFormat } from './body.ts'
import type { PlanIssue } from './errors.ts'
import type { StdioTarget, TlsOptions } from './target.ts'
import type { SpanAbout, Traceparent } from './trace.ts'
import type { Count, Ms } from './units.ts'

/** Bytes that crossed the wire for one exchange, as far as the protocol knows. */
export interface Transferred {
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** The response, for code that asked to `read` it: the next step of a journey, or a setup. */
export interface Answer {
  /** HTTP only. */
  readonly status?: number
  /** HTTP only; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** HTTP only: every `set-cookie` line. */
  readonly setCookie?: readonly string[]
  /** The body as UTF-8; the first message if there are several. */
  readonly text: string
  /** With `read: 'json'`: the parsed text; with MCP, the `result`. */
  readonly json?: unknown
  /** Every message, if the protocol has messages. */
  readonly messages?: readonly string[]
}

/** How one exchange ended. An exchange that is not `ok` has an error class. */
export interface Outcome extends Transferred {
  readonly ok: boolean
  readonly errorClass?: ErrorClass
  /** Human-readable description: "503 Service Unavailable", "ECONNRESET". */
  readonly message?: string
  /** Only if the request has `read`. */
  readonly answer?: Answer
  /**
   * Status of the response, if it has one: HTTP status, code of a JSON-RPC error, WebSocket close code, or what a
   * custom protocol reports.
   */
  readonly status?: number | string
  /** Status line and beginning of the body of a response that failed. */
  readonly excerpt?: string
  /** True if the server did not process the request, so that the engine may send it again. */
  readonly unprocessed?: boolean
}

/** What the engine asks a connection to send. */
export interface Outgoing<Request> {
  /** Unique within the run: the position of the request in the schedule; in the warm-up it counts down from −1. */
  readonly requestId: number
  readonly operation: string
  readonly payload: Request
  /** Sent with the request, if the protocol can carry it and the request has no such context already. */
  readonly traceparent?: Traceparent | undefined
}

/** Events of an exchange. Callbacks, not promises: this is the hot path. */
export interface ExchangeEvents {
  /** Reports a message of a stream, `bytes` long. Protocols with a single response need not call it. */
  onMessage(bytes: number): void
  /**
   * Reports the outcome of one operation of a batch that is one message, before `onDone`; `place` is its place in the
   * batch. An operation without such a report has the outcome of the message.
   */
  onPart?(place: number, outcome: Outcome): void
  /** Reports the end of the exchange. Called exactly once, and never after `Cancel`. */
  onDone(outcome: Outcome): void
}

/**
 * Gives up an exchange that is in flight; its `onDone` is not called afterwards. The connection may have to close
 * itself (HTTP/1.1 must, because the late response would be taken for the next one). Never called after `onDone`.
 * Returns the bytes transferred so far.
 */
export type Cancel = () => Transferred

export interface Connection<Request> {
  /** Maximum number of exchanges in flight; 1 for HTTP/1.1. */
  readonly maxInFlight: number
  /** The negotiated version: "HTTP/1.1", "HTTP/2". */
  readonly version?: string
  /** Id of the process at the other end, if connecting started one. */
  readonly pid?: number
  /**
   * Resolves when the connection can carry no more exchanges: with the reason if it was lost, with undefined if it
   * closed normally. Never rejects. By then, every exchange in flight has had its `onDone` (class `connection`).
   */
  readonly closed: Promise<Error | undefined>
  /**
   * False from the moment the connection knows that it cannot carry another exchange, even before `closed` resolves.
   */
  readonly usable: boolean
  /**
   * Waits for messages that no request asked for: until `messages` of them have arrived, at most `maxMs`, and no longer
   * once `signal` aborts. Resolves with their number. Absent where no message can be mistaken for a response.
   */
  listen?(messages: number, maxMs: Ms, signal?: AbortSignal): Promise<number>
  /**
   * Sends as one message all requests that `exchange` gets while `send` runs. Returns the number of messages, which is
   * higher if this connection cannot do so after all. Absent if the protocol has no messages with several requests.
   */
  together?(send: () => void): Count
  /** Sends immediately: the engine takes the timestamp `sent` just before this call. */
  exchange(outgoing: Outgoing<Request>, events: ExchangeEvents): Cancel
  /** Closes gracefully: exchanges in flight may finish. */
  close(): Promise<void>
  /** Closes immediately. */
  destroy(): void
}

export interface ConnectContext {
  /** Aborted when connecting takes too long or the run stops; connecting then rejects. */
  readonly signal: AbortSignal
  readonly tls: TlsOptions
  /**
   * The address that was checked against `allowHosts`. Connect only to it, whatever the name resolves to by now; Host
   * and SNI still use the name. Absent when the caller has verified the URL.
   */
  readonly address?: string
  /** Path of the Unix socket to connect to, instead of an address. */
  readonly socketPath?: string
  /** Sent with every request or handshake; the same object for every connection of a run. */
  readonly headers: Readonly<Record<string, string>>
  /** Context of the run, for a handshake that does not belong to a request; absent where nothing is traced. */
  readonly traceparent?: Traceparent
  /** False when the connection serves one exchange only (`short-lived`). */
  readonly reuse: boolean
  /** The process to start, for a target over pipes. */
  readonly stdio?: StdioTarget
  /** The result of `negotiate`, shared by the whole run. */
  readonly negotiated?: unknown
  /** Maximum bytes of the messages that the plan's `messageSize` requests; absent without one. */
  readonly messageBytes?: number
  readonly log: (text: string) => void
  /**
   * Reports messages that are not a response to any request. `ambiguous` of them came on a connection that matches
   * responses by order, and nothing in them shows that they are not responses. Both are negative when a request that
   * listens takes messages that were reported before.
   */
  readonly onUnsolicited?: (messages: number, ambiguous: number) => void
  /** Reports a line on the standard output of a server over pipes that is not a message. */
  readonly onStrayLine?: () => void
}

/** Requests for the work that an embedded target does in every protocol; `model/work.ts` defines the responses. */
export interface WorkRequests<Request> {
  /** The response has `bytes` bytes. */
  read(bytes: number, format: MessageFormat): Request
  /** Sends the body; the response is its length. */
  write(body: Body, format: MessageFormat): Request
  /** Sends the body; the response is the body. */
  echo(body: Body, format: MessageFormat): Request
  /** The response has `messages` messages of `bytes` bytes. */
  stream(messages: number, bytes: number, format: MessageFormat): Request
}

/**
 * How to communicate with a target. `connect` rejects with a `ConnectError`, or with any error, which the engine
 * classifies by its `code`.
 */
export interface Protocol<Request> {
  readonly name: string
  /** Sent when the plan names no request. */
  readonly healthRead: Request
  /** Default of the plan's `messageFormat`. */
  readonly usualFormat: MessageFormat
  /** Maximum length of a generated message, in bytes. Absent: no maximum. */
  readonly maxMessageBytes?: number
  /** Maximum length of a message of a named size such as `large`, if it is lower. */
  readonly maxNamedBytes?: number
  /** True if a message is held in memory as a whole while it is sent; other protocols stream it. */
  readonly holdsMessages?: boolean
  /** Absent if no embedded target supports the protocol. */
  readonly work?: WorkRequests<Request>
  /** Returns every issue of a request as the user wrote it; `key` is its path in the plan. */
  issuesOf(request: unknown, key: string): readonly PlanIssue[]
  /** Returns the request as plain data, which can be passed to a generator thread. Absent: every request is that. */
  asData?(request: Request): Request
  /** Returns the issue of a message format that the protocol's options cannot carry, such as bytes between newlines. */
  formatIssue?(format: MessageFormat, key: string): PlanIssue | undefined
  /** Returns the issue of a message size in bytes that the plan gives and that the protocol cannot send. */
  sizeIssue?(bytes: number, key: string): PlanIssue | undefined
  /** Returns true for a request that contains a function and therefore cannot be passed to a generator thread. */
  needsInline?(request: Request): boolean
  /** Returns false if the plan's `headers` cannot be sent to this target. Absent: they always can. */
  carriesHeaders?(target: URL): boolean
  /**
   * Returns whether its connections send several requests as one message (`Connection.together`). `negotiated` is the
   * result of `negotiate`. Absent: never.
   */
  hasBatches?(negotiated: unknown): boolean
  /** Returns the request with a generated body if it can have one and has none; else the unchanged request. */
  withBody?(request: Request, body: Body, format: MessageFormat): Request
  /** Returns whether the response to this request is identified only by its position in the stream. Absent: never. */
  matchesByOrder?(request: Request): boolean
  /**
   * Describes a request in a few words, for reports: "GET /cart", "tools/call echo". With a target, the path includes
   * that of the target.
   */
  describe(request: Request, target?: URL): string
  /**
   * Describes its span by the semantic conventions. Default: the name of the protocol and the address of the target.
   */
  span?(request: Request, target: URL): SpanAbout
  /** Returns the size of what a request sends as its payload, in bytes. Absent or undefined: the bytes sent. */
  messageBytes?(request: Request): number | undefined
  /**
   * Determines once per run, before its first connection, what applies to all connections (a protocol version). Returns
   * plain data, which is passed to every `connect`. Rejects like `connect`.
   */
  negotiate?(target: URL, context: ConnectContext): Promise<unknown>
  connect(target: URL, context: ConnectContext): Promise<Connection<Request>>
}

/**
 * A built-in protocol with its options as plain data: what `tcp({ framing })` returns, and what is passed to threads.
 */
export interface ProtocolSpec<Name extends string = string> {
  readonly kind: Name
  readonly [option: string]: unknown
}

/** The registration of a built-in protocol. */
export interface ProtocolKind<Request, Name extends string = string> {
  readonly kind: Name
  /** Its URL schemes (`ws:`) with their default ports; undefined if a URL needs an explicit port. */
  readonly schemes: Readonly<Record<string, number | undefined>>
  /**
   * Schemes that a target may also have if its plan names this protocol, with the scheme that each stands for: for MCP,
   * `http:` stands for `mcp+http:`.
   */
  readonly otherSchemes?: Readonly<Record<string, string>>
  /** Returns every issue of the options as the user wrote them, except `kind`; `key` is their path in the plan. */
  optionIssues(options: Readonly<Record<string, unknown>>, key: string): readonly PlanIssue[]
  /** Requires options without issues. */
  create(spec: ProtocolSpec): Protocol<Request>
}

/** Waits between attempts to reconnect: exponential from `backoffMs`, capped, then jittered. */
export interface ReconnectKeys {
  /** Consecutive attempts before a connection is given up for the rest of the run. */
  readonly attempts?: number
  /** First wait, in ms; each further wait is twice as long. */
  readonly backoffMs?: Ms
  /** Maximum wait, in ms. */
  readonly maxBackoffMs?: Ms
  /** Share of each wait that is random, so that clients do not reconnect simultaneously. */
  readonly jitter?: number
}

export type ReconnectOptions = Required<ReconnectKeys>
