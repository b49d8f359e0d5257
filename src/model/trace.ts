import type { ErrorClass } from './error-class.ts'
import type { Count, Ms, Ratio } from './units.ts'

/**
 * Which requests are traced. `slowest`: every request carries a context, and the slowest, the failed and a few ordinary
 * ones are exported after they end; `all`; a ratio, sampled when a request is sent; `off`.
 */
export type Tracing = 'off' | 'slowest' | 'all' | Ratio

/** A context as it is transmitted: `00-<trace id>-<span id>-<flags>` (W3C Trace Context, version 00). */
export type Traceparent = string

/**
 * Source of contexts. Called for every request, so it must be cheap; ids are new in every run, independent of the seed.
 */
export interface TraceIds {
  /** Creates the first context of a new trace. If it is not `sampled`, instrumented servers do not record it. */
  root(sampled: boolean): Traceparent
  /** Creates a child context in the trace of `parent`. */
  child(parent: Traceparent): Traceparent
}

/** What a span has in common with all spans of the same request: name and attributes by the semantic conventions. */
export interface SpanAbout {
  /** Low-cardinality: `GET`, `tools/call echo`. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | boolean>>
}

/** What was sent, as its span shows it. */
export interface SentRequest {
  readonly about: SpanAbout
  /** Size of the payload, in bytes; undefined if the protocol knows only the bytes of the whole message. */
  readonly messageBytes: number | undefined
}

/** Why a trace was kept. `all`: it was sampled from its start. */
export type KeptBecause = 'slowest' | 'failed' | 'ordinary' | 'all'

/**
 * A request, or a journey, as its span describes it. Plain data, because it comes from a generator thread. Times are on
 * the run's clock.
 */
export interface TracedRequest {
  readonly kind: 'request' | 'journey'
  readonly traceparent: Traceparent
  /** Context of the journey that it is a step of; a request without a journey is the root of its trace. */
  readonly parent: Traceparent | undefined
  readonly because: KeptBecause
  readonly about: SpanAbout
  readonly requestId: number
  readonly operation: string
  readonly fate: 'success' | 'error' | 'dropped'
  readonly intendedMs: Ms
  readonly dueMs: Ms
  readonly sentMs: Ms
  readonly doneMs: Ms
  /** Time since `sentMs`; NaN where nothing was streamed. */
  readonly firstMessageMs: Ms
  /** Size of the payload, in bytes; of a journey, of all its steps together. */
  readonly messageBytes: number
  readonly errorClass: ErrorClass | undefined
  readonly message: string | undefined
  /** As `Outcome.status`. */
  readonly status: number | string | undefined
}

/** A traced request in a result. */
export interface SlowRequest {
  readonly traceId: string
  readonly spanId: string
  /** URL of the trace in the user's backend, from the template `LOAD_TRACE_URL`. */
  readonly url?: string
  readonly because: KeptBecause
  /** The request, with the name of its span. */
  readonly name: string
  readonly operation: string
  readonly requestId: number
  readonly responseMs: Ms
  readonly serviceMs: Ms
  /** Times on the run's clock: ms since the start of the measured part. */
  readonly intendedMs: Ms
  readonly dueMs: Ms
  readonly sentMs: Ms
  readonly doneMs: Ms
  readonly errorClass?: ErrorClass
  readonly message?: string
}

/** Tracing of a run, and its exported spans. */
export interface TracingReport {
  readonly mode: Tracing
  /** Where spans were sent: `provider` is one that the user has registered; null when there was no destination. */
  readonly to: 'provider' | 'otlp' | null
  /** Number of exported spans. */
  readonly exported: Count
  /** Number of spans that were not exported: the collector was down, or the buffer was full. */
  readonly lost: Count
  /** Why, in one line. */
  readonly because?: string
}

const TRACE_ID = { from: 3, to: 35 }
const SPAN_ID = { from: 36, to: 52 }

export function traceIdOf(traceparent: Traceparent): string {
  return traceparent.slice(TRACE_ID.from, TRACE_ID.to)
}

export function spanIdOf(traceparent: Traceparent): string {
  return traceparent.slice(SPAN_ID.from, SPAN_ID.to)
}

/** Returns the flag that makes an instrumented server record its spans. */
export function isSampled(traceparent: Traceparent): boolean {
  return traceparent.endsWith('1')
}
