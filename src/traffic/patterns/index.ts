/**
 * The load patterns. A pattern is a cumulative curve of expected arrivals. A builder returns plain data, and
 * `curveFrom` turns that data into the curve. A new pattern needs one file and one line in `registry.ts`.
 */
import { LoadPlanError } from '../../model/errors.ts'
import type { PlanIssue } from '../../model/errors.ts'
import { nearestName } from '../../model/nearest-name.ts'
import type { ArrivalPattern, PatternSpec } from '../../model/pattern.ts'
import { isRecord } from '../../model/readers.ts'
import type { Ms } from '../../model/units.ts'
import { countSlack } from './count-slack.ts'
import { customCurve, customPatternIssues, isCustomPattern } from './custom-pattern.ts'
import type {
  NamedPatternBuilder,
  NamedPatternKind,
  PatternKind,
  PlanCurve,
  Planned,
  ShippedPattern,
} from './pattern-kind.ts'
import * as builders from './registry.ts'
import { durationInSpec, specIssues, withDefaults } from './spec.ts'

export type { PlanCurve } from './pattern-kind.ts'
export * from './registry.ts'

type Builder = (typeof builders)[keyof typeof builders]

/** The name of a pattern that needs only the plan's `rate`. */
export type PatternName = Extract<Builder, NamedPatternBuilder>['pattern']['kind']

const kinds: readonly PatternKind[] = Object.values(builders).map(({ pattern }) => pattern)
const named: readonly NamedPatternKind<PatternSpec, PatternName>[] = Object.values(builders).flatMap(({ pattern }) =>
  'rateParameter' in pattern ? [pattern] : [],
)

/** The names that a plan's `pattern` accepts. */
export const PATTERN_NAMES: readonly PatternName[] = named.map(({ kind }) => kind)

/** Returns the option of a named pattern that is the plan's `rate`: its base, peak or mean. */
export function rateParameterOf(name: PatternName): string {
  const kind = named.find((each) => each.kind === name)
  if (kind === undefined) throw new LoadPlanError([kindIssue(name, 'pattern')])
  return kind.rateParameter
}

/**
 * Builds the curve of a pattern without issues. The pattern's duration overrides the plan's. `seed` determines the
 * random part of its shape.
 */
export function curveFrom(spec: PatternSpec, planned: Planned): ShippedPattern
export function curveFrom(pattern: PatternSpec | ArrivalPattern, planned: Planned): PlanCurve
export function curveFrom(pattern: PatternSpec | ArrivalPattern, planned: Planned): PlanCurve {
  if (isCustomPattern(pattern)) return customCurve(pattern)
  const kind = kindNamed(pattern.kind)
  const durationMs = patternDuration(pattern) ?? planned.durationMs
  const curve = kind.curveOf(withDefaults(kind, pattern, durationMs), { durationMs, seed: planned.seed }, curveFrom)
  // The formulas see only times and counts within the duration.
  const within = (tMs: Ms): Ms => Math.min(Math.max(tMs, 0), durationMs)
  const total = curve.expectedBy(durationMs)
  const maxExpected = total + countSlack(total)
  return {
    name: pattern.name ?? pattern.kind,
    durationMs,
    meanRps: (1_000 * total) / durationMs,
    peakRps: curve.peakRps,
    rateAt: (tMs) => curve.rateAt(within(tMs)),
    expectedBy: (tMs) => curve.expectedBy(within(tMs)),
    timeOf(expected) {
      if (expected <= 0) return 0
      return expected > maxExpected ? Number.POSITIVE_INFINITY : within(curve.timeOf(Math.min(expected, total)))
    },
    ...(curve.phases && { phases: curve.phases }),
  }
}

function kindNamed(name: unknown): PatternKind {
  const kind = kinds.find((each) => each.kind === name)
  if (kind === undefined) throw new LoadPlanError([kindIssue(name, 'pattern')])
  return kind
}

/**
 * Returns every issue of a plan's `pattern`: a name, a builder's data or a custom pattern. `key` is its path in the
 * plan.
 */
export function patternIssues(pattern: unknown, key: string): readonly PlanIssue[] {
  if (typeof pattern === 'string')
    return PATTERN_NAMES.some((name) => name === pattern) ? [] : [kindIssue(pattern, key)]
  if (!isRecord(pattern)) {
    const remedy =
      typeof pattern === 'function'
        ? `call it: ${builderName(pattern)}({ … })`
        : "such as 'constant' or constant({ rate: 50 })"
    return [
      {
        key,
        value: pattern,
        rule: 'must be a pattern name, the return value of a builder, or a pattern object',
        remedy,
      },
    ]
  }
  if (isCustomPattern(pattern)) return customPatternIssues(pattern, key)

  const kind = kinds.find((each) => each.kind === pattern.kind)
  if (kind === undefined) return [kindIssue(pattern.kind, `${key}.kind`)]
  const issues = specIssues(kind, pattern, key)
  if (issues.length > 0) return issues
  return kind.issuesBetween?.({ ...kind.defaults, ...pattern, kind: kind.kind }, key, patternIssues) ?? []
}

/** Users know a builder by its export, and a builder does not store its name. */
function builderName(builder: Function): string {
  return Object.entries(builders).find(([, each]) => each === builder)?.[0] ?? builder.name
}

function kindIssue(value: unknown, key: string): PlanIssue {
  const known = key.endsWith('.kind') ? kinds.map(({ kind }) => kind) : PATTERN_NAMES
  const meant = typeof value === 'string' ? nearestName(value, known) : undefined
  const remedy = meant === undefined ? `expected one of: ${known.join(', ')}` : `did you mean '${meant}'?`
  return { key, value, rule: 'is not the name of a pattern', remedy }
}

/** Returns the duration that a pattern specifies; undefined if it uses the plan's `duration`. */
export function patternDuration(pattern: PatternSpec | ArrivalPattern): Ms | undefined {
  if (isCustomPattern(pattern)) return pattern.durationMs
  const kind = kinds.find((each) => each.kind === pattern.kind)
  return kind?.durationOf ? kind.durationOf(pattern, patternDuration) : durationInSpec(pattern)
}

/** Returns whether a pattern specifies its own rate: all do, except a plain name. */
export function carriesRate(pattern: unknown): boolean {
  return typeof pattern === 'object' && pattern !== null
}

/**
 * Returns whether a pattern specifies its own duration; false for one with an issue. Does not call the formulas of a
 * custom pattern.
 */
export function carriesDuration(pattern: unknown): boolean {
  if (!isRecord(pattern)) return false
  if (isCustomPattern(pattern)) return pattern.durationMs !== undefined
  return patternIssues(pattern, 'pattern').length === 0 && patternDuration(pattern as PatternSpec) !== undefined
}
