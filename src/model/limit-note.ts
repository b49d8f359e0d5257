import type { ErrorClass } from './error-class.ts'
import type { Ms, Rps } from './units.ts'

/**
 * An observation of the search for a limit, as a code with its numbers. To add one, add a member here and its sentence
 * in `wording/limit-notes.ts`.
 */
export type LimitNoteFacts =
  /** Slow requests come in bursts even at the lowest rate, so that no rate meets the service level. */
  | {
      readonly code: 'slow-bursts'
      /** The lowest rate; the figures are those of a trial of `durationMs` at it. */
      readonly rateRps: Rps
      readonly durationMs: Ms
      readonly bursts: number
      readonly lateRequests: number
      readonly p50Ms: Ms
      readonly p99Ms: Ms
      /** Every rate at which slow requests came in bursts. */
      readonly seenAtRps: readonly Rps[]
    }
  /** The target responded with errors at the lowest rate that was tried. */
  | {
      readonly code: 'error-responses'
      readonly rateRps: Rps
      readonly failed: number
      readonly requests: number
      readonly errorClass: ErrorClass
      /** Responses by status, the most frequent first. */
      readonly statuses: readonly { readonly status: string; readonly count: number }[]
      /** Message of the first error. */
      readonly first: string
    }
  /** A saturated pool completes less than the target completes with less load. */
  | {
      readonly code: 'collapse'
      readonly saturatedRps: Rps
      readonly concurrency: number
      readonly bestRps: Rps
      /** Requests in flight at the best throughput; null when that throughput is an open rate that was held. */
      readonly bestConcurrency: number | null
    }
  /**
   * Full-length trials failed at rates that other trials held, or at lower ones; the interval is widened accordingly.
   */
  | { readonly code: 'trials-disagree'; readonly failedRps: readonly Rps[]; readonly heldRps: readonly Rps[] }
  /** The memory of the target grew over the whole search. */
  | {
      readonly code: 'memory-growth'
      readonly mbPerMinute: number
      /** 99% confidence interval of `mbPerMinute`. */
      readonly interval: readonly [low: number, high: number]
      /** Growth over the samples that were evaluated. */
      readonly mb: number
      readonly requests: number
      readonly bytesPerRequest: number | null
    }

/** A note as the findings carry it: the facts, and a sentence that says what they mean. */
export type LimitNote = LimitNoteFacts & { readonly message: string }
