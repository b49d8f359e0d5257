import type { ErrorClass } from './protocol.ts'
import type { Ms, Rps } from './units.ts'

/**
 * What the search for a limit noticed, as a code with its numbers. A new one is a member here and a sentence in
 * `wording/limit-notes.ts`.
 */
export type LimitNoteFacts =
  /** Slow requests come in bursts even at the lowest rate, so that no rate holds the limit. */
  | {
      readonly code: 'slow-bursts'
      /** The lowest rate, and what a trial of `durationMs` measured there. */
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
  /** A full pool completes less than the target completes with less load. */
  | {
      readonly code: 'collapse'
      readonly saturatedRps: Rps
      readonly concurrency: number
      readonly bestRps: Rps
      /** Requests in flight with which the best throughput was reached; null: at an open rate that was held. */
      readonly bestConcurrency: number | null
    }
  /** Trials of full length failed at rates that other trials held, or at lower ones: the interval is wider for it. */
  | { readonly code: 'trials-disagree'; readonly failedRps: readonly Rps[]; readonly heldRps: readonly Rps[] }
  /** The memory of the target grew over the whole search. */
  | {
      readonly code: 'memory-growth'
      readonly mbPerMinute: number
      /** 99%, of `mbPerMinute`. */
      readonly interval: readonly [low: number, high: number]
      /** Over the samples that were judged. */
      readonly mb: number
      readonly requests: number
      readonly bytesPerRequest: number | null
    }

export type LimitNoteCode = LimitNoteFacts['code']

/** What the findings carry: the facts, and the sentence that says what they mean. */
export type LimitNote = LimitNoteFacts & { readonly message: string }
