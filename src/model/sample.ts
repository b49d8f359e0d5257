import type { ErrorClass } from './protocol.ts'
import type { DropReason } from './result.ts'
import type { Traceparent } from './trace.ts'
import type { Ms } from './units.ts'

/**
 * One request at its fate. All instants are milliseconds on the run's clock, whose zero is the start of the measured
 * part. The engine reuses the object: an observer copies what it wants to keep.
 */
export interface Sample {
  readonly requestId: number
  readonly operation: string
  /** Index into the pattern's phases; −1 when it has none. */
  readonly phase: number
  readonly fate: 'success' | 'error' | 'dropped'
  readonly intendedMs: Ms
  /** False of the warm-up, also of a step of one of its journeys that goes on beyond it: such a sample is not recorded. */
  readonly measured: boolean
  /** The dispatcher saw it; NaN when it never did. */
  readonly dueMs: Ms
  /** First byte written; NaN when never sent. */
  readonly sentMs: Ms
  /** The instant of the fate. */
  readonly doneMs: Ms
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Since `sentMs`; NaN where the protocol streams nothing. */
  readonly firstMessageMs: Ms
  readonly errorClass: ErrorClass | undefined
  readonly message: string | undefined
  readonly dropReason: DropReason | undefined
  /** Its context; undefined where nothing is traced, and of a request that was never sent. */
  readonly traceparent?: Traceparent | undefined
  /** The context of the journey that it is a step of. */
  readonly parent?: Traceparent | undefined
  /** As `Outcome.status`. */
  readonly status?: number | string | undefined
  /** What was sent, for who names its span; undefined of a journey. */
  readonly payload?: unknown
}

/** One journey at its fate, as if it were one request. */
export interface JourneySample extends Sample {
  /** How much of its time was think time. */
  readonly thinkMs: Ms
}
