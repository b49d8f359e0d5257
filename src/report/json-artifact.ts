import type { Artifact } from '../model/record.ts'

/** The JSON of one suite: its envelope as it stands, from which every other artifact can be made again. */
export function jsonArtifact(suite: string, fileName: `${string}.json`): Artifact {
  return {
    fileName,
    // One space: a run has thousands of figures, and the file is still to be read and compared by people.
    render: (run) => (run.suite === suite ? `${JSON.stringify(run, null, 1)}\n` : undefined),
  }
}
