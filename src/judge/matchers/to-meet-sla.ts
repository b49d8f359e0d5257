import type { Sla } from '../../model/sla.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { serviceLevelVerdict } from '../verdict/service-level.ts'
import { optionsArgument, type OptionRule } from './arguments.ts'

const MS: OptionRule = { holds: isAbove0, rule: 'a number of milliseconds greater than 0', example: '250' }

const RULES: Readonly<Record<keyof Sla, OptionRule>> = {
  p50Ms: MS,
  p75Ms: MS,
  p90Ms: MS,
  p95Ms: MS,
  p99Ms: MS,
  p999Ms: MS,
  errorRate: {
    holds: (value) => typeof value === 'number' && value >= 0 && value < 1,
    rule: 'a ratio of at least 0 and less than 1',
    example: '0.01',
  },
  rps: { holds: isAbove0, rule: 'a number of requests per second greater than 0', example: '500' },
}

function isAbove0(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < Infinity
}

/** Asserts that the run meets every limit of the service level `sla`. Default: the plan's `sla`. */
export function toMeetSla(received: unknown, sla?: Sla): JudgedVerdict {
  const matcher = 'toMeetSla'
  const given = optionsArgument(sla, matcher, RULES)
  const { figures, run } = subjectOf(received, matcher)
  const level = sla === undefined ? run.plan.sla : given
  if (Object.values(level).every((limit) => limit === undefined)) {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_SLA',
      `${matcher}() needs a service level, and neither its argument nor the plan contains one\n` +
        '    → add sla: { p99Ms: 250, errorRate: 0.01 } to the plan, or pass it to the matcher',
    )
  }
  return serviceLevelVerdict(figures, run, level)
}
