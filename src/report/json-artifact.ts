import type { Artifact } from '../model/record.ts'

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
      const content = runs.length === 1 ? first : { schema: first.schema, suite, runs }
      // Indented by one space: a run has thousands of figures, and people still read and compare the file.
      return `${JSON.stringify(content, null, 1)}\n`
    },
  }
}
