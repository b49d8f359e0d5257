import type { JudgedFigures } from '../../model/figures.ts'
import { comparisonVerdict } from '../comparison/comparison-verdict.ts'
import { comparedSubject } from '../comparison/compared-subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { optionsArgument } from './arguments.ts'
import { TOLERANCE_RULES, type ToleranceOptions } from './to-be-no-slower-than.ts'

/**
 * Asserts that a target used no more CPU time per request than the baseline that got the same load in turns, by more
 * than a tolerance. Needs targets on this machine, in separate processes.
 */
export function toUseNoMoreCpuThan(
  received: unknown,
  baseline: JudgedFigures,
  options?: ToleranceOptions,
): JudgedVerdict {
  const matcher = 'toUseNoMoreCpuThan'
  const { tolerance, errorTolerance = 0 } = optionsArgument(options, matcher, TOLERANCE_RULES)
  const { run, comparison, part } = comparedSubject(received, baseline, matcher)
  return comparisonVerdict(run, comparison, {
    metrics: ['cpu'],
    tolerance: tolerance ?? comparison.tolerance,
    errorTolerance,
    part,
  })
}
