import type { PatternSpec } from '../../model/pattern.ts'
import { positive } from '../../model/plan-readers.ts'
import type { Rps } from '../../model/units.ts'
import { constantKind } from './constant.ts'
import type { NamedPatternKind, PatternOptions } from './pattern-kind.ts'
import { specOf } from './spec.ts'

export interface PoissonOptions extends PatternOptions {
  /** Mean requests per second, more than 0. */
  readonly rate: Rps
}

/**
 * Builds a pattern with a constant mean rate and independent arrivals, as from independent users. Its curve equals that
 * of `constant`. Only the arrival process is random, so a plan with this pattern has `arrivals: 'poisson'`.
 */
export function poisson(options: PoissonOptions): PatternSpec {
  return specOf(poissonKind, options)
}

interface PoissonSpec extends PatternSpec {
  readonly rate: Rps
}

export const poissonKind: NamedPatternKind<PoissonSpec> = {
  kind: 'poisson',
  ofRate: (rate) => poisson({ rate }),
  parameters: { rate: positive },
  defaults: {},
  curveOf: constantKind.curveOf,
}
