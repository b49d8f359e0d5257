import type { Ms } from '../../model/units.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import type { ConfidenceOptions } from './arguments.ts'
import { streamMatcher } from './to-have-first-message-p95-below.ts'

/** Asserts that the p99 of the time between two messages of a stream is below `limitMs`, in milliseconds. */
export function toHaveMessageGapP99Below(received: unknown, limitMs: Ms, options?: ConfidenceOptions): JudgedVerdict {
  return streamMatcher('toHaveMessageGapP99Below', { percentile: 99, of: 'message-gap' }, received, limitMs, options)
}
