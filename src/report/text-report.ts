import type { Artifact, RunRecord } from '../model/record.ts'
import { findingsOf, type SuiteFindings, type SuiteName } from './findings-of.ts'
import { pageHead } from './page.ts'
import { unlistedSection } from './unlisted-section.ts'

interface TextReport<Suite extends SuiteName> {
  readonly fileName: `${string}.txt`
  readonly suite: Suite
  /** Returns the conclusion in one sentence, for the head. */
  readonly result: (findings: SuiteFindings[Suite]) => string
  /** Returns the lines below the head. */
  readonly body: (run: RunRecord, findings: SuiteFindings[Suite]) => readonly string[]
}

/** Returns the text report of one suite: one page per run. */
export function textReport<Suite extends SuiteName>({ fileName, suite, result, body }: TextReport<Suite>): Artifact {
  return {
    fileName,
    render: (runs) => {
      const pages = runs.flatMap((run) => {
        const findings = findingsOf(run, suite)
        if (findings === undefined) return []
        const lines = [...pageHead(run, result(findings)), ...body(run, findings), ...unlistedSection(run)]
        return [`${lines.join('\n')}\n`]
      })
      return pages.length === 0 ? undefined : pages.join('\n')
    },
  }
}
