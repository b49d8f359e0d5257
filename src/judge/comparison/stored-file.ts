import type { Baseline } from '../../model/baseline.ts'
import { LoadError } from '../../model/errors.ts'
import { isRecord } from '../../model/readers.ts'

/** Says in a baseline what the file is for, because a reviewer meets it in a pull request. */
const ABOUT_BASELINE =
  'Stored runs of load tests. toNotRegressFrom compares new runs with them. Written by: describe-load baseline save'

export const EMPTY_BASELINE: Baseline = {
  schema: 1,
  type: 'describe-load:baseline',
  about: ABOUT_BASELINE,
  tests: {},
}

/** Returns the content of a baseline file. Throws `ERR_LOAD_BASELINE` if it is none, or is damaged. */
export function readBaseline(content: unknown, file: string): Baseline {
  const issue = issueOf(content)
  if (issue === undefined) return content as Baseline
  throw damaged(file, issue)
}

/** Returns the error about a baseline that cannot be used. */
export function damaged(file: string, issue: string): LoadError {
  return new LoadError(
    'ERR_LOAD_BASELINE',
    `${file} is not a usable baseline: ${issue}\n    → restore it from version control, or delete it and write it again: describe-load baseline save`,
  )
}

function issueOf(content: unknown): string | undefined {
  if (!isRecord(content) || content['type'] !== 'describe-load:baseline') return 'it has no baseline of describe-load'
  if (content['schema'] !== 1) {
    return `its format has version ${String(content['schema'])}, and this version of describe-load reads version 1`
  }
  const { tests } = content
  if (!isRecord(tests)) return 'it has no tests'
  for (const [name, runs] of Object.entries(tests)) {
    if (!Array.isArray(runs) || !runs.every(isRun)) return `the runs of "${name}" are damaged`
  }
  return undefined
}

const PARTS = ['environment', 'plan', 'responseTime', 'serviceTime', 'operations', 'phases'] as const

function isRun(run: unknown): boolean {
  if (!isRecord(run) || typeof run['startedAt'] !== 'string') return false
  return (
    !Number.isNaN(Date.parse(run['startedAt'])) &&
    typeof run['errorRate'] === 'number' &&
    typeof run['unanswered'] === 'number' &&
    PARTS.every((part) => isRecord(run[part]))
  )
}
