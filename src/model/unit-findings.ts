import type { Count } from './units.ts'

/** A part of describe-load that a check belongs to. */
export type UnitArea = 'patterns' | 'messages' | 'connections' | 'protocols' | 'metrics' | 'errors' | 'tracing'

/** A short run, and whether its figures agree with those of the server that it loaded. */
export interface UnitCheck {
  readonly area: UnitArea
  /** Unique among the checks. */
  readonly name: string
  /** What describe-load planned or reported. */
  readonly sent: string
  /** What the server counted. */
  readonly counted: string
  /** `invalid`: times differ, but this machine was too busy to measure them. */
  readonly verdict: 'pass' | 'fail' | 'invalid'
  /** Index into the run's `results`. */
  readonly result: Count
}

/** Conclusions of the unit suite: the checks so far, in the order of their runs. */
export interface UnitFindings {
  readonly checks: readonly UnitCheck[]
}
