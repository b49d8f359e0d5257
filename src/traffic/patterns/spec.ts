import type { PlanFault } from '../../model/errors.ts'
import type { PatternSpec } from '../../model/pattern.ts'
import { positiveDuration, readKeys, text } from '../../model/plan-readers.ts'
import { parseDuration } from '../../model/units.ts'
import type { Ms } from '../../model/units.ts'
import type { PatternKind, PatternOptions } from './pattern-kind.ts'

/**
 * The plain data of a pattern from its builder's options: `duration` becomes `durationMs`, defaults are filled in.
 * Never throws: what is wrong stays as it was written, for `specFaults` to name together with the plan's other faults.
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

/** Everything wrong with the data of one pattern, each parameter by its own rule; `key` is where it stands in the plan. */
export function specFaults(kind: PatternKind, spec: Readonly<Record<string, unknown>>, key: string): PlanFault[] {
  const faults: PlanFault[] = []
  const { kind: _, durationMs, ...rest } = spec
  // People write `duration`; `durationMs` is what becomes of it, and faults speak of what was written.
  const written = { ...(durationMs !== undefined && { duration: durationMs }), ...rest }
  const readers = { ...kind.parameters, duration: positiveDuration, name: text }
  readKeys(readers, written, { prefix: `${key}.`, noun: `an option of ${kind.kind}` }, faults)
  const required = Object.keys(kind.parameters).filter((name) => !(name in kind.defaults))
  for (const name of kind.needsDuration ? [...required, 'duration'] : required) {
    if (!(name in written)) faults.push({ key: `${key}.${name}`, value: undefined, rule: 'must be given' })
  }
  return faults
}

/** The duration that stands in the data itself. */
export function durationInSpec(spec: PatternSpec): Ms | undefined {
  return spec.durationMs ?? parseDuration(spec.duration)
}
