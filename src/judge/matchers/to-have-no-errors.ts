import { subjectOf } from '../subject.ts'
import { noErrorsVerdict } from '../verdict/absence.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'

/** No request that was sent failed in this run. */
export function toHaveNoErrors(received: unknown): JudgedVerdict {
  const { figures, run } = subjectOf(received, 'toHaveNoErrors')
  return noErrorsVerdict(figures, run)
}
