import type { MissingOperations } from './suite-operations.ts'
import type { Count } from './units.ts'
import type { Leaning, VerdictValue } from './verdict.ts'

/** A self-contained description of what a scenario must achieve, and whether it did. */
export interface Expectation {
  readonly text: string
  readonly verdict: VerdictValue
  /** Only for an inconclusive verdict. */
  readonly leaning?: Leaning
  /** What was observed instead, or in addition. */
  readonly observed: string
  /** Why it is not proven, or cannot be judged. */
  readonly reason?: string
  /** What would prove it. */
  readonly advice?: string
}

export interface ScenarioFinding {
  readonly name: string
  /** Describes the scenario in one sentence. */
  readonly about: string
  readonly verdict: VerdictValue
  /** Only for an inconclusive verdict. */
  readonly leaning?: Leaning
  readonly expectations: readonly Expectation[]
  /** Index into the run's `results`; absent if the scenario did not run. */
  readonly result?: Count
  /** Operations for which no request is known; present if the scenario did not run. */
  readonly missing?: readonly MissingOperations[]
}

/** Conclusions of the scenarios suite. */
export interface ScenariosFindings {
  readonly scenarios: readonly ScenarioFinding[]
  /** Scenarios that were skipped, and why. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
}
