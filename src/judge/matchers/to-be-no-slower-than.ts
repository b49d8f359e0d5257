import { COMPARED_TIMES, type ComparedTime } from '../../model/comparison.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { Ratio } from '../../model/units.ts'
import { worstOf } from '../../model/verdict.ts'
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
  /**
   * Compares each operation as well as all requests: one that is slower fails the assertion. Together they fail wrongly
   * no more often than one assertion does, so each needs more evidence: at least 14 pairs. Default: false.
   */
  readonly operations?: boolean
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
    operations = false,
  } = optionsArgument(options, matcher, {
    ...TOLERANCE_RULES,
    metric: {
      holds: (value) => (COMPARED_TIMES as readonly unknown[]).includes(value),
      rule: `one of ${COMPARED_TIMES.map((name) => `'${name}'`).join(', ')}`,
      example: "'p95'",
    },
    operations: { holds: (value) => typeof value === 'boolean', rule: 'true or false', example: 'true' },
  })
  const { run, comparison, part } = comparedSubject(received, baseline, matcher)
  const [first, ...others] = metric === undefined ? DEFAULT_METRICS : [metric]
  const question = {
    metrics: [first, ...others],
    tolerance: tolerance ?? comparison.tolerance,
    errorTolerance,
  } as const
  // An operation has none of its own.
  const names = operations && part === undefined ? Object.keys(comparison.operations) : []
  const parts = [part, ...names]
  const verdicts = parts.map((each) =>
    comparisonVerdict(run, comparison, { ...question, part: each, family: parts.length }),
  )
  const { verdict, leaning } = worstOf(verdicts)
  const worst = verdicts.find((each) => each.verdict === verdict && (leaning === undefined || each.leaning === leaning))
  if (worst === undefined) throw new TypeError('there is a verdict for all requests')
  if (worst.verdict !== 'pass' || names.length === 0) return worst
  return { ...worst, claim: `${worst.claim}, for all requests and for each operation` }
}
