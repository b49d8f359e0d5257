import type { Answer, ConnectContext } from './protocol.ts'
import type { ErrorClass } from './error-class.ts'
import type { AnyRequest } from './requests.ts'
import type { Traceparent } from './trace.ts'

/** One exchange, as a custom protocol sees it. */
export interface CustomOutgoing<Request = AnyRequest> {
  /** Unique within the run. */
  readonly requestId: number
  /** The request's `name`; an empty string where it has none. */
  readonly operation: string
  /** The request as the plan has it. */
  readonly payload: Request
  /** Context for the server (W3C Trace Context), if the protocol can carry it; undefined where nothing is traced. */
  readonly traceparent?: Traceparent | undefined
  /** Aborted when the engine gives up the exchange (timeout, end of the run); later events are ignored. */
  readonly signal: AbortSignal
}

/** How an exchange ended. One that is not `ok` is an error of class `errorClass`, `protocol` by default. */
export interface CustomOutcome {
  readonly ok: boolean
  /** Default 0. */
  readonly bytesSent?: number
  /** Default 0. */
  readonly bytesReceived?: number
  /** Status of the response, counted in the result's `statuses`: a number, or a name of at most 100 characters. */
  readonly status?: number | string
  readonly errorClass?: ErrorClass
  readonly message?: string
  /** For the next step of a journey, where the request has `read`. */
  readonly answer?: Answer
}

export interface CustomEvents {
  /** Reports one message of a stream; this measures the first message and the gaps. */
  onMessage(bytes: number): void
  /** Call this exactly once. */
  onDone(outcome: CustomOutcome): void
}

export interface CustomConnection<Request = AnyRequest> {
  /** Maximum number of exchanges in flight; default 1. */
  readonly maxInFlight?: number
  /** Resolves when the connection can carry no more exchanges; with the reason if it was lost. */
  readonly closed?: Promise<Error | undefined>
  /** Sends immediately. If it throws, or a promise that it returns rejects, the exchange fails: class `user-error`. */
  exchange(outgoing: CustomOutgoing<Request>, events: CustomEvents): unknown
  /** Closes the connection after its last exchange; may return a promise. */
  close?(): unknown
  /** Closes the connection immediately; when absent, the engine calls `close`. */
  destroy?(): void
}

/**
 * A custom protocol: an object as the plan's `protocol` (the generator then runs in the test's thread, which the result
 * reports as a doubt), or the default export of the module at a URL (runs in generator threads).
 */
export interface CustomProtocol<Request = AnyRequest> {
  /** Shown in results and reports. */
  readonly name: string
  /** What is sent when the plan names no request; an empty object by default. */
  readonly healthRead?: Request
  /** A rejection is an error of class `connect`, or of the class that the error's `code` implies. */
  connect(target: URL, context: ConnectContext): Promise<CustomConnection<Request>> | CustomConnection<Request>
}
