import type { Ms } from '../../model/units.ts'
import { metricSubjectOf, subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { maximumVerdict } from '../verdict/maximum.ts'
import { metricMaximumVerdict } from '../verdict/metric.ts'
import { LATENCY_RULES, limitArgument, optionsArgument, quantityArgument, type LatencyOptions } from './arguments.ts'

/**
 * Asserts that every request of this run took less than `limitMs`, in milliseconds, or that every value of a metric
 * (`result.metrics.x`) was below a limit in its unit. The maximum is an observation, not
 * an estimate: the matcher does not use `confidence`, and a longer run has a larger maximum.
 */
export function toHaveMaxBelow(received: unknown, limitMs: Ms, options?: Pick<LatencyOptions, 'of'>): JudgedVerdict {
  const matcher = 'toHaveMaxBelow'
  const metric = metricSubjectOf(received)
  if (metric !== undefined) {
    optionsArgument<object>(options, matcher, {})
    return metricMaximumVerdict(metric, { limit: quantityArgument(limitMs, matcher) })
  }
  const limit = limitArgument(limitMs, matcher)
  const checked = optionsArgument(options, matcher, { of: LATENCY_RULES.of })
  const { figures, run } = subjectOf(received, matcher)
  return maximumVerdict(figures, run, { ...checked, limitMs: limit })
}
