import type { CiSystem } from '../report/exports/export.ts'

/** Returns the CI system in which this process runs, by the variables that it sets; undefined for any other. */
export function ciSystem(variables: NodeJS.ProcessEnv): CiSystem | undefined {
  if (variables['GITHUB_ACTIONS'] === 'true') return 'github'
  return variables['GITLAB_CI'] === 'true' ? 'gitlab' : undefined
}
