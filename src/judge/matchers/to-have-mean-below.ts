import type { Ms } from '../../model/units.ts'
import { metricSubjectOf, subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { meanVerdict } from '../verdict/mean.ts'
import { metricMeanVerdict } from '../verdict/metric.ts'
import {
  CONFIDENCE_RULES,
  LATENCY_RULES,
  limitArgument,
  optionsArgument,
  quantityArgument,
  type ConfidenceOptions,
  type LatencyOptions,
} from './arguments.ts'

/**
 * Asserts that the mean response time is below `limitMs`, in milliseconds, or that the mean of a metric
 * (`result.metrics.x`) is below a limit in its unit. A percentile describes what users see
 * better.
 */
export function toHaveMeanBelow(received: unknown, limitMs: Ms, options?: LatencyOptions): JudgedVerdict {
  const matcher = 'toHaveMeanBelow'
  const metric = metricSubjectOf(received)
  if (metric !== undefined) {
    const { confidence } = optionsArgument<ConfidenceOptions>(options, matcher, CONFIDENCE_RULES)
    const limit = quantityArgument(limitMs, matcher)
    return metricMeanVerdict(metric, { limit, ...(confidence !== undefined && { confidence }) })
  }
  const limit = limitArgument(limitMs, matcher)
  const checked = optionsArgument(options, matcher, LATENCY_RULES)
  const { figures, run } = subjectOf(received, matcher)
  return meanVerdict(figures, run, { ...checked, limitMs: limit })
}
