import type { ErrorClass } from './protocol.ts'
import type { Ms, Ratio } from './units.ts'

/**
 * Which requests are traced. `slowest`: every request carries a context, and the slowest, the failed and a few ordinary
 * ones are exported once they have ended; `all`; a ratio, drawn as a request is sent; `off`.
 */
export type Tracing = 'off' | 'slowest' | 'all' | Ratio

/** A context as it travels: `00-<trace id>-<span id>-<flags>` (W3C Trace Context, version 00). */
export type Traceparent = string

/** Where contexts come from. Called for every request, so it is cheap; ids are drawn anew in every run, whatever the seed. */
export interface TraceIds {
  /** The first context of a trace of its own. One that is not `sampled` tells an instrumented server not to record. */
  root(sampled: boolean): Traceparent
  /** A context in the trace of another one, below it. */
  child(parent: Traceparent): Traceparent
}

/** What of a span is the same whenever the same request is sent: its name and attributes, by the semantic conventions. */
export interface SpanAbout {
  /** Of few values: `GET`, `tools/call echo`. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | boolean>>
}

/** Why a trace was kept. `all`: it was sampled from its start. */
export type KeptBecause = 'slowest' | 'failed' | 'ordinary' | 'all'

/**
 * A request, or a journey, as its span will tell it. Plain data: it comes out of a generator thread. Instants are on the
 * run's clock.
 */
export interface TracedRequest {
  readonly kind: 'request' | 'journey'
  readonly traceparent: Traceparent
  /** Of the journey that it is a step of; a request of its own is the root of its trace. */
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
  /** Since `sentMs`; NaN where nothing was streamed. */
  readonly firstMessageMs: Ms
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly errorClass: ErrorClass | undefined
  readonly message: string | undefined
  /** As `Outcome.status`. */
  readonly status: number | string | undefined
}

/** A traced request in a result. */
export interface SlowRequest {
  readonly traceId: string
  readonly spanId: string
  /** In the user's own backend, where `LOAD_TRACE_URL` says how one is found there. */
  readonly url?: string
  readonly because: KeptBecause
  /** What was asked for, in the words of its span. */
  readonly name: string
  readonly operation: string
  readonly requestId: number
  readonly responseMs: Ms
  readonly serviceMs: Ms
  /** Instants on the run's clock: ms since the start of the measured part. */
  readonly intendedMs: Ms
  readonly dueMs: Ms
  readonly sentMs: Ms
  readonly doneMs: Ms
  readonly errorClass?: ErrorClass
  readonly message?: string
}

/** What became of a run's traces. */
export interface TracingReport {
  readonly mode: Tracing
  /** Where spans went: `provider` is one that the user has registered; null where there was neither. */
  readonly to: 'provider' | 'otlp' | null
  /** Spans that were taken there. */
  readonly exported: number
  /** Spans that were not: a collector that is down, or more of them than there was room for. */
  readonly lost: number
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

/** The flag by which a server that is instrumented knows that it is to record its side too. */
export function isSampled(traceparent: Traceparent): boolean {
  return traceparent.endsWith('1')
}
