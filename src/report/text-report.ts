import type { Artifact, RunRecord } from '../model/record.ts'
import { pageHead } from './page.ts'
import { unlistedSection } from './unlisted-section.ts'

interface TextReport<Findings> {
  readonly fileName: `${string}.txt`
  readonly suite: string
  /** A key that the findings of this suite always have. A run that was interrupted has no findings. */
  readonly key: keyof Findings & string
  /** Returns the conclusion in one sentence, for the head. */
  readonly result: (findings: Findings) => string
  /** Returns the lines below the head. */
  readonly body: (run: RunRecord, findings: Findings) => readonly string[]
}

/** Returns the text report of one suite: one page per run. */
export function textReport<Findings>({ fileName, suite, key, result, body }: TextReport<Findings>): Artifact {
  return {
    fileName,
    render: (runs) => {
      const concluded = runs.filter((run) => run.suite === suite && hasKey(run.findings, key))
      if (concluded.length === 0) return undefined
      const pages = concluded.map((run) => {
        const findings = run.findings as Findings
        const lines = [...pageHead(run, result(findings)), ...body(run, findings), ...unlistedSection(run)]
        return `${lines.join('\n')}\n`
      })
      return pages.join('\n')
    },
  }
}

function hasKey(findings: unknown, key: string): boolean {
  return typeof findings === 'object' && findings !== null && key in findings
}
