import type { PatternSpec } from '../../model/pattern.ts'
import type { PlanIssue } from '../../model/errors.ts'
import { sum } from '../../model/sum.ts'
import { notNegative, numberWhere, positive } from '../../model/readers.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { randomFrom } from '../arrivals/random.ts'
import type { Line } from './line.ts'
import type { NamedPatternBuilder, NamedPatternKind, PatternOptions } from './pattern-kind.ts'
import { piecewiseCurve } from './piecewise.ts'
import { builderOf } from './spec.ts'

export interface RandomWalkOptions extends PatternOptions {
  /** Mean requests per second, more than 0; `step`, `min` and `max` are ratios of it. */
  readonly rate: Rps
  /** Maximum step up or down, more than 0; default 0.2. */
  readonly step?: number
  /** Time between two steps, at least 10 ms; default 1 000, or a twentieth of the pattern's duration if
   * that is shorter. */
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

/** Shorter steps would hardly differ from a line. */
const MIN_STEP_MS: Ms = 10

const kind: NamedPatternKind<RandomWalkSpec, 'random-walk'> = {
  kind: 'random-walk',
  rateParameter: 'rate',
  parameters: {
    rate: positive,
    step: positive,
    everyMs: numberWhere(`must be at least ${MIN_STEP_MS}`, (value) => value >= MIN_STEP_MS),
    min: notNegative,
    max: positive,
  },
  defaults: { step: 0.2, min: 0.1, max: 2 },
  fitted: { everyMs: (durationMs) => Math.max(MIN_STEP_MS, Math.min(1_000, durationMs / 20)) },
  issuesBetween({ min, max }, key): PlanIssue[] {
    return min > max ? [{ key: `${key}.min`, value: min, rule: `must not be above max (${max})` }] : []
  },
  curveOf({ rate, step, everyMs, min, max }, { durationMs, seed }) {
    const random = randomFrom(seed, 'random-walk')
    const within = (share: number): number => Math.min(Math.max(share, min), max)
    let share = within(1)
    const stairs: [Stair, ...Stair[]] = [{ share, widthMs: Math.min(everyMs, durationMs) }]
    for (let startMs = everyMs; startMs < durationMs; startMs = stairs.length * everyMs) {
      share = within(reflected(share + step * (2 * random.next() - 1), min, max))
      stairs.push({ share, widthMs: Math.min(everyMs, durationMs - startMs) })
    }
    const shift = shiftToMean(stairs, within)
    const lineOf = ({ share: walked, widthMs }: Stair): Line => {
      const rps = rate * within(walked + shift)
      return { fromRps: rps, toRps: rps, widthMs }
    }
    const [first, ...others] = stairs
    return piecewiseCurve([lineOf(first), ...others.map(lineOf)])
  },
}

/**
 * Builds a staircase around a mean rate r that steps up or down every `everyMs` by a uniformly distributed amount of up
 * to `step` × r. The same seed gives the same walk.
 *
 * The walk w₀ = 1, wᵢ = wᵢ₋₁ + step · U(−1, 1) is reflected at `min` and `max`, so that it does not stay there. Its
 * mean over a run is random, so the whole walk is then shifted: λ(t) = r · clamp(wᵢ + d, min, max) for stair i at t,
 * with the shift d for which Λ(D) = ∫₀ᴰ λ = r · D. A shift keeps every step within `step` × r. If `min` and `max`
 * exclude 1, no walk between them has the mean r; the walk then starts at the nearer bound, and its mean is random.
 */
export const randomWalk: NamedPatternBuilder<RandomWalkOptions, 'random-walk'> = builderOf(kind)

interface Stair {
  /** Rate as a ratio of the mean rate. */
  readonly share: number
  readonly widthMs: Ms
}

/** A step larger than the whole range can still cross the opposite bound. */
function reflected(share: number, min: number, max: number): number {
  return share < min ? 2 * min - share : share > max ? 2 * max - share : share
}

/** Halvings after which the two ends of any interval between shares are adjacent numbers. */
const HALVINGS = 60

/** Returns the shift after which the mean of the walk is 1; 0 if the bounds exclude that. */
function shiftToMean(stairs: readonly Stair[], within: (share: number) => number): number {
  if (within(1) !== 1) return 0
  const durationMs = sum(stairs.map(({ widthMs }) => widthMs))
  const meanAt = (shift: number): number =>
    sum(stairs.map(({ share, widthMs }) => within(share + shift) * widthMs)) / durationMs
  // The mean never decreases with the shift. It is at most 1 after the highest stair has come down to 1, and at least 1
  // after the lowest has come up to it.
  const shares = stairs.map(({ share }) => share)
  let low = shares.reduce((least, share) => Math.min(least, 1 - share), 0)
  let high = shares.reduce((most, share) => Math.max(most, 1 - share), 0)
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (meanAt(middle) < 1) low = middle
    else high = middle
  }
  return high
}
