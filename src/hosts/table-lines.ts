import type { RunRecord } from '../../model/record.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { resultsTable, type TableLine } from '../../report/results-table.ts'
import { stdoutColors } from '../terminal-colors.ts'

/** Width of the table where no terminal says another one, such as in a CI log. */
const DEFAULT_COLUMNS = 100
/** A wider table is hard to read. */
const MAX_COLUMNS = 140

/** Returns the table of all load tests of a test run, with colors; none without load tests. */
export function tableLines(runs: readonly RunRecord[]): readonly string[] {
  const columns = Math.min(MAX_COLUMNS, process.stdout.columns || DEFAULT_COLUMNS)
  const lines = resultsTable(runs, columns - 2).map((line) => ` ${colored(line)}`)
  return lines.length === 0 ? [] : ['', ...lines]
}

function colored({ text, verdict }: TableLine): string {
  const { bold, green, red, yellow } = stdoutColors()
  if (verdict === null) return bold(text)
  const paint: Readonly<Record<VerdictValue, (text: string) => string>> = {
    pass: green,
    fail: red,
    invalid: red,
    inconclusive: yellow,
  }
  // The verdict is the last column, after two spaces.
  const at = text.lastIndexOf('  ') + 2
  return text.slice(0, at) + paint[verdict](text.slice(at))
}
