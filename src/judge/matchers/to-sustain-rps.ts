import type { Ratio, Rps } from '../../model/units.ts'
import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { sustainedRateVerdict } from '../verdict/sustained-rate.ts'
import { numberArgument, optionsArgument } from './arguments.ts'

export interface SustainOptions {
  /**
   * Allowed shortfall, as a share of the rate and of its requests, greater than 0 and less than 1. Default: 0.01. The
   * number in flight always varies a little, so no run shows a shortfall of exactly 0.
   */
  readonly within?: Ratio
}

const WITHIN = 0.01

/**
 * Asserts that the target sustained `rps` requests per second (journeys per second if the plan has a journey): they
 * were scheduled, they succeeded, and the number in flight did not grow. Open model only.
 */
export function toSustainRps(received: unknown, rps: Rps, options?: SustainOptions): JudgedVerdict {
  const matcher = 'toSustainRps'
  const rate = numberArgument(rps, matcher, {
    holds: (value) => value > 0 && value < Infinity,
    rule: 'a number of requests per second greater than 0',
    example: '500',
  })
  const { within = WITHIN } = optionsArgument(options, matcher, {
    within: {
      holds: (value) => typeof value === 'number' && value > 0 && value < 1,
      rule: 'a ratio greater than 0 and less than 1 (no run can show a shortfall of exactly 0)',
      example: '0.01',
    },
  })
  const { figures, run } = subjectOf(received, matcher)
  return sustainedRateVerdict(figures, run, { rps: rate, within })
}
