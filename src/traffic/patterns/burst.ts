import type { PatternSpec } from '../../model/pattern.ts'
import { notNegative, positive } from '../../model/readers.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { NamedPatternBuilder, NamedPatternKind, PatternOptions } from './pattern-kind.ts'
import { builderOf } from './spec.ts'

export interface BurstOptions extends PatternOptions {
  /** Requests per second between the bursts, more than 0. */
  readonly rate: Rps
  /** Rate during a burst as a multiple of `rate`, more than 0; default 10. */
  readonly factor?: number
  /** Duration of a burst, more than 0 ms; default 5 000, and at most an eighth of the pattern's duration. */
  readonly burstMs?: Ms
  /** Time at `rate` between two bursts, 0 ms or more; default three times `burstMs`. */
  readonly restMs?: Ms
}

interface BurstSpec extends PatternSpec {
  readonly rate: Rps
  readonly factor: number
  readonly burstMs: Ms
  readonly restMs: Ms
}

const kind: NamedPatternKind<BurstSpec, 'burst'> = {
  kind: 'burst',
  rateParameter: 'rate',
  parameters: { rate: positive, factor: positive, burstMs: positive, restMs: notNegative },
  defaults: { factor: 10 },
  fitted: {
    burstMs: (durationMs) => Math.min(5_000, durationMs / 8),
    restMs: (_, { burstMs }) => 3 * Number(burstMs),
  },
  curveOf({ rate, factor, burstMs, restMs }, { durationMs }) {
    const burstRps = rate * factor
    const periodMs = burstMs + restMs
    const perBurst = (burstRps * burstMs) / 1_000
    const perPeriod = perBurst + (rate * restMs) / 1_000
    return {
      peakRps: durationMs > burstMs && restMs > 0 ? Math.max(burstRps, rate) : burstRps,
      rateAt: (tMs) => (tMs % periodMs < burstMs ? burstRps : rate),
      expectedBy(tMs) {
        const periods = Math.floor(tMs / periodMs)
        const intoMs = tMs - periods * periodMs
        const burstCount = (burstRps * Math.min(intoMs, burstMs)) / 1_000
        return periods * perPeriod + burstCount + (rate * Math.max(intoMs - burstMs, 0)) / 1_000
      },
      timeOf(expected) {
        const periods = Math.floor(expected / perPeriod)
        const into = expected - periods * perPeriod
        const intoMs = into <= perBurst ? (1_000 * into) / burstRps : burstMs + (1_000 * (into - perBurst)) / rate
        return periods * periodMs + intoMs
      },
    }
  },
}

/**
 * Builds a square wave that starts with a burst: λ(t) = fr while t mod (B + R) < B, else r. With k = ⌊t / (B + R)⌋
 * whole periods and u = t − k(B + R), the time into the next one, Λ(t) = k·r(fB + R) + r(f·min(u, B) + max(u − B, 0)).
 */
export const burst: NamedPatternBuilder<BurstOptions, 'burst'> = builderOf(kind)
