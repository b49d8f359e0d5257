import type { PatternSpec } from '../../model/pattern.ts'
import { notNegative } from '../../model/readers.ts'
import type { Rps } from '../../model/units.ts'
import type { NamedPatternBuilder, NamedPatternKind, PatternOptions } from './pattern-kind.ts'
import { builderOf } from './spec.ts'

export interface ConstantOptions extends PatternOptions {
  /** Requests per second, 0 or more; 0 is a pause inside a `sequence`. */
  readonly rate: Rps
}

interface ConstantSpec extends PatternSpec {
  readonly rate: Rps
}

const kind: NamedPatternKind<ConstantSpec, 'constant'> = {
  kind: 'constant',
  rateParameter: 'rate',
  parameters: { rate: notNegative },
  defaults: {},
  curveOf: ({ rate }) => ({
    peakRps: rate,
    rateAt: () => rate,
    expectedBy: (tMs) => (rate * tMs) / 1_000,
    timeOf: (expected) => (1_000 * expected) / rate,
  }),
}

/** Builds a pattern with the same rate throughout: λ(t) = r, so Λ(t) = rt. `rate` is in requests per second. */
export const constant: NamedPatternBuilder<ConstantOptions, 'constant'> = builderOf(kind)
