import type { Ms } from '../../model/units.ts'
import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { meanVerdict } from '../verdict/mean.ts'
import { LATENCY_RULES, limitArgument, optionsArgument, type LatencyOptions } from './arguments.ts'

/**
 * Asserts that the mean response time is below `limitMs`, in milliseconds. A percentile describes what users see
 * better.
 */
export function toHaveMeanBelow(received: unknown, limitMs: Ms, options?: LatencyOptions): JudgedVerdict {
  const matcher = 'toHaveMeanBelow'
  const limit = limitArgument(limitMs, matcher)
  const checked = optionsArgument(options, matcher, LATENCY_RULES)
  const { figures, run } = subjectOf(received, matcher)
  return meanVerdict(figures, run, { ...checked, limitMs: limit })
}
