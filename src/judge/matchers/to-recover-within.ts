import type { Ms } from '../../model/units.ts'
import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { recoveryVerdict } from '../verdict/recovery-time.ts'
import { limitArgument } from './arguments.ts'

/**
 * Asserts that, within `ms` milliseconds after the overload phase, the target was as fast again as in the first phase.
 */
export function toRecoverWithin(received: unknown, ms: Ms): JudgedVerdict {
  const matcher = 'toRecoverWithin'
  const limitMs = limitArgument(ms, matcher, '5000')
  const { figures, run } = subjectOf(received, matcher)
  return recoveryVerdict(figures, run, limitMs)
}
