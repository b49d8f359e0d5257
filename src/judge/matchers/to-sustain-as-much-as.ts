import type { JudgedFigures } from '../../model/figures.ts'
import { comparisonVerdict } from '../comparison/comparison-verdict.ts'
import { comparedSubject } from '../comparison/compared-subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { optionsArgument } from './arguments.ts'
import { TOLERANCE_RULES, type ToleranceOptions } from './to-be-no-slower-than.ts'

/** Shortfall that the requests in flight at the ends of the blocks can cause. */
const TOLERANCE = 0.02

/**
 * Asserts that a target completed as many requests per second as the baseline that got the same load in turns. Tolerance
 * by default: 0.02.
 */
export function toSustainAsMuchAs(
  received: unknown,
  baseline: JudgedFigures,
  options?: ToleranceOptions,
): JudgedVerdict {
  const matcher = 'toSustainAsMuchAs'
  const { tolerance = TOLERANCE, errorTolerance = 0 } = optionsArgument(options, matcher, TOLERANCE_RULES)
  const { run, comparison, part } = comparedSubject(received, baseline, matcher)
  return comparisonVerdict(run, comparison, { metrics: ['throughput'], tolerance, errorTolerance, part })
}
