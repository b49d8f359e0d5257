import type { Answer, ConnectContext, ErrorClass } from './protocol.ts'
import type { AnyRequest } from './requests.ts'
import type { Traceparent } from './trace.ts'

/** One exchange as a protocol of the user's own sees it. */
export interface OwnOutgoing<Request = AnyRequest> {
  /** Unique within the run. */
  readonly requestId: number
  /** The request's `name`; an empty text where it has none. */
  readonly operation: string
  /** The request as the plan has it. */
  readonly payload: Request
  /** Context for the server (W3C Trace Context), where the protocol has a place for it; undefined where nothing is traced. */
  readonly traceparent?: Traceparent | undefined
  /** Aborted when the exchange is given up (time-out, the end of the run); what comes later is ignored. */
  readonly signal: AbortSignal
}

/** How an exchange ended; one that is not `ok` is an error of class `errorClass`, `protocol` when absent. */
export interface OwnOutcome {
  readonly ok: boolean
  /** 0 when absent. */
  readonly bytesSent?: number
  /** 0 when absent. */
  readonly bytesReceived?: number
  /** Status of the response, counted in the result's `statuses`: a number, or a name of at most 100 characters. */
  readonly status?: number | string
  readonly errorClass?: ErrorClass
  readonly message?: string
  /** For the next step of a journey, where the request says `read`. */
  readonly answer?: Answer
}

export interface OwnEvents {
  /** One message of a stream arrived: it times the first message and the gaps. */
  onMessage(bytes: number): void
  /** Call it exactly once. */
  onDone(outcome: OwnOutcome): void
}

export interface OwnConnection<Request = AnyRequest> {
  /** How many exchanges may be under way at once; 1 when absent. */
  readonly maxInFlight?: number
  /** Resolves when the connection can carry nothing more, with the reason if it was lost. */
  readonly closed?: Promise<Error | undefined>
  /** Sends at once. A throw, or a rejection of what it returns, fails the exchange with class `protocol`. */
  exchange(outgoing: OwnOutgoing<Request>, events: OwnEvents): void | Promise<void>
  close?(): void | Promise<void>
  /** Ends now; `close` is called where it is absent. */
  destroy?(): void
}

/**
 * A protocol of the user's own: a plan's `protocol` as an object (its traffic is then made in the test's own thread,
 * which the result names as a doubt), or the default export of the module at a URL (generator threads).
 */
export interface OwnProtocol<Request = AnyRequest> {
  /** Stands in results and reports. */
  readonly name: string
  /** What is sent when the plan names no request; an empty object when absent. */
  readonly healthRead?: Request
  /** A rejection is an error of class `connect`, or what the `code` of the error says. */
  connect(target: URL, context: ConnectContext): Promise<OwnConnection<Request>> | OwnConnection<Request>
}
