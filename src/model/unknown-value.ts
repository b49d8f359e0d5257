import type { TrialReasonFacts } from './trial-reason.ts'
import type { Ms, Rps } from './units.ts'
import type { VerdictValue } from './verdict.ts'

/** Why a suite could not determine a value. */
export type UnknownReason =
  /** The phases were too short; the suite needs `-d` of at least `requiredMs`. */
  | { readonly code: 'too-short'; readonly lengthMs: Ms; readonly requiredMs: Ms }
  /** No trial showed that a rate holds the service level; the verdict on the lowest tried rate, and why. */
  | {
      readonly code: 'not-shown'
      readonly rps: Rps
      readonly verdict: VerdictValue
      readonly trialReason?: TrialReasonFacts
      readonly requiredMs?: Ms
    }
  | { readonly code: 'no-response' }
  /** Over pipes there is no connection to cut. */
  | { readonly code: 'no-connection' }
  | { readonly code: 'not-monitored'; readonly evidence: string }
  /** The target used less CPU time than it takes to measure it. */
  | { readonly code: 'little-cpu' }
  /** After a cut, no request succeeded before the phase ended. */
  | { readonly code: 'no-reconnect'; readonly lengthMs: Ms; readonly requiredMs: Ms }

/** A value that a report shows as "–". */
export interface UnknownValue {
  /** Label of the value in the report. */
  readonly value: string
  readonly reason: UnknownReason
}
