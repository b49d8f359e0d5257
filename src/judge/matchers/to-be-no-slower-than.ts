import { COMPARED_TIMES, type ComparedTime } from '../../model/comparison.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { Ratio } from '../../model/units.ts'
import { DEFAULT_METRICS } from '../comparison/compare.ts'
import { comparisonVerdict } from '../comparison/comparison-verdict.ts'
import { comparedSubject } from '../comparison/compared-subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { type OptionRule, optionsArgument } from './arguments.ts'

export interface ToleranceOptions {
  /** Allowed excess over the baseline, above 0 and at most 1: 0.05 allows 5%. Default: the plan's `tolerance`. */
  readonly tolerance?: Ratio
  /**
   * Allowed excess of the share of failed requests over the baseline's, from 0 to 1: 0.01 allows one percentage point.
   * Default: 0, so that a candidate that is shown to fail more of its requests fails.
   */
  readonly errorTolerance?: Ratio
}

export interface SlowerOptions extends ToleranceOptions {
  /** Response time to compare. Default: the median and the mean, neither of which may be slower. */
  readonly metric?: ComparedTime
}

/** The rules of `ToleranceOptions`. */
export const TOLERANCE_RULES: Readonly<Record<keyof ToleranceOptions, OptionRule>> = {
  tolerance: {
    holds: (value) => typeof value === 'number' && value > 0 && value <= 1,
    rule: 'a ratio greater than 0 and at most 1',
    example: '0.05',
  },
  errorTolerance: {
    holds: (value) => typeof value === 'number' && value >= 0 && value < 1,
    rule: 'a share from 0 to below 1',
    example: '0.01',
  },
}

/**
 * Asserts that a target is not slower than the baseline that got the same load in turns, by more than a tolerance. Takes
 * the result of a plan with `against`, or one of its operations, and the same part of the baseline.
 */
export function toBeNoSlowerThan(received: unknown, baseline: JudgedFigures, options?: SlowerOptions): JudgedVerdict {
  const matcher = 'toBeNoSlowerThan'
  const {
    tolerance,
    errorTolerance = 0,
    metric,
  } = optionsArgument(options, matcher, {
    ...TOLERANCE_RULES,
    metric: {
      holds: (value) => (COMPARED_TIMES as readonly unknown[]).includes(value),
      rule: `one of ${COMPARED_TIMES.map((name) => `'${name}'`).join(', ')}`,
      example: "'p95'",
    },
  })
  const { run, comparison, part } = comparedSubject(received, baseline, matcher)
  const [first, ...others] = metric === undefined ? DEFAULT_METRICS : [metric]
  return comparisonVerdict(run, comparison, {
    metrics: [first, ...others],
    tolerance: tolerance ?? comparison.tolerance,
    errorTolerance,
    part,
  })
}
