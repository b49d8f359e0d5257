import type { ToolFault } from './tool-fault.ts'
import type { Count, Ms, Ratio } from './units.ts'

/**
 * Why a trial of a search did not pass, as a code with its numbers. To add one, add a member here and its sentence in
 * `wording/trial-reasons.ts`.
 */
export type TrialReasonFacts =
  | ToolFault
  /** Share of the time in which the generator was busy or waited for a core. */
  | { readonly code: 'generator-busy'; readonly busyRatio: Ratio }
  /** Share of the time in which a generator thread was suspended or blocked. */
  | { readonly code: 'generator-stopped'; readonly stoppedRatio: Ratio }
  /** Growth of the number in flight, as a share of the arrivals. */
  | { readonly code: 'requests-piled-up'; readonly inFlightGrowth: Ratio }
  /** Share of the arrivals that completed in time. */
  | { readonly code: 'few-completed'; readonly completedShare: Ratio }
  /** Share of the requests that took longer than the p99 of the service level. */
  | { readonly code: 'late-requests'; readonly lateShare: Ratio; readonly limitMs: Ms }
  /** Share of the requests that failed. */
  | { readonly code: 'failed-requests'; readonly failedShare: Ratio }
  /** With this many late requests, the trial has too few requests to prove a p99. */
  | { readonly code: 'p99-not-proven'; readonly lateRequests: Count; readonly requests: Count }
  /** With this many failed requests, the trial has too few requests to prove the error rate. */
  | { readonly code: 'error-rate-not-proven'; readonly failedRequests: Count; readonly requests: Count }

/** A reason as the findings carry it: the facts, and a sentence that says what they mean. */
export type TrialReason = TrialReasonFacts & { readonly message: string }
