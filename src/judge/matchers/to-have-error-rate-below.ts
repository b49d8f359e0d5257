import type { Ratio } from '../../model/units.ts'
import { subjectOf } from '../subject.ts'
import { errorRateVerdict } from '../verdict/error-rate.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { CONFIDENCE_RULES, numberArgument, optionsArgument, type ConfidenceOptions } from './arguments.ts'

/**
 * Asserts that the share of scheduled requests that failed or were dropped is below `ratio` (0–1; 0.01 is one in a
 * hundred).
 */
export function toHaveErrorRateBelow(received: unknown, ratio: Ratio, options?: ConfidenceOptions): JudgedVerdict {
  const matcher = 'toHaveErrorRateBelow'
  const limit = numberArgument(ratio, matcher, {
    holds: (value) => value > 0 && value < 1,
    rule: 'a ratio greater than 0 and less than 1 (toHaveNoErrors allows no errors)',
    example: '0.01',
  })
  const checked = optionsArgument(options, matcher, CONFIDENCE_RULES)
  const { figures, run } = subjectOf(received, matcher)
  return errorRateVerdict(figures, run, { ...checked, limit })
}
