import { subjectOf } from '../subject.ts'
import { noErrorsVerdict } from '../verdict/absence.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'

/** Asserts that every request that was sent in this run succeeded. */
export function toHaveNoErrors(received: unknown): JudgedVerdict {
  const { figures, run } = subjectOf(received, 'toHaveNoErrors')
  return noErrorsVerdict(figures, run)
}
