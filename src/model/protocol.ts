import type { Body, MessageFormat } from './body.ts'
import type { PlanFault } from './errors.ts'
import type { StdioTarget, TlsOptions } from './plan.ts'
import type { SpanAbout, Traceparent } from './trace.ts'
import type { Ms } from './units.ts'

/** Why an exchange failed, in the field's words; `errorsByClass` of a result is keyed by these. */
export const ERROR_CLASSES = [
  'dns',
  'connect',
  'tls',
  'timeout',
  'connection',
  'http-4xx',
  'http-5xx',
  'status',
  'protocol',
  'jsonrpc',
  'tool-error',
  'session-lost',
  'misrouted',
  'process-exit',
  'check',
  'local-ports',
  'local-files',
  /** In flight when the run was stopped: nobody knows how it would have ended, and the target is not blamed for it. */
  'cancelled',
] as const

export type ErrorClass = (typeof ERROR_CLASSES)[number]

/** Classes in which the target gave an answer, only not a good one: they belong to the error rate, not to latency. */
const ANSWERED: ReadonlySet<ErrorClass> = new Set<ErrorClass>([
  'http-4xx',
  'http-5xx',
  'status',
  'protocol',
  'jsonrpc',
  'tool-error',
  'session-lost',
  'misrouted',
  'check',
])

/** Whether a failure of this class is an answer (a fast 503) rather than silence (a time-out, a reset). */
export function isAnswered(errorClass: ErrorClass): boolean {
  return ANSWERED.has(errorClass)
}

