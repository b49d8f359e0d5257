import type { ChalkInstance } from 'chalk'
import { briefLines } from '../report/brief.ts'
import type { TestedLoad } from '../report/run-records.ts'
import { testFigures } from '../report/test-figures.ts'
import { reportToGitHub } from './github-actions.ts'
import { labelled } from './load-lines.ts'
import { tableLines } from './table-lines.ts'
import { formatOnce } from '../wording/load-test.ts'
import { stderrColors } from './terminal-colors.ts'
import { reportLines, runsOnce, writeReports } from './write-reports.ts'
import type { ReportPlace } from './write-reports.ts'

/** Where a host's reporter prints. */
export interface RunScreen {
  readonly colors: ChalkInstance
  /** Width of the terminal; undefined without a terminal. */
  readonly columns: number | undefined
  /** Whether a program reads the output, and wants only failures. */
  readonly isBrief: boolean
  /** Whether the host's own reporter for GitHub Actions runs. */
  readonly annotatesErrors: boolean
  log(text: string): void
  warn(text: string): void
  error(text: string): void
}

/**
 * Writes the reports of a finished test run, and prints its table. A file that cannot be written fails the run: sets the
 * exit code of the process, and returns false for a host that sets it again.
 */
export function reportRun(loads: readonly TestedLoad[], place: ReportPlace, screen: RunScreen): boolean {
  if (loads.length === 0) return true
  const { colors, columns, isBrief, annotatesErrors } = screen
  const written = writeReports(loads, place)
  const once = runsOnce(loads)
  const results = once.flatMap((run) => run.results)
  const lines = [
    ...(isBrief
      ? briefLines(written)
      : [...tableLines([...written.runs, ...once], colors, columns), ...reportLines(written, colors)]),
    ...(results.length === 0 ? [] : ['', ` ${formatOnce(results.length)}`]),
  ]
  if (lines.length > 0) screen.log(lines.join('\n'))
  reportToGitHub(written, {
    root: place.root,
    hostAnnotates: annotatesErrors,
    log: (text) => screen.log(text),
    warn: (text) => screen.warn(text),
  })
  if (written.failure === undefined) return true
  // A host would print an error with the stack of its reporter.
  screen.error(`\n${stderrColors().red('describe-load:')} ${written.failure.message}\n`)
  process.exitCode = 1
  return false
}

/** Returns the text that shows the figures of a finished test; undefined if there is nothing to show. */
export function finishedTest(load: TestedLoad, failed: boolean, colors: ChalkInstance): string | undefined {
  const [name, ...lines] = testFigures(load, failed)
  return name === undefined ? undefined : [labelled(name.trimStart(), colors), ...lines].join('\n')
}
