import type { PlanIssue } from '../../model/errors.ts'
import type { PatternSpec } from '../../model/pattern.ts'
import { positiveDuration, readKeys, text } from '../../model/readers.ts'
import { parseDuration } from '../../model/units.ts'
import type { Ms } from '../../model/units.ts'
import type { NamedPatternBuilder, NamedPatternKind, PatternKind, PatternOptions } from './pattern-kind.ts'

/** Returns the builder of a pattern whose options are its data. */
export function builderOf<Options extends PatternOptions, Name extends string>(
  kind: NamedPatternKind<PatternSpec, Name>,
): NamedPatternBuilder<Options, Name> {
  return Object.assign((options: Options) => specOf(kind, options), { pattern: kind })
}

/**
 * Returns the plain data of a pattern from its builder's options: `duration` becomes `durationMs`, and defaults that do
 * not depend on it are added. Never throws: invalid values stay as written, so that `specIssues` reports them together
 * with the plan's other issues.
 */
export function specOf(kind: PatternKind, options: PatternOptions): PatternSpec {
  const { duration, ...parameters } = options
  const durationMs = parseDuration(duration)
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return {
    kind: kind.kind,
    ...kind.defaults,
    ...Object.fromEntries(given),
    ...(durationMs === undefined ? duration !== undefined && { duration } : { durationMs }),
  }
}

/** Returns the data of a pattern with the value of every optional parameter. */
export function withDefaults(kind: PatternKind, spec: PatternSpec, durationMs: Ms): PatternSpec {
  const complete: Record<string, unknown> & PatternSpec = { ...kind.defaults, ...spec }
  for (const [name, fit] of Object.entries(kind.fitted ?? {})) complete[name] ??= fit(durationMs, complete)
  return complete
}

/**
 * Returns every issue in the data of one pattern, checked parameter by parameter; `key` is the path of the pattern in
 * the plan.
 */
export function specIssues(kind: PatternKind, spec: Readonly<Record<string, unknown>>, key: string): PlanIssue[] {
  const issues: PlanIssue[] = []
  const { kind: _, durationMs, ...rest } = spec
  // Users write `duration`, which becomes `durationMs`. An issue must name the key that they wrote.
  const written = { ...(durationMs !== undefined && { duration: durationMs }), ...rest }
  const readers = { ...kind.parameters, duration: positiveDuration, name: text }
  readKeys(readers, written, { prefix: `${key}.`, noun: `an option of ${kind.kind}` }, issues)
  const optional = { ...kind.defaults, ...kind.fitted }
  const required = Object.keys(kind.parameters).filter((name) => !(name in optional))
  for (const name of kind.needsDuration ? [...required, 'duration'] : required) {
    if (!(name in written)) issues.push({ key: `${key}.${name}`, value: undefined, rule: 'must be given' })
  }
  return issues
}

/** Returns the duration that the pattern's data contains. */
export function durationInSpec(spec: PatternSpec): Ms | undefined {
  return spec.durationMs ?? parseDuration(spec.duration)
}
