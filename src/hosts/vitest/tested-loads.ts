import type { TestCase } from 'vitest/node'
import type { TestedLoad } from '../../report/run-records.ts'
import { testedLoad } from '../tested-load.ts'
import type { EndedTest } from '../tested-load.ts'

/** Returns what the load tests among these tests measured, by the id of the test. */
export function testedLoads(tests: readonly TestCase[]): ReadonlyMap<string, TestedLoad> {
  const loads = tests.flatMap((test): (readonly [string, TestedLoad])[] => {
    const { load: record } = test.meta()
    if (record === undefined) return []
    const { state } = test.result()
    const durationMs = test.diagnostic()?.duration
    const ended: EndedTest = {
      test: test.fullName,
      file: test.module.moduleId,
      rerun: { command: 'npx vitest run', filter: '-t', name: filteredName(test) },
      outcome: {
        ...((state === 'passed' || state === 'failed') && { state }),
        ...(durationMs !== undefined && { durationMs }),
      },
      record,
    }
    return [[test.id, testedLoad(ended, test.project.vitest.config.root)]]
  })
  return new Map(loads)
}

/** Vitest compares `-t` with the names of the groups and of the test, which it joins. */
function filteredName(test: TestCase): string {
  const names = [test.name]
  for (let group = test.parent; group.type === 'suite'; group = group.parent) names.unshift(group.name)
  return names.join(Number.parseInt(test.project.vitest.version) < 5 ? ' ' : ' > ')
}
