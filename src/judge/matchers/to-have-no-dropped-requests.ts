import { subjectOf } from '../subject.ts'
import { noDroppedRequestsVerdict } from '../verdict/absence.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'

/**
 * Asserts that every scheduled request was sent: the engine dropped none, for example because the pool was full for too
 * long.
 */
export function toHaveNoDroppedRequests(received: unknown): JudgedVerdict {
  const { figures, run } = subjectOf(received, 'toHaveNoDroppedRequests')
  return noDroppedRequestsVerdict(figures, run)
}
