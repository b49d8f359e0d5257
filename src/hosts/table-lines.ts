import type { RunRecord } from '../model/record.ts'
import type { VerdictValue } from '../model/verdict.ts'
import { resultsTable, type TableLine } from '../report/results-table.ts'
import type { ChalkInstance } from 'chalk'

/** Width of the table where no terminal says another one, such as in a CI log. */
const DEFAULT_COLUMNS = 100
/** A wider table is hard to read. */
const MAX_COLUMNS = 140

/** Returns the table of all load tests of a test run, for a terminal with these columns; none without load tests. */
export function tableLines(
  runs: readonly RunRecord[],
  colors: ChalkInstance,
  terminalColumns: number | undefined,
): readonly string[] {
  const columns = Math.min(MAX_COLUMNS, terminalColumns ?? DEFAULT_COLUMNS)
  const lines = resultsTable(runs, columns - 2).map((line) => ` ${colored(line, colors)}`)
  return lines.length === 0 ? [] : ['', ...lines]
}

function colored({ text, verdict }: TableLine, { bold, green, red, yellow }: ChalkInstance): string {
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
