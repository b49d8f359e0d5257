import type { PatternSpec } from '../../model/pattern.ts'
import { notNegative } from '../../model/readers.ts'
import type { Rps } from '../../model/units.ts'
import { piecewiseCurve } from './piecewise.ts'
import type { NamedPatternBuilder, NamedPatternKind, PatternOptions } from './pattern-kind.ts'
import { builderOf } from './spec.ts'

export interface RampUpOptions extends PatternOptions {
  /** Requests per second at the start, 0 or more; default 0. */
  readonly from?: Rps
  /** Requests per second at the end, 0 or more; a value below `from` makes a ramp down. */
  readonly to: Rps
}

interface RampUpSpec extends PatternSpec {
  readonly from: Rps
  readonly to: Rps
}

const kind: NamedPatternKind<RampUpSpec, 'ramp-up'> = {
  kind: 'ramp-up',
  rateParameter: 'to',
  parameters: { from: notNegative, to: notNegative },
  defaults: { from: 0 },
  curveOf: ({ from, to }, { durationMs }) => piecewiseCurve([{ fromRps: from, toRps: to, widthMs: durationMs }]),
}

/**
 * Builds an arrival rate that changes linearly over the duration D: λ(t) = a + (b − a)t/D, so Λ(t) = at + (b − a)t²/2D.
 * A ramp from 0 to 100/s over 10 s has 500 arrivals, the 125th at 5 s.
 */
export const rampUp: NamedPatternBuilder<RampUpOptions, 'ramp-up'> = builderOf(kind)