/** Bytes that crossed the wire for one exchange, as far as the protocol knows them. */
export interface Transferred {
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** What came back, for who asked to `read` it: the next step of a journey, a setup. */
export interface Answer {
  /** HTTP only. */
  readonly status?: number
  /** HTTP only; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** HTTP only: every `set-cookie` line. */
  readonly setCookie?: readonly string[]
  /** As UTF-8; of several messages, the first. */
  readonly text: string
  /** With `read: 'json'`: the text parsed; of MCP, the `result`. */
  readonly json?: unknown
  /** Every message, where the protocol has messages. */
  readonly messages?: readonly string[]
}

/** How one exchange ended. An exchange that is not `ok` names its class. */
export interface Outcome extends Transferred {
  readonly ok: boolean
  readonly errorClass?: ErrorClass
  /** What happened, for people: "503 Service Unavailable", "ECONNRESET". */
  readonly message?: string
  /** Only of a request that says `read`. */
  readonly answer?: Answer
  /**
   * Status of the response, where it has one: HTTP status, code of a JSON-RPC error, WebSocket close code, or what a
   * custom protocol reports.
   */
  readonly status?: number | string
}

/** What the engine asks a connection to send. */
export interface Outgoing<Request> {
  /** Unique within the run: the position of the request in the schedule; in the warm-up, counting down from −1. */
  readonly requestId: number
  readonly operation: string
  readonly payload: Request
  /** Goes with the request, where the protocol has a place for it and the request has none of its own. */
  readonly traceparent?: Traceparent | undefined
}

/** What a connection tells about an exchange. Callbacks, not promises: this is the hot path. */
export interface ExchangeEvents {
  /** A message of a stream arrived, `bytes` long. Protocols that answer once need not call it. */
  onMessage(bytes: number): void
  /** The exchange is over. Called exactly once, and never after `Cancel`. */
  onDone(outcome: Outcome): void
}

/**
 * Gives up an exchange that is still under way; afterwards its `onDone` is not called. The connection may have to close
 * itself for it (HTTP/1.1 must: the late answer would be taken for the next one's). Never called after `onDone`. Tells
 * what had crossed the wire by then.
 */
export type Cancel = () => Transferred

export interface Connection<Request> {
  /** How many exchanges may be under way at once; 1 for HTTP/1.1. */
  readonly maxInFlight: number
  /** What was negotiated: "HTTP/1.1", "HTTP/2". */
  readonly version?: string
  /** The process at the other end, where connecting started one. */
  readonly pid?: number
  /**
   * Resolves when the connection can carry nothing more: with the reason when it was lost, with undefined when it ended
   * in order. Never rejects. By then every exchange under way has had its `onDone` (class `connection`).
   */
  readonly closed: Promise<Error | undefined>
  /** False from the moment the connection knows it cannot take another exchange, even before `closed` resolves. */
  readonly usable: boolean
  /**
   * Waits for messages that no request asked for: until `messages` of them have arrived, at most `maxMs`. Resolves with
   * how many there are. Absent where no message can be mistaken for a response.
   */
  listen?(messages: number, maxMs: Ms): Promise<number>
  /** Sends at once: the engine takes `sent` immediately before this call. */
  exchange(outgoing: Outgoing<Request>, events: ExchangeEvents): Cancel
  /** Ends in order: what is under way may finish. */
  close(): Promise<void>
  /** Ends now. */
  destroy(): void
}

export interface ConnectContext {
  /** Aborted when connecting takes too long or the run stops; connecting then rejects. */
  readonly signal: AbortSignal
  readonly tls: TlsOptions
  /**
   * The address that was checked against `allowHosts`: connect there and nowhere else, whatever the name resolves to by
   * now; the name still goes into Host and SNI. Absent when the caller vouches for the URL itself.
   */
  readonly address?: string
  /** Sent with every request or handshake; the same object for every connection of a run. */
  readonly headers: Readonly<Record<string, string>>
  /** Context of the run, for a handshake that no request of its own stands for; absent where nothing is traced. */
  readonly traceparent?: Traceparent
  /** False when the connection serves one exchange only (`short-lived`). */
  readonly reuse: boolean
  /** The process to start, where the target is one that is spoken to over its pipes. */
  readonly stdio?: StdioTarget
  /** What `negotiate` found out, once for the whole run. */
  readonly negotiated?: unknown
  readonly log: (text: string) => void
  /**
   * Called when messages arrived that are not a response to any request. `ambiguous` of them came on a connection that
   * matches responses by order, and nothing in them shows that they are no responses. Both are negative when a request
   * that listens takes messages that were reported before.
   */
  readonly onUnsolicited?: (messages: number, ambiguous: number) => void
}

/**
 * The work that an embedded target does in every protocol alike, and how this protocol asks for it; `model/work.ts` says
 * what the target answers.
 */
export interface WorkRequests<Request> {
  /** `bytes` bytes come back. */
  read(bytes: number, format: MessageFormat): Request
  /** The body goes there; how long it was comes back. */
  write(body: Body, format: MessageFormat): Request
  /** The body goes there and comes back. */
  echo(body: Body, format: MessageFormat): Request
  /** `messages` messages of `bytes` bytes come back. */
  stream(messages: number, bytes: number, format: MessageFormat): Request
}

/**
 * How to talk to a target. `connect` rejects with a `ConnectError`, or with any error, which the engine classifies by its
 * `code`.
 */
export interface Protocol<Request> {
  readonly name: string
  /** What is sent when the plan names no request. */
  readonly healthRead: Request
  /** What `messageFormat` is when the plan does not say. */
  readonly usualFormat: MessageFormat
  /** The longest message of size `large`, where it is less than everyone's 100 MiB. */
  readonly longestMessage?: number
  /** A message is held in memory as a whole while it is sent; other protocols stream it. */
  readonly holdsMessages?: boolean
  /** Absent where no embedded target speaks the protocol. */
  readonly work?: WorkRequests<Request>
  /** Everything wrong with a request as the user wrote it; `key` is where it stands in the plan. */
  faultsOf(request: unknown, key: string): readonly PlanFault[]
  /** What is wrong with messages of this format, where the protocol's options cannot carry it: bytes between newlines. */
  formatFault?(format: MessageFormat, key: string): PlanFault | undefined
  /** True for a request that holds a function and therefore cannot cross into a generator thread. */
  needsInline?(request: Request): boolean
  /** False where there is no place for the plan's `headers`; they are carried where it is absent. */
  carriesHeaders?(target: URL): boolean
  /** The request with a generated body, where it has room for one and none was written; else the request as it is. */
  withBody?(request: Request, body: Body, format: MessageFormat): Request
  /** Whether the response to this request is known by its place in the stream only. Absent: never. */
  matchesByOrder?(request: Request): boolean
  /** A request in a few words, for reports: "GET /cart", "tools/call echo". */
  word(request: Request): string
  /** Its span by the semantic conventions; where it is absent, the name of the protocol and the address of the target. */
  span?(request: Request, target: URL): SpanAbout
  /**
   * Finds out once per run, before any connection of it, what holds for all of them (a protocol version). Plain data,
   * which reaches every `connect`. Rejects like `connect`.
   */
  negotiate?(target: URL, context: ConnectContext): Promise<unknown>
  connect(target: URL, context: ConnectContext): Promise<Connection<Request>>
}

/** A shipped protocol with its options as plain data: what `tcp({ framing })` returns, and what crosses a thread. */
export interface ProtocolSpec {
  readonly kind: string
  readonly [option: string]: unknown
}

/** A shipped protocol, registered in `protocols/index.ts`. */
export interface ProtocolKind<Request> {
  readonly kind: string
  /** The URL schemes that stand for it (`ws:`), with the port each means; undefined where a port must be written. */
  readonly schemes: Readonly<Record<string, number | undefined>>
  /** Everything wrong with the options as the user wrote them, `kind` excepted; `key` is where they stand. */
  optionFaults(options: Readonly<Record<string, unknown>>, key: string): readonly PlanFault[]
  /** Options are without fault. */
  create(spec: ProtocolSpec): Protocol<Request>
}

/** How long each wait between attempts to reconnect is: exponential from `backoffMs`, capped, then jittered. */
export interface ReconnectOptions {
  /** Attempts in a row before a connection is given up for the rest of the run. */
  readonly attempts: number
  readonly backoffMs: Ms
  readonly maxBackoffMs: Ms
  /** Share of each wait that is drawn at random, so that clients do not return in step. */
  readonly jitter: number
}
