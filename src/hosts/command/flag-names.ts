import { LoadPlanError } from '../../model/errors.ts'
import type { AskedRun } from './arguments.ts'
import { type FlagName, FLAGS } from './flags.ts'

/** Returns the error with the flags that the user wrote instead of the plan keys and variables that they set. */
export function nameFlags(error: LoadPlanError, { flags, env }: Pick<AskedRun, 'flags' | 'env'>): LoadPlanError {
  const names = [...flags.keys()]
  const issues = error.issues.map((issue) => {
    const name = flagOf(issue.key, names)
    if (name !== undefined) return { ...issue, key: flags.get(name) ?? issue.key }
    // The target of a command after `--` has no flag, and one from the environment is named by its variable.
    return issue.key === 'target' && env.LOAD_TARGET === undefined ? { ...issue, key: 'LOAD_TARGET' } : issue
  })
  return new LoadPlanError(issues, `${issues.length} options are invalid`)
}

/** The most specific flag comes first: `request.body`, not `request`. */
function flagOf(key: string, given: readonly FlagName[]): FlagName | undefined {
  return given.find((name) => {
    const { variable, key: planKey } = FLAGS[name]
    return key === variable || key === planKey || (planKey !== undefined && key.startsWith(`${planKey}.`))
  })
}
