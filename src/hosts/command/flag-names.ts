import { LoadPlanError } from '../../model/errors.ts'
import { withRemedy } from '../../model/readers.ts'
import type { AskedRun } from './arguments.ts'
import { type FlagName, FLAGS } from './flags.ts'

/** Returns the error with the flags that the user wrote instead of the plan keys and variables that they set. */
export function nameFlags(error: LoadPlanError, { flags, env }: Pick<AskedRun, 'flags' | 'env'>): LoadPlanError {
  const names = [...flags.keys()]
  const issues = error.issues.map((issue) => {
    const name = flagOf(issue.key, names)
    if (name !== undefined) {
      const key = `${flags.get(name) ?? issue.key}${partOf(issue.key, name)}`
      return { ...issue, key, ...withRemedy(issue.remedy?.replaceAll(`\`${FLAGS[name].variable}.`, '`')) }
    }
    // The target of a command after `--` has no flag, and one from the environment is named by its variable.
    return issue.key === 'target' && env.LOAD_TARGET === undefined ? { ...issue, key: 'LOAD_TARGET' } : issue
  })
  return new LoadPlanError(issues, `${issues.length} options are invalid`)
}

/** Flags whose value is JSON, so that an issue is about a part of it. */
const JSON_FLAGS: readonly FlagName[] = ['request', 'operations']

/** Returns the part of a JSON flag that an issue is about: ` read.path` of `LOAD_OPERATIONS.read.path`. */
function partOf(key: string, name: FlagName): string {
  const part = planKeyOf(key).slice(FLAGS[name].key?.length).replace(/^\./, '')
  return JSON_FLAGS.includes(name) && part !== '' ? ` ${part}` : ''
}

/** Returns the plan key of a key below a JSON variable: `request.path` for `LOAD_REQUEST.path`. */
function planKeyOf(key: string): string {
  for (const name of JSON_FLAGS) {
    const { variable = '', key: planKey = '' } = FLAGS[name]
    if (key === variable || key.startsWith(`${variable}.`) || key.startsWith(`${variable}[`))
      return planKey + key.slice(variable.length)
  }
  return key
}

/** The most specific flag comes first: `request.body`, not `request`. */
function flagOf(key: string, given: readonly FlagName[]): FlagName | undefined {
  const wanted = planKeyOf(key)
  return given
    .filter((name) => {
      const { variable, key: planKey } = FLAGS[name]
      if (key === variable || wanted === planKey) return true
      return planKey !== undefined && (wanted.startsWith(`${planKey}.`) || wanted.startsWith(`${planKey}[`))
    })
    .toSorted((a, b) => (FLAGS[b].key?.length ?? 0) - (FLAGS[a].key?.length ?? 0))[0]
}
