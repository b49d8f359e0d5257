import type { PatternSpec } from '../../model/pattern.ts'
import { positive } from '../../model/readers.ts'
import type { Rps } from '../../model/units.ts'
import { constant } from './constant.ts'
import type { NamedPatternBuilder, NamedPatternKind, PatternOptions } from './pattern-kind.ts'
import { builderOf } from './spec.ts'

export interface PoissonOptions extends PatternOptions {
  /** Mean requests per second, more than 0. */
  readonly rate: Rps
}

interface PoissonSpec extends PatternSpec {
  readonly rate: Rps
}

const kind: NamedPatternKind<PoissonSpec, 'poisson'> = {
  kind: 'poisson',
  rateParameter: 'rate',
  parameters: { rate: positive },
  defaults: {},
  curveOf: constant.pattern.curveOf,
}

/**
 * Builds a pattern with a constant mean rate and independent arrivals, as from independent users. Its curve equals that
 * of `constant`. Only the arrival process is random, so a plan with this pattern has `arrivals: 'poisson'`.
 */
export const poisson: NamedPatternBuilder<PoissonOptions, 'poisson'> = builderOf(kind)
