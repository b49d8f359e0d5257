import type { Artifact, RunRecord } from '../model/record.ts'

/** A file that is ready to write. */
export interface RenderedFile {
  readonly fileName: string
  readonly text: string
}

/** Renders every artifact that has content for these runs. */
export function renderArtifacts(
  runs: readonly RunRecord[],
  artifacts: readonly Artifact[],
  earlier: readonly RunRecord[] = [],
): readonly RenderedFile[] {
  if (runs.length === 0) return []
  return artifacts.flatMap((artifact) => {
    const text = artifact.render(runs, earlier)
    return text === undefined ? [] : [{ fileName: artifact.fileName, text }]
  })
}
