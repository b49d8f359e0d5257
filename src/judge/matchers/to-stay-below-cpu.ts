import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { targetUseVerdict } from '../verdict/target-use.ts'
import { numberArgument } from './arguments.ts'

/** Asserts that the target used less than `percent` of one core (200 is two full cores) in every second of the run. */
export function toStayBelowCpu(received: unknown, percent: number): JudgedVerdict {
  const matcher = 'toStayBelowCpu'
  const limit = numberArgument(percent, matcher, {
    holds: (value) => value > 0 && value < Infinity,
    rule: 'a percentage of one core greater than 0',
    example: '80',
  })
  const { figures, run } = subjectOf(received, matcher)
  return targetUseVerdict(figures, run, { used: 'cpuPercent', limit })
}
