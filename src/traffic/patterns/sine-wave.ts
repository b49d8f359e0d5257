import type { PatternSpec } from '../../model/pattern.ts'
import { positive, ratioWhere } from '../../model/readers.ts'
import type { Ms, Ratio, Rps } from '../../model/units.ts'
import { timeOf } from '../arrivals/time-of.ts'
import type { NamedPatternBuilder, NamedPatternKind, PatternOptions } from './pattern-kind.ts'
import { builderOf } from './spec.ts'

export interface SineWaveOptions extends PatternOptions {
  /** Mean requests per second, more than 0. */
  readonly rate: Rps
  /** Maximum deviation from the mean as a share of `rate`, 0 to 1; default 0.8. */
  readonly amplitude?: Ratio
  /** Time from one crest to the next, more than 0 ms; default 30 000, and at most half of the pattern's duration. */
  readonly periodMs?: Ms
}

interface SineWaveSpec extends PatternSpec {
  readonly rate: Rps
  readonly amplitude: Ratio
  readonly periodMs: Ms
}

const kind: NamedPatternKind<SineWaveSpec, 'sine-wave'> = {
  kind: 'sine-wave',
  rateParameter: 'rate',
  parameters: {
    rate: positive,
    amplitude: ratioWhere('must be between 0 and 1', (share) => share >= 0 && share <= 1),
    periodMs: positive,
  },
  defaults: { amplitude: 0.8 },
  fitted: { periodMs: (durationMs) => Math.min(30_000, durationMs / 2) },
  curveOf({ rate, amplitude, periodMs }, { durationMs }) {
    const perMs = (2 * Math.PI) / periodMs
    const rateAt = (tMs: Ms): Rps => rate * (1 + amplitude * Math.sin(perMs * tMs))
    const expectedBy = (tMs: Ms): number => {
      // 1 − cos x is computed as 2 sin²(x/2): near the start of a long wave the difference would lose its digits.
      const half = Math.sin((perMs * tMs) / 2)
      return (rate * (tMs + (2 * amplitude * half * half) / perMs)) / 1_000
    }
    return {
      peakRps: rateAt(Math.min(durationMs, periodMs / 4)),
      rateAt,
      expectedBy,
      timeOf(expected) {
        // Λ is never below the line of the mean rate, and never further ahead of it than between trough and crest.
        const atMeanMs = (1_000 * expected) / rate
        const maxAheadMs = (2 * amplitude) / perMs
        return timeOf({ durationMs, rateAt, expectedBy }, expected, Math.max(0, atMeanMs - maxAheadMs))
      },
    }
  },
}

/**
 * Builds a wave around a mean rate, which it crosses upwards at the start: λ(t) = r(1 + A·sin(2πt/P)), so Λ(t) = r(t +
 * A·P/2π·(1 − cos(2πt/P))). Its inverse has no closed form and is found numerically.
 */
export const sineWave: NamedPatternBuilder<SineWaveOptions, 'sine-wave'> = builderOf(kind)
