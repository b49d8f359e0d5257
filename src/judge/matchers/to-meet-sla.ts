import type { Sla } from '../../model/plan.ts'
import { LoadMatcherError } from '../matcher-error.ts'
import { subjectOf } from '../subject.ts'
import type { JudgedVerdict } from '../verdict/judged-verdict.ts'
import { serviceLevelVerdict } from '../verdict/service-level.ts'
import { optionsArgument, type OptionRule } from './arguments.ts'

const MS: OptionRule = { holds: isAbove0, rule: 'milliseconds above 0' }

const RULES: Readonly<Record<keyof Sla, OptionRule>> = {
  p50Ms: MS,
  p75Ms: MS,
  p90Ms: MS,
  p95Ms: MS,
  p99Ms: MS,
  p999Ms: MS,
  errorRate: {
    holds: (value) => typeof value === 'number' && value >= 0 && value < 1,
    rule: 'a ratio from 0 to below 1',
  },
  rps: { holds: isAbove0, rule: 'requests per second above 0' },
}

function isAbove0(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < Infinity
}

/** Every term of a service level is met: the given one, or the `sla` of the plan. */
export function toMeetSla(received: unknown, sla?: Sla): JudgedVerdict {
  const matcher = 'toMeetSla'
  const given = optionsArgument(sla, matcher, RULES)
  const { figures, run } = subjectOf(received, matcher)
  const level = sla === undefined ? run.plan.sla : given
  if (Object.values(level).every((limit) => limit === undefined)) {
    throw new LoadMatcherError(
      'ERR_LOAD_MATCHER_SLA',
      `${matcher}() has no service level to judge by\n` +
        '    → put sla: { p99Ms: 250, errorRate: 0.01 } into the plan, or give it to the matcher',
    )
  }
  return serviceLevelVerdict(figures, run, level)
}
