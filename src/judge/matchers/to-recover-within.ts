import type { Ms } from '../../model/units.ts'
import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { recoveryVerdict } from '../verdict/recovery-time.ts'
import { limitArgument } from './arguments.ts'

/** After its phase of highest rate, the target was as fast again as in its first phase within `ms` milliseconds. */
export function toRecoverWithin(received: unknown, ms: Ms): JudgedVerdict {
  const matcher = 'toRecoverWithin'
  const limitMs = limitArgument(ms, matcher, '5000')
  const { figures, run } = subjectOf(received, matcher)
  return recoveryVerdict(figures, run, limitMs)
}
