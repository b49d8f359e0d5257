import type { ConnectionKind, OnInconclusive } from './plan.ts'
import type { Sla } from './sla.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'

/** The parts of the plan that verdicts need. */
export interface PlanSummary {
  /** Planned arrival rate, in requests per second. Absent when a pattern or `concurrency` sets it. */
  readonly rate?: Rps
  /** Requests in flight of the closed model, 1 or more. Absent in the open model. */
  readonly concurrency?: Count
  /** Planned length of the measured part, in ms. */
  readonly durationMs: Ms
  /** Length of the warm-up, in ms; its requests are not counted. */
  readonly warmUpMs: Ms
  /** How connections were used. */
  readonly connection: ConnectionKind
  /** Maximum number of open connections, 1 or more. */
  readonly maxConnections: Count
  /** Time after which a request without a response counts as an error of class `timeout`, in ms. */
  readonly requestTimeoutMs: Ms
  /** The service level of the plan. */
  readonly sla: Sla
  /** Probability with which a verdict must be right, above 0.5 and below 1. */
  readonly confidence: Ratio
  /** Of a plan with `duration: { min, max }`. */
  readonly looks?: {
    /**
     * Number of times at which the run could end, 2 or more. Verdicts are stricter for that: each of these times gets
     * an equal part of the errors that `confidence` allows.
     */
    readonly count: Count
    /**
     * Shortest possible length of the measured part, in ms; in a comparison, that of both sides. Absent in results of
     * earlier versions.
     */
    readonly minDurationMs?: Ms
    /** Longest possible length of the measured part, in ms; `durationMs` is its actual length once the run has ended. */
    readonly maxDurationMs: Ms
  }
  /**
   * Longest possible length of the measured part, in ms, of a run that may end earlier by itself: with
   * `duration: { min, max }`, or with a comparison.
   */
  readonly plannedDurationMs?: Ms
  /** How an inconclusive verdict ends a test. */
  readonly onInconclusive: OnInconclusive
  /** The requests in words, such as `GET /cart`, with the names of their operations: `read: GET /cart`. */
  readonly request: string
  /** Plan keys that did not apply to the target, and why. */
  readonly notes?: readonly string[]
  /** Each operation was sent once (`LOAD_ONCE=1`), so the figures say nothing about latency and rate. */
  readonly once?: true
}
