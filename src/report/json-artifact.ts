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
      const runs = all.filter((run) => run.suite === suite)
      const [first] = runs
      if (first === undefined) return undefined
      return runs.length === 1
        ? runText(first)
        : `${jsonText({ schema: first.schema, suite, runs: runs.map(writtenRun) })}\n`
    },
  }
}

const texts = new WeakMap<RunRecord, string>()

/** Returns a run as JSON. Computes it once, because the JSON artifact and the HTML report both contain it. */
export function runText(run: RunRecord): string {
  const known = texts.get(run) ?? `${jsonText(writtenRun(run))}\n`
  texts.set(run, known)
  return known
}

/** Returns a run with its results as artifacts contain them. */
export function writtenRun(run: RunRecord): RunRecord {
  return { ...run, results: run.results.map(writtenResult) }
}
