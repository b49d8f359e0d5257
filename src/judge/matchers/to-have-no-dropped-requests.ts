import { subjectOf } from '../subject.ts'
import { noDroppedRequestsVerdict } from '../verdict/absence.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'

/** Every scheduled request was sent: none found the pool full for too long. */
export function toHaveNoDroppedRequests(received: unknown): JudgedVerdict {
  const { figures, run } = subjectOf(received, 'toHaveNoDroppedRequests')
  return noDroppedRequestsVerdict(figures, run)
}
