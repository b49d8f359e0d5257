import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { targetUseVerdict } from '../verdict/target-use.ts'
import { numberArgument } from './arguments.ts'

/** Asserts that the resident memory of the target was below `mb` MB (2²⁰ bytes) in every second of the run. */
export function toStayBelowMemory(received: unknown, mb: number): JudgedVerdict {
  const matcher = 'toStayBelowMemory'
  const limit = numberArgument(mb, matcher, {
    holds: (value) => value > 0 && value < Infinity,
    rule: 'a number of MB greater than 0',
    example: '512',
  })
  const { figures, run } = subjectOf(received, matcher)
  return targetUseVerdict(figures, run, { used: 'rssMb', limit })
}
