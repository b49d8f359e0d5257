import { NOT_SHOWN, type PlanIssue } from '../../model/errors.ts'
import type { PatternSpec, PhaseWindow } from '../../model/pattern.ts'
import { isRecord, type Reader } from '../../model/readers.ts'
import type { Ms } from '../../model/units.ts'
import { countSlack } from './count-slack.ts'
import { isCustomPattern } from './custom-pattern.ts'
import { firstIndex } from './first-index.ts'
import type { Curve, PatternBuilder, PatternKind, ShippedPattern } from './pattern-kind.ts'
import { durationInSpec } from './spec.ts'

interface SequenceSpec extends PatternSpec {
  readonly parts: readonly PatternSpec[]
}

const partsList: Reader<readonly unknown[]> = (value, key, issues) => {
  if (Array.isArray(value) && value.length > 0) return value
  issues.push({
    key,
    value,
    rule: 'must be a non-empty array of patterns',
    remedy: 'write sequence(constant({ … }), rampUp({ … }))',
  })
  return undefined
}

const kind: PatternKind<SequenceSpec> = {
  kind: 'sequence',
  parameters: { parts: partsList },
  defaults: {},

  issuesBetween({ parts, durationMs }, key, issuesOf) {
    const issues: PlanIssue[] = []
    if (durationMs !== undefined) {
      const rule = 'must be omitted: a sequence lasts as long as its parts'
      issues.push({ key: `${key}.duration`, value: durationMs, rule })
    }
    for (const [i, part] of parts.entries()) {
      const partKey = `${key}.parts.${i}`
      if (isRecord(part) && isCustomPattern(part)) {
        const remedy = "write fromRate((tMs) => …, { duration: '30s' }), which makes plain data of its rate"
        issues.push({ key: partKey, value: NOT_SHOWN, rule: 'cannot be a custom pattern in a sequence', remedy })
        continue
      }
      const ofPart = issuesOf(part, partKey)
      issues.push(...(ofPart.length > 0 ? ofPart : issuesAsPart(part, partKey)))
    }
    const names = parts.flatMap((part) => part?.name ?? [])
    const twice = names.find((name, i) => names.indexOf(name) < i)
    if (twice !== undefined)
      issues.push({ key: `${key}.parts`, value: twice, rule: 'must not contain two parts with the same name' })
    return issues
  },

  durationOf({ parts }, durationOf) {
    let totalMs = 0
    for (const part of parts) totalMs += durationOf(part) ?? Number.NaN
    return Number.isNaN(totalMs) ? undefined : totalMs
  },

  curveOf({ parts }, { durationMs, seed }, patternOf) {
    // Each part gets its own seed, so that two consecutive random walks differ.
    return joinedCurve(
      parts.map((part, i) => ({ spec: part, pattern: patternOf(part, { durationMs, seed: `${seed}/${i}` }) })),
    )
  },
}

/**
 * Joins patterns one after the other; each needs a `duration`, and the sequence lasts as long as their sum. A part with
 * a `name` becomes a phase with separate figures in the result. Λ continues across the joints: if one part ends with a
 * fraction of an arrival, the next part completes it.
 */
export const sequence: PatternBuilder<readonly PatternSpec[]> = Object.assign(
  (...parts: readonly PatternSpec[]): PatternSpec => ({ kind: kind.kind, parts }),
  { pattern: kind },
)

function issuesAsPart(part: PatternSpec, key: string): PlanIssue[] {
  if (part.kind === 'poisson') {
    const remedy = "write constant({ … }) here, and arrivals: 'poisson' in the plan"
    return [{ key, value: 'poisson', rule: 'cannot be a part: the arrival process applies to the whole run', remedy }]
  }
  if (part.kind === 'sequence' || durationInSpec(part) !== undefined) return []
  return [{ key: `${key}.duration`, value: undefined, rule: 'must be given inside a sequence' }]
}

interface Part {
  readonly spec: PatternSpec
  readonly pattern: ShippedPattern
}

function joinedCurve(parts: readonly Part[]): Curve {
  const endsMs: Ms[] = []
  const countsBy: number[] = []
  const phases: PhaseWindow[] = []
  let endMs = 0
  let count = 0
  let peakRps = 0
  for (const { spec, pattern } of parts) {
    phases.push(...phasesOf(spec, pattern, endMs))
    endsMs.push((endMs += pattern.durationMs))
    countsBy.push((count += pattern.expectedBy(pattern.durationMs)))
    peakRps = Math.max(peakRps, pattern.peakRps)
  }
  const patterns = parts.map(({ pattern }) => pattern)
  const indexAt = (tMs: Ms): number => firstIndex(patterns.length, (i) => (endsMs[i] ?? 0) > tMs)

  return {
    peakRps,
    rateAt(tMs) {
      const i = indexAt(tMs)
      return patterns[i]?.rateAt(tMs - (endsMs[i - 1] ?? 0)) ?? 0
    },
    expectedBy(tMs) {
      const i = indexAt(tMs)
      return (countsBy[i - 1] ?? 0) + (patterns[i]?.expectedBy(tMs - (endsMs[i - 1] ?? 0)) ?? 0)
    },
    timeOf(expected) {
      // An arrival must not fall into a pause between parts, so this picks the first part whose end reaches the count.
      const enough = expected - countSlack(expected)
      const i = firstIndex(patterns.length, (index) => (countsBy[index] ?? 0) >= enough)
      const intoMs = patterns[i]?.timeOf(expected - (countsBy[i - 1] ?? 0)) ?? 0
      return (endsMs[i - 1] ?? 0) + Math.min(intoMs, patterns[i]?.durationMs ?? 0)
    },
    ...(phases.length > 0 && { phases }),
  }
}

/** A named part is one phase; an unnamed nested sequence contributes its own phases. */
function phasesOf(
  { name }: PatternSpec,
  { durationMs, phases = [] }: ShippedPattern,
  startMs: Ms,
): readonly PhaseWindow[] {
  if (name !== undefined) return [{ name, startMs, endMs: startMs + durationMs }]
  return phases.map((phase) => ({ name: phase.name, startMs: startMs + phase.startMs, endMs: startMs + phase.endMs }))
}
