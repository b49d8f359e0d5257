import type { Artifact, RunRecord } from '../model/record.ts'

/** A file that is ready to write. */
export interface RenderedFile {
  readonly fileName: string
  readonly text: string
}

/**
 * Renders every artifact that has content for these runs. Several runs in one file become `{ schema, suite, runs }` in
 * JSON, and consecutive sections in a text.
 */
export function renderArtifacts(runs: readonly RunRecord[], artifacts: readonly Artifact[]): readonly RenderedFile[] {
  return artifacts.flatMap(({ fileName, render }) => {
    const rendered = runs.flatMap((run) => {
      const text = render(run)
      return text === undefined ? [] : [{ run, text }]
    })
    const [first, ...others] = rendered
    if (first === undefined) return []
    if (others.length === 0) return [{ fileName, text: first.text }]
    return [
      { fileName, text: fileName.endsWith('.json') ? joinJson(rendered) : rendered.map(({ text }) => text).join('\n') },
    ]
  })
}

function joinJson(rendered: readonly { readonly run: RunRecord; readonly text: string }[]): string {
  const runs = rendered.map(({ text }): unknown => JSON.parse(text))
  return `${JSON.stringify({ schema: 1, suite: rendered[0]?.run.suite, runs }, null, 1)}\n`
}
