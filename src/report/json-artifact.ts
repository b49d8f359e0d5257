import type { Artifact } from '../model/record.ts'

/**
 * Returns the JSON artifact of one suite: its whole run record, from which every other artifact can be rendered again.
 */
export function jsonArtifact(suite: string, fileName: `${string}.json`): Artifact {
  return {
    fileName,
    // Indented by one space: a run has thousands of figures, and people still read and compare the file.
    render: (run) => (run.suite === suite ? `${JSON.stringify(run, null, 1)}\n` : undefined),
  }
}
