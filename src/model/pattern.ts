import type { Ms, Rps } from './units.ts'

/**
 * A load shape as a cumulative curve Λ(t) = ∫₀ᵗ λ. It holds no clock and does no I/O, so its tests are tables of numbers.
 * All times are milliseconds since the start of the measured part; all rates are requests per second.
 */
export interface ArrivalPattern {
  readonly name: string
  readonly durationMs: Ms
  /** λ(t): the arrival rate at `tMs`, for 0 ≤ tMs ≤ durationMs. Never negative. */
  rateAt(tMs: Ms): Rps
  /** Λ(t): the number of arrivals expected by `tMs`; never falls, Λ(0) = 0. Beyond the duration it stays at its end. */
  expectedBy(tMs: Ms): number
  /** The inverse of Λ where a formula is known: the instant at which `expected` arrivals have come. Saves the search. */
  timeOf?(expected: number): Ms
  /** The named parts of the pattern, in order of time, where it has any. */
  readonly phases?: readonly PhaseWindow[]
}

/** A named stretch of a run; a request belongs to the phase in which it was intended to be sent. */
export interface PhaseWindow {
  readonly name: string
  readonly startMs: Ms
  readonly endMs: Ms
}

/**
 * A shipped pattern as plain data, which is how it crosses into a generator thread. Builders (`constant`, `rampUp`, …)
 * return these. `kind` is the name under which the pattern is registered in `traffic/patterns`.
 */
export interface PatternSpec {
  readonly kind: string
  /** Names the phase this becomes inside `sequence`. */
  readonly name?: string
  /** Absent when the plan's `duration` is meant. */
  readonly durationMs?: Ms
  readonly [parameter: string]: unknown
}

/**
 * How the arrivals of a run are placed on a pattern's curve:
 * - `uniform`: where Λ reaches 1, 2, 3 …
 * - `jittered`: the n-th at a uniformly random place of its slot, between Λ = n − 1 and Λ = n. The counts are those of
 *   `uniform`, and a target that pauses periodically meets arrivals at every phase of its period.
 * - `poisson`: where Λ reaches a running sum of Exp(1) draws. The count is random.
 */
export type ArrivalProcessName = (typeof ARRIVAL_PROCESSES)[number]

export const ARRIVAL_PROCESSES = ['uniform', 'jittered', 'poisson'] as const

/** The arrival process of a plan that names neither `arrivals` nor the pattern 'poisson'. */
export const DEFAULT_ARRIVALS: ArrivalProcessName = 'jittered'

/** A stream of numbers in [0, 1), the same for the same seed on every machine. */
export interface Random {
  next(): number
}
