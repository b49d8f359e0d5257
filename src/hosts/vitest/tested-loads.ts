import { relative, sep } from 'node:path'
import type { TestCase } from 'vitest/node'
import type { LoadRecord } from '../../model/record.ts'
import type { SourcePlace } from '../../model/verdict.ts'
import type { TestedLoad } from '../../report/run-records.ts'
import { shellWord } from '../shell-word.ts'

/** Returns what the load tests among these tests measured, by the id of the test. */
export function testedLoads(tests: readonly TestCase[]): ReadonlyMap<string, TestedLoad> {
  const loads = tests.flatMap((test): (readonly [string, TestedLoad])[] => {
    const { load } = test.meta()
    return load === undefined ? [] : [[test.id, testedLoad(test, load)]]
  })
  return new Map(loads)
}

function testedLoad(test: TestCase, record: LoadRecord): TestedLoad {
  const { root } = test.project.vitest.config
  const file = pathIn(root, test.module.moduleId)
  const { state } = test.result()
  const durationMs = test.diagnostic()?.duration
  return {
    test: test.fullName,
    file,
    ...((state === 'passed' || state === 'failed') && { state }),
    ...(durationMs !== undefined && { durationMs }),
    rerun: rerunCommand(test, file, record),
    record: { ...record, verdicts: record.verdicts.map((verdict) => ({ ...verdict, ...placeIn(root, verdict.at) })) },
  }
}

function placeIn(root: string, at: SourcePlace | undefined): { readonly at?: SourcePlace } {
  return at === undefined ? {} : { at: { ...at, file: pathIn(root, at.file) } }
}

function pathIn(root: string, file: string): string {
  return relative(root, file).replaceAll(sep, '/')
}

/** Vitest compares `-t`, a regular expression, with the names of the groups and of the test, which it joins. */
function rerunCommand(test: TestCase, file: string, { results }: LoadRecord): string {
  const names = [test.name]
  for (let group = test.parent; group.type === 'suite'; group = group.parent) names.unshift(group.name)
  const name = names
    .join(Number.parseInt(test.project.vitest.version) < 5 ? ' ' : ' > ')
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
  const [first] = results
  const seed = first === undefined ? '' : `LOAD_SEED=${shellWord(first.seed)} `
  return `${seed}npx vitest run ${shellWord(file)} -t ${shellWord(`^${name}$`)}`
}
