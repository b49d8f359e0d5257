import type { PlanIssue } from '../model/errors.ts'
import type { DurationRange } from '../model/plan.ts'
import { isRecord, objectOf, positiveDuration, type Reader } from '../model/readers.ts'
import type { Sla } from '../model/sla.ts'
import type { Ms } from '../model/units.ts'
import { shownOf } from './requests.ts'
import type { ResolvedLooks } from './resolved-plan.ts'

/** Length of the measured part, with the shortest one if it is not fixed. */
export interface PlannedDuration {
  readonly minMs?: Ms
  readonly maxMs: Ms
}

const EXAMPLE = "{ min: '10s', max: '60s' }"
const readRange = objectOf(
  { min: positiveDuration, max: positiveDuration } satisfies Readonly<Record<keyof DurationRange, Reader<Ms>>>,
  EXAMPLE,
)

/** Reads a duration, or the shortest and the longest one. */
export const readDuration: Reader<PlannedDuration> = (value, key, issues) => {
  if (!isRecord(value)) {
    const ms = positiveDuration(value, key, issues)
    return ms === undefined ? undefined : { maxMs: ms }
  }
  const before = issues.length
  const { min, max } = readRange(value, key, issues) ?? {}
  for (const name of ['min', 'max'] as const) {
    if (value[name] !== undefined) continue
    issues.push({ key: `${key}.${name}`, value: undefined, rule: 'is missing', remedy: `write ${key}: ${EXAMPLE}` })
  }
  if (min !== undefined && max !== undefined && min >= max) {
    const remedy = `write ${key}: ${EXAMPLE}, or one duration`
    issues.push({ key: `${key}.min`, value: value['min'], rule: `must be shorter than ${key}.max`, remedy })
  }
  return min === undefined || max === undefined || issues.length > before ? undefined : { minMs: min, maxMs: max }
}

/** Each look doubles the length of the run, as far as there are at most this many. */
const MAX_LOOKS = 5

/**
 * Returns the times at which a run may end, from its shortest to its longest duration, in equal ratios: a run that is a
 * little longer says little more, and each look makes all of them stricter (`confidencePerLook`).
 */
export function lookTimes(minMs: Ms, maxMs: Ms): readonly [Ms, ...Ms[]] {
  const steps = Math.min(MAX_LOOKS - 1, Math.max(1, Math.ceil(Math.log2(maxMs / minMs))))
  const later = Array.from({ length: steps }, (_, step) => Math.round(minMs * (maxMs / minMs) ** ((step + 1) / steps)))
  return [minMs, ...later]
}

/**
 * Returns when a run may end before its longest duration. Undefined if its duration is fixed, or if it has an issue:
 * nothing would end the run, or its first part would be another load than the whole.
 */
export function resolveLooks(
  plan: Readonly<Record<string, unknown>>,
  { minMs, maxMs }: PlannedDuration,
  sla: Sla | undefined,
  issues: PlanIssue[],
): ResolvedLooks | undefined {
  if (minMs === undefined) return undefined
  const key = 'duration'
  const value = shownOf(plan[key])
  const before = issues.length
  const hasLimits = Object.values(sla ?? {}).some((limit) => limit !== undefined)
  if (!hasLimits && plan['against'] === undefined) {
    const rule = 'needs `sla` or `against`: a run with { min, max } ends as soon as their limits are decided'
    issues.push({ key, value, rule, remedy: 'write sla: { p95Ms: 250 }, or one duration' })
  } else if (plan['judge'] === false) {
    const rule = 'cannot be { min, max } with judge: false, because no limit is decided'
    issues.push({ key, value, rule, remedy: "write one duration, such as '30s'" })
  }
  const { pattern } = plan
  const kind = isRecord(pattern) ? pattern['kind'] : pattern
  if (kind !== undefined && kind !== 'constant' && kind !== 'poisson') {
    const rule = "can be { min, max } only for the patterns 'constant' and 'poisson', whose rate does not change"
    issues.push({ key, value, rule, remedy: "write one duration, such as '30s'" })
  }
  return issues.length > before ? undefined : { minMs, atMs: lookTimes(minMs, maxMs) }
}
