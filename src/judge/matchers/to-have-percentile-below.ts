import type { Ms } from '../../model/units.ts'
import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { percentileVerdict } from '../verdict/percentile.ts'
import { LATENCY_RULES, limitArgument, numberArgument, optionsArgument, type LatencyOptions } from './arguments.ts'

/**
 * A percentile of the response time is below a limit. `percentile` as people say it: 99, 99.9; `limitMs` in
 * milliseconds. Requests without an answer count as over every limit; answered failures belong to the error rate.
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
    rule: 'a percentile from 1 to below 100',
    example: '99, 250',
  })
  limitArgument(limitMs, matcher, `${percentile}, 250`)
  return percentileMatcher(matcher, percentile, received, limitMs, options)
}

/** The matcher of one percentile, under its own name. */
export function percentileMatcher(
  matcher: string,
  percentile: number,
  received: unknown,
  limitMs: Ms,
  options: LatencyOptions | undefined,
): JudgedVerdict {
  const limit = limitArgument(limitMs, matcher)
  const checked = optionsArgument(options, matcher, LATENCY_RULES)
  const { figures, run } = subjectOf(received, matcher)
  return percentileVerdict(figures, run, { ...checked, percentile, limitMs: limit })
}
