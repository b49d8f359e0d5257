import type { RunRecord } from '../../model/record.ts'
import { subjectName } from './subject-name.ts'
import type { VerdictEntry } from '../../model/verdicts-file.ts'

/** GitHub shows ten annotations per step and kind. */
export const MAX_ANNOTATIONS = 10

/**
 * Returns the workflow commands that annotate verdicts at the lines of their assertions: errors for red ones, then
 * warnings for the other inconclusive ones. `entries` are in the order of `verdictEntries`, which has failures
 * first, for `runs`. `pathOf` returns the path of a file that GitHub finds.
 */
export function annotations(
  entries: readonly VerdictEntry[],
  runs: readonly RunRecord[],
  pathOf: (file: string) => string,
  max: number = MAX_ANNOTATIONS,
): readonly string[] {
  const errors = entries.filter(({ red }) => red)
  const warnings = entries.filter(({ red, verdict }) => !red && verdict === 'inconclusive')
  return [...errors, ...warnings].slice(0, Math.max(0, max)).map((entry) => {
    const { at, summary, evidence, red } = entry
    const place = at === undefined ? [] : [`file=${property(pathOf(at.file))}`, `line=${at.line}`, `col=${at.column}`]
    const properties = [...place, `title=${property(subjectName(entry, runs))}`].join(',')
    return `::${red ? 'error' : 'warning'} ${properties}::${data([summary, ...evidence].join('\n'))}`
  })
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
