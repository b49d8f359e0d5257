import type { Ms } from '../../model/units.ts'
import { metricSubjectOf, subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { metricPercentileVerdict } from '../verdict/metric.ts'
import { percentileVerdict } from '../verdict/percentile.ts'
import {
  CONFIDENCE_RULES,
  LATENCY_RULES,
  limitArgument,
  numberArgument,
  optionsArgument,
  quantityArgument,
  type ConfidenceOptions,
  type LatencyOptions,
} from './arguments.ts'

/**
 * Asserts that a percentile of the response time is below `limitMs`, in milliseconds, or that a percentile of a metric
 * (`result.metrics.x`) is below a limit in its unit. `percentile` is a number such as 99 or 99.9. Requests without a response count as over every limit. Failed requests with a response are not counted
 * here: they belong to the error rate.
 */
export function toHavePercentileBelow(
  received: unknown,
  percentile: number,
  limitMs: Ms,
  options?: LatencyOptions,
): JudgedVerdict {
  const matcher = 'toHavePercentileBelow'
  numberArgument(percentile, matcher, {
    holds: (p) => p >= 1 && p < 100,
    rule: 'a percentile of at least 1 and less than 100',
    example: '99, 250',
  })
  const metric = metricSubjectOf(received)
  if (metric === undefined) limitArgument(limitMs, matcher, `${percentile}, 250`)
  else quantityArgument(limitMs, matcher, `${percentile}, 30`)
  return percentileMatcher(matcher, percentile, received, limitMs, options)
}

/** Judges one percentile for the matcher with the name `matcher`. */
export function percentileMatcher(
  matcher: string,
  percentile: number,
  received: unknown,
  limitMs: Ms,
  options: LatencyOptions | undefined,
): JudgedVerdict {
  const metric = metricSubjectOf(received)
  if (metric !== undefined) {
    const limit = quantityArgument(limitMs, matcher)
    const { confidence } = optionsArgument<ConfidenceOptions>(options, matcher, CONFIDENCE_RULES)
    return metricPercentileVerdict(metric, { percentile, limit, ...(confidence !== undefined && { confidence }) })
  }
  const limit = limitArgument(limitMs, matcher)
  const checked = optionsArgument(options, matcher, LATENCY_RULES)
  const { figures, run } = subjectOf(received, matcher)
  return percentileVerdict(figures, run, { ...checked, percentile, limitMs: limit })
}
