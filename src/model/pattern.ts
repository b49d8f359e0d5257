import type { Ms, Rps } from './units.ts'

/**
 * A load shape as a cumulative curve Λ(t) = ∫₀ᵗ λ. It uses no clock and no I/O, so its tests are tables of numbers. All
 * times are milliseconds since the start of the measured part; all rates are requests per second.
 */
export interface ArrivalPattern {
  readonly name: string
  readonly durationMs: Ms
  /** λ(t): the arrival rate at `tMs`, for 0 ≤ tMs ≤ durationMs. Never negative. */
  rateAt(tMs: Ms): Rps
  /**
   * Λ(t): the expected number of arrivals up to `tMs`; never decreases, Λ(0) = 0. After the duration it stays constant.
   */
  expectedBy(tMs: Ms): number
  /** The inverse of Λ where a formula is known: the time by which `expected` arrivals have come. Avoids a search. */
  timeOf?(expected: number): Ms
  /** The named parts of the pattern in chronological order, if it has any. */
  readonly phases?: readonly PhaseWindow[]
}

/** A named part of a run; a request belongs to the phase that contains its intended start. */
export interface PhaseWindow {
  readonly name: string
  readonly startMs: Ms
  readonly endMs: Ms
}

/**
 * A built-in pattern as plain data, so that it can be passed to a generator thread. Builders (`constant`, `rampUp`, …)
 * return these. `kind` is the name under which the pattern is registered in `traffic/patterns`.
 */
export interface PatternSpec {
  readonly kind: string
  /** Name of the phase that this pattern becomes inside `sequence`. */
  readonly name?: string
  /** Absent when the plan's `duration` applies. */
  readonly durationMs?: Ms
  readonly [parameter: string]: unknown
}

/**
 * How the arrivals of a run are placed on a pattern's curve:
 * - `uniform`: where Λ reaches 1, 2, 3 …
 * - `jittered`: the n-th at a uniformly random position in its slot, between Λ = n − 1 and Λ = n. The counts equal
 *   those of `uniform`, and a target that pauses periodically receives arrivals at every phase of its period.
 * - `poisson`: where Λ reaches a running sum of Exp(1) draws. The count is random.
 */
export type ArrivalProcessName = (typeof ARRIVAL_PROCESSES)[number]

export const ARRIVAL_PROCESSES = ['uniform', 'jittered', 'poisson'] as const

/** The arrival process of a plan that sets neither `arrivals` nor the pattern 'poisson'. */
export const DEFAULT_ARRIVALS: ArrivalProcessName = 'jittered'

/** A stream of numbers in [0, 1), identical for the same seed on every machine. */
export interface Random {
  next(): number
}
