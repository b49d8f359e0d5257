import type { Artifact, RunRecord } from '../model/record.ts'
import { jsonText } from './json-text.ts'
import { writtenResult } from '../model/written-result.ts'

/**
 * Returns the JSON artifact of one suite: its whole run record, from which every other artifact can be rendered again.
 * Several runs become `{ schema, suite, runs }`.
 */
export function jsonArtifact(suite: string, fileName: `${string}.json`): Artifact {
  return {
    fileName,
    render: (all) => {
      const runs = all.filter((run) => run.suite === suite).map(writtenRun)
      const [first] = runs
      if (first === undefined) return undefined
      const content = runs.length === 1 ? first : { schema: first.schema, suite, runs }
      return `${jsonText(content)}\n`
    },
  }
}

/** Returns a run with its results as artifacts contain them. */
export function writtenRun(run: RunRecord): RunRecord {
  return { ...run, results: run.results.map(writtenResult) }
}
