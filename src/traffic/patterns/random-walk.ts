import type { PatternSpec } from '../../model/pattern.ts'
import type { PlanIssue } from '../../model/errors.ts'
import { notNegative, numberWhere, positive } from '../../model/readers.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { randomFrom } from '../arrivals/random.ts'
import type { Line } from './line.ts'
import type { NamedPatternBuilder, NamedPatternKind, PatternOptions } from './pattern-kind.ts'
import { piecewiseCurve } from './piecewise.ts'
import { builderOf } from './spec.ts'

export interface RandomWalkOptions extends PatternOptions {
  /** Requests per second at the start, more than 0; `step`, `min` and `max` are ratios of it. */
  readonly rate: Rps
  /** Maximum step up or down, more than 0; default 0.2. */
  readonly step?: number
  /** Time between two steps, at least 10 ms; default 1 000. */
  readonly everyMs?: Ms
  /** Lower bound of the walk, 0 or more; default 0.1. */
  readonly min?: number
  /** Upper bound of the walk, more than 0; default 2. */
  readonly max?: number
}

interface RandomWalkSpec extends PatternSpec {
  readonly rate: Rps
  readonly step: number
  readonly everyMs: Ms
  readonly min: number
  readonly max: number
}

const kind: NamedPatternKind<RandomWalkSpec, 'random-walk'> = {
  kind: 'random-walk',
  rateParameter: 'rate',
  parameters: {
    rate: positive,
    step: positive,
    everyMs: numberWhere('must be at least 10', (value) => value >= 10),
    min: notNegative,
    max: positive,
  },
  defaults: { step: 0.2, everyMs: 1_000, min: 0.1, max: 2 },
  issuesBetween({ min, max }, key): PlanIssue[] {
    return min > max ? [{ key: `${key}.min`, value: min, rule: `must not be above max (${max})` }] : []
  },
  curveOf({ rate, step, everyMs, min, max }, { durationMs, seed }) {
    const random = randomFrom(seed, 'random-walk')
    const lineAt = (share: number, startMs: Ms): Line => ({
      fromRps: rate * share,
      toRps: rate * share,
      widthMs: Math.min(everyMs, durationMs - startMs),
    })
    let share = Math.min(Math.max(1, min), max)
    const lines: [Line, ...Line[]] = [lineAt(share, 0)]
    for (let stair = 1; stair * everyMs < durationMs; stair++) {
      share = turnedBack(share + step * (2 * random.next() - 1), min, max)
      lines.push(lineAt(share, stair * everyMs))
    }
    return piecewiseCurve(lines)
  },
}

/**
 * Builds a staircase that starts at `rate` and steps up or down every `everyMs` by a uniformly distributed amount of up
 * to `step` × `rate`. A step that would cross `min` or `max` is reflected there, so the walk does not stay at its
 * bounds. The same seed gives the same walk.
 */
export const randomWalk: NamedPatternBuilder<RandomWalkOptions, 'random-walk'> = builderOf(kind)

function turnedBack(share: number, min: number, max: number): number {
  const reflected = share < min ? 2 * min - share : share > max ? 2 * max - share : share
  // After reflection, a step larger than the whole range could still cross the opposite bound.
  return Math.min(Math.max(reflected, min), max)
}
