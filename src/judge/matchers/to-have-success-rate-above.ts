import type { Ratio } from '../../model/units.ts'
import { subjectOf } from '../subject.ts'
import { successRateVerdict } from '../verdict/error-rate.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { CONFIDENCE_RULES, numberArgument, optionsArgument, type ConfidenceOptions } from './arguments.ts'

/**
 * Asserts that the share of scheduled requests that succeeded is above `ratio` (0–1; 0.99 is ninety-nine in a hundred).
 */
export function toHaveSuccessRateAbove(received: unknown, ratio: Ratio, options?: ConfidenceOptions): JudgedVerdict {
  const matcher = 'toHaveSuccessRateAbove'
  const above = numberArgument(ratio, matcher, {
    holds: (value) => value >= 0 && value < 1,
    rule: 'a ratio of at least 0 and less than 1 (toHaveNoErrors allows no errors)',
    example: '0.99',
  })
  const checked = optionsArgument(options, matcher, CONFIDENCE_RULES)
  const { figures, run } = subjectOf(received, matcher)
  return successRateVerdict(figures, run, { ...checked, above })
}
