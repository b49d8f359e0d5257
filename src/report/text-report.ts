import type { Artifact, RunRecord } from '../model/record.ts'
import { heading } from './page.ts'

interface TextReport<Findings> {
  readonly fileName: `${string}.txt`
  readonly suite: string
  /** A key that the findings of this suite always have. A run that was interrupted has no findings. */
  readonly key: keyof Findings & string
  readonly title: (run: RunRecord) => string
  /** The lines below the heading. */
  readonly body: (run: RunRecord, findings: Findings) => readonly string[]
}

/** Returns the text report of one suite: one page per run. If there are several, each heading names its run. */
export function textReport<Findings>({ fileName, suite, key, title, body }: TextReport<Findings>): Artifact {
  return {
    fileName,
    render: (runs) => {
      const concluded = runs.filter((run) => run.suite === suite && hasKey(run.findings, key))
      if (concluded.length === 0) return undefined
      const pages = concluded.map((run, index) => {
        const name = concluded.length === 1 ? '' : `\nrun ${index + 1} of ${concluded.length}: ${run.name}`
        return `${[...heading(title(run) + name), ...body(run, run.findings as Findings)].join('\n')}\n`
      })
      return pages.join('\n')
    },
  }
}

function hasKey(findings: unknown, key: string): boolean {
  return typeof findings === 'object' && findings !== null && key in findings
}
