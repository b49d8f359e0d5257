import type { ErrorClass } from './error-class.ts'
import type { DropReason } from './figures.ts'
import type { Outcome } from './protocol.ts'
import type { Traceparent } from './trace.ts'
import type { Ms } from './units.ts'

/** The operations of a batch that is one message. */
export interface SampledBatch {
  /** Name of each operation. */
  readonly operations: readonly string[]
  /** What was sent for each operation. */
  readonly items: readonly unknown[]
  /** By place: the operations that ended by themselves. The others share the outcome of the message. */
  readonly ended: ReadonlyMap<number, { readonly outcome: Outcome; readonly doneMs: Ms }>
}

/**
 * One request at its outcome. All times are milliseconds on the run's clock, whose zero is the start of the measured
 * part. The engine reuses the object, so observers must copy what they keep.
 */
export interface Sample {
  /** The operations of a batch that is one message; absent for a single request. */
  readonly batch?: SampledBatch | undefined
  readonly requestId: number
  readonly operation: string
  /** Index into the pattern's phases; −1 when it has none. */
  readonly phase: number
  readonly fate: 'success' | 'error' | 'dropped'
  readonly intendedMs: Ms
  /**
   * False in the warm-up, including a step of a warm-up journey that continues beyond it; such a sample is not
   * recorded.
   */
  readonly measured: boolean
  /** When the dispatcher noticed it; NaN if it never did. */
  readonly dueMs: Ms
  /** When the first byte was written; NaN if never sent. */
  readonly sentMs: Ms
  /** Time of the outcome. */
  readonly doneMs: Ms
  /** Maximum time that the machine kept the engine or the target from running meanwhile; NaN if unknown. */
  readonly delayMs: Ms
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Time since `sentMs`; NaN if the protocol does not stream. */
  readonly firstMessageMs: Ms
  readonly errorClass: ErrorClass | undefined
  readonly message: string | undefined
  /** As `Outcome.excerpt`. */
  readonly excerpt?: string | undefined
  readonly dropReason: DropReason | undefined
  /** Trace context; undefined if nothing is traced, and for a request that was never sent. */
  readonly traceparent?: Traceparent | undefined
  /** Context of the journey that the request is a step of. */
  readonly parent?: Traceparent | undefined
  /** As `Outcome.status`. */
  readonly status?: number | string | undefined
  /** What was sent, for naming its span; undefined for a journey. */
  readonly payload?: unknown
  /** The step that ended a journey with an error. */
  readonly failedStep?: Sample | undefined
}

/** One journey at its outcome, as if it were one request. */
export interface JourneySample extends Sample {
  /** Part of its time that was think time. */
  readonly thinkMs: Ms
}
