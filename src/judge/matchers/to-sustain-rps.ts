import type { Ratio, Rps } from '../../model/units.ts'
import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { sustainedRateVerdict } from '../verdict/sustained-rate.ts'
import { numberArgument, optionsArgument } from './arguments.ts'

export interface SustainOptions {
  /** Allowed shortfall, as a share of the rate and of its requests; 0.01 when absent. */
  readonly within?: Ratio
}

const WITHIN = 0.01

/**
 * The target kept up with `rps` requests per second, or journeys where the plan has some: they were scheduled, they succeeded, and they did not pile up.
 * Open model only.
 */
export function toSustainRps(received: unknown, rps: Rps, options?: SustainOptions): JudgedVerdict {
  const matcher = 'toSustainRps'
  const rate = numberArgument(rps, matcher, {
    holds: (value) => value > 0 && value < Infinity,
    rule: 'requests per second above 0',
    example: '500',
  })
  const { within = WITHIN } = optionsArgument(options, matcher, {
    within: {
      holds: (value) => typeof value === 'number' && value >= 0 && value < 1,
      rule: 'a ratio from 0 to below 1, such as 0.01',
    },
  })
  const { figures, run } = subjectOf(received, matcher)
  return sustainedRateVerdict(figures, run, { rps: rate, within })
}
