import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { memoryGrowthVerdict } from '../verdict/target-use.ts'

/** The target's memory stayed where it was, once it had settled; takes about 30 s to tell. */
export function toHaveNoMemoryGrowth(received: unknown): JudgedVerdict {
  const { figures, run } = subjectOf(received, 'toHaveNoMemoryGrowth')
  return memoryGrowthVerdict(figures, run)
}
