import type { Ms } from '../../model/units.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import type { LatencyOptions } from './arguments.ts'
import { percentileMatcher } from './to-have-percentile-below.ts'

/**
 * Asserts that the p99 of the response time is below `limitMs`, in milliseconds, or that of a metric below a limit in its
 * unit; see `toHavePercentileBelow`.
 */
export function toHaveP99Below(received: unknown, limitMs: Ms, options?: LatencyOptions): JudgedVerdict {
  return percentileMatcher('toHaveP99Below', 99, received, limitMs, options)
}
