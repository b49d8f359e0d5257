import { jest } from './jest.ts'
import { playwright } from './playwright.ts'
import { type Project, RUNNER_PACKAGES, type RunnerName } from './project.ts'
import type { Runner } from './runner.ts'
import { vitest } from './vitest.ts'

export const RUNNERS: Readonly<Record<RunnerName, Runner>> = { vitest, jest, playwright }

/** Returns the command that installs a supported version of the runner; undefined if the project has one. */
export function missingRunner(project: Project, name: RunnerName): string | undefined {
  const { oldest } = RUNNERS[name]
  const packageName = RUNNER_PACKAGES[name]
  const versions = project.versionsOf(packageName)
  if (versions === undefined) return packageName
  const [, major, minor = '0'] = /^\D*(\d+)(?:\.(\d+))?/.exec(versions) ?? []
  // Another notation, such as `workspace:*` or `latest`, does not say which version it is.
  if (major === undefined) return undefined
  const isOld = Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1])
  // A range without a minor number takes the newest one.
  return isOld && !(/^\D*\d+(?:\.x)?$/.test(versions) && Number(major) === oldest[0])
    ? `${packageName}@${oldest[0]}`
    : undefined
}
