import type { PlanIssue } from '../../model/errors.ts'
import type { ArrivalPattern, PatternSpec, PhaseWindow } from '../../model/pattern.ts'
import type { Reader } from '../../model/readers.ts'
import type { Ms, Rps } from '../../model/units.ts'

/** What a pattern reads from its plan. */
export interface Planned {
  /** Duration of the measured part, for a pattern that does not specify one. */
  readonly durationMs: Ms
  readonly seed: string
}

/** Options that every builder takes. */
export interface PatternOptions {
  /** Milliseconds or a string such as `'30s'`; default: the plan's `duration`. */
  readonly duration?: Ms | string
  /** Name of the phase that this pattern becomes inside `sequence`. */
  readonly name?: string
}

/**
 * The formulas of a pattern for 0 ≤ tMs ≤ durationMs; `ArrivalPattern` defines them. Rates are in requests per second,
 * times in milliseconds.
 */
export interface Curve {
  rateAt(tMs: Ms): Rps
  expectedBy(tMs: Ms): number
  /** The inverse of `expectedBy`, called with 0 < expected ≤ Λ(durationMs). */
  timeOf(expected: number): Ms
  /** The highest rate within the duration. */
  readonly peakRps: Rps
  readonly phases?: readonly PhaseWindow[]
}

/** The registration of a pattern: the data that it accepts, and the curve that it builds from them. */
export interface PatternKind<Spec extends PatternSpec = PatternSpec> {
  readonly kind: string
  /** Readers of every option except `kind`, `name` and the duration. */
  readonly parameters: Readonly<Record<string, Reader<unknown>>>
  /** Default values of the optional parameters; the others are required. */
  readonly defaults: Readonly<Record<string, unknown>>
  /**
   * Default values that fit the duration of the pattern, so that a short run also shows the whole shape. Each is
   * computed from the duration and from the parameters before it.
   */
  readonly fitted?: Readonly<Record<string, (durationMs: Ms, spec: Readonly<Record<string, unknown>>) => unknown>>
  /** True if the pattern must specify a duration because it cannot use the plan's. */
  readonly needsDuration?: boolean
  /** Returns the issues that involve several parameters; called only if every single parameter is valid. */
  issuesBetween?(spec: Spec, key: string, issuesOf: (spec: unknown, key: string) => readonly PlanIssue[]): PlanIssue[]
  /** Returns the duration of the pattern if that is not `durationMs`. */
  durationOf?(spec: Spec, durationOf: (spec: PatternSpec) => Ms | undefined): Ms | undefined
  /** `patternOf` builds the patterns nested in this one. */
  curveOf(spec: Spec, planned: Planned, patternOf: (spec: PatternSpec, planned: Planned) => ShippedPattern): Curve
}

/** A pattern kind that a plan can select by name, combined with the plan's `rate`. */
export interface NamedPatternKind<
  Spec extends PatternSpec = PatternSpec,
  Name extends string = string,
> extends PatternKind<Spec> {
  readonly kind: Name
  /**
   * The parameter that is the plan's `rate` (base, peak or mean) where the plan selects the pattern by name. Every
   * other parameter then has its default.
   */
  readonly rateParameter: string
}

/** The function that users call, with the registration of the pattern whose data it returns. */
export interface PatternBuilder<Arguments extends readonly unknown[] = never> {
  (...given: Arguments): PatternSpec
  readonly pattern: PatternKind
}

/** A builder of a pattern that a plan can also select by name. */
export interface NamedPatternBuilder<Options = never, Name extends string = string> {
  (options: Options): PatternSpec
  readonly pattern: NamedPatternKind<PatternSpec, Name>
}

/** The curve of a plan's pattern, with the rates that a run needs. */
export interface PlanCurve extends ArrivalPattern {
  /** Λ(D)/D: the mean arrival rate over the whole duration. */
  readonly meanRps: Rps
  /** The highest arrival rate within the duration. */
  readonly peakRps: Rps
}

/** The curve of a built-in pattern. */
export interface ShippedPattern extends PlanCurve {
  timeOf(expected: number): Ms
}
