import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { memoryGrowthVerdict } from '../verdict/target-use.ts'

/**
 * Asserts that the target's memory did not grow after the first third of the run. A verdict needs a run of about 40 s.
 */
export function toHaveNoMemoryGrowth(received: unknown): JudgedVerdict {
  const { figures, run } = subjectOf(received, 'toHaveNoMemoryGrowth')
  return memoryGrowthVerdict(figures, run)
}
