import { isMix } from '../../plan/requests.ts'
import { isRecord } from '../../model/readers.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { formatKeptTarget, formatUnknownVariable, formatVariablesForSuites } from '../../wording/environment.ts'
import { setsTarget } from './target.ts'
import { type Env, unknownVariables, variablesForSuites } from './variables.ts'

/** Something about the environment that a user should know; printed once in a run. */
export interface Notice {
  readonly topic: string
  readonly text: string
}

/**
 * Returns the variables that their author probably wrote for describe-load, and that have no effect. Others, such as
 * `LOAD_BALANCER_URL`, are of other programs.
 */
export function unknownNotices(env: Env): readonly Notice[] {
  return unknownVariables(env).flatMap(({ name, meant }) =>
    meant === undefined ? [] : [{ topic: name, text: formatUnknownVariable(name, meant) }],
  )
}

/** Returns which variables do not affect a load test of a user; `plan` is the one that the test itself gives. */
export function noticesForTest(test: string, plan: WrittenPlan, env: Env): readonly Notice[] {
  const ignored = variablesForSuites(env)
  return [
    ...(ignored.length === 0 ? [] : [{ topic: 'suites', text: formatVariablesForSuites(ignored) }]),
    ...(setsTarget(env) && hasTarget(plan) ? [{ topic: 'target', text: formatKeptTarget(test) }] : []),
  ]
}

function hasTarget({ target, workload }: WrittenPlan): boolean {
  if (target !== undefined) return true
  const entries: unknown = isMix(workload) ? workload['entries'] : undefined
  return Array.isArray(entries) && entries.some((entry: unknown) => isRecord(entry) && entry['target'] !== undefined)
}
