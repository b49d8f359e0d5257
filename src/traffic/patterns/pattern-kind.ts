import type { PlanFault } from '../../model/errors.ts'
import type { ArrivalPattern, PatternSpec, PhaseWindow } from '../../model/pattern.ts'
import type { Reader } from '../../model/plan-readers.ts'
import type { Ms, Rps } from '../../model/units.ts'

/** What a pattern learns from the plan it stands in. */
export interface Planned {
  /** How long the measured part lasts, for a pattern that has no duration of its own. */
  readonly durationMs: Ms
  readonly seed: string
}

/** Options that every builder takes. */
export interface PatternOptions {
  /** Milliseconds or a text such as `'30s'`; the plan's `duration` when absent. */
  readonly duration?: Ms | string
  /** Names the phase this becomes inside `sequence`. */
  readonly name?: string
}

/**
 * The two formulas of a pattern and what else is known of it, for 0 ≤ tMs ≤ durationMs: `ArrivalPattern` says what they
 * mean. Rates in requests per second, times in milliseconds.
 */
export interface Curve {
  rateAt(tMs: Ms): Rps
  expectedBy(tMs: Ms): number
  /** The inverse of `expectedBy`, asked for 0 < expected ≤ Λ(durationMs). */
  timeOf(expected: number): Ms
  /** The highest rate within the duration. */
  readonly peakRps: Rps
  readonly phases?: readonly PhaseWindow[]
}

/** How a pattern is registered: what its data may hold, and the curve the data stands for. */
export interface PatternKind<Spec extends PatternSpec = PatternSpec> {
  readonly kind: string
  /** Everything its data may hold beside `kind`, `name` and the duration. */
  readonly parameters: Readonly<Record<string, Reader<unknown>>>
  /** Values of the parameters that may be left out; the others are required. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** True when it cannot take its duration from the plan. */
  readonly needsDuration?: boolean
  /** What is wrong beyond single parameters; asked only when each of those is right. */
  faultsBetween?(spec: Spec, key: string, faultsOf: (spec: unknown, key: string) => readonly PlanFault[]): PlanFault[]
  /** Its own duration, where that is not simply `durationMs`. */
  durationOf?(spec: Spec, durationOf: (spec: PatternSpec) => Ms | undefined): Ms | undefined
  /** `patternOf` makes patterns of the specs inside this one. */
  curveOf(spec: Spec, planned: Planned, patternOf: (spec: PatternSpec, planned: Planned) => ShippedPattern): Curve
}

/** A kind that a plan can call by its name, with the plan's `rate`. */
export interface NamedPatternKind<Spec extends PatternSpec = PatternSpec> extends PatternKind<Spec> {
  /** What its name alone means: `rate` is the base, peak or mean, all else is default. */
  ofRate(rate: Rps): PatternSpec
}

/** A pattern that knows its inverse and its highest rate. */
export interface ShippedPattern extends ArrivalPattern {
  timeOf(expected: number): Ms
  readonly peakRps: Rps
}
