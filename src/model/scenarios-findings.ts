import type { Leaning, VerdictValue } from './verdict.ts'

/** What was expected of a scenario, in words that stand alone, and whether it held. */
export interface Expectation {
  readonly text: string
  readonly verdict: VerdictValue
  /** Of an inconclusive verdict only. */
  readonly leaning?: Leaning
  /** What was seen instead, or with it. */
  readonly observed: string
}

export interface ScenarioFinding {
  readonly name: string
  /** What it is like, in one sentence. */
  readonly about: string
  readonly verdict: VerdictValue
  /** Of an inconclusive verdict only. */
  readonly leaning?: Leaning
  readonly expectations: readonly Expectation[]
  /** Index into the `results` of the run. */
  readonly result: number
}

/** What the scenarios suite concluded. */
export interface ScenariosFindings {
  readonly scenarios: readonly ScenarioFinding[]
  /** Scenarios that were left out, and why. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
}
