import type { Artifact, RunRecord } from '../model/record.ts'

/** A file that is ready to write. */
export interface RenderedFile {
  readonly fileName: string
  readonly text: string
}

/** A file that could not be rendered, and the reason. */
export interface UnrenderedFile {
  readonly fileName: string
  readonly error: unknown
}

/**
 * Renders every artifact that has content for these runs, each only when its file is asked for, so that the files before
 * it are written even if the process ends meanwhile. An artifact that throws does not affect the others.
 */
export function* renderArtifacts(
  runs: readonly RunRecord[],
  artifacts: readonly Artifact[],
  earlier: readonly RunRecord[] = [],
): Generator<RenderedFile | UnrenderedFile> {
  if (runs.length === 0) return
  for (const artifact of artifacts) {
    const { fileName } = artifact
    yield* attempt(fileName, () => {
      const text = artifact.render(runs, earlier)
      return text === undefined ? [] : [{ fileName, text }]
    })
  }
}

/** Returns the rendered files, or why they could not be rendered, under the given name. */
export function attempt(
  fileName: string,
  render: () => readonly RenderedFile[],
): readonly (RenderedFile | UnrenderedFile)[] {
  try {
    return render()
  } catch (error) {
    return [{ fileName, error }]
  }
}
