import { changePoints } from '../../../judge/comparison/change-points.ts'
import { differencesBetween } from '../../../judge/comparison/stored-run.ts'
import type { HistoryEntry } from '../../../model/baseline.ts'
import { messageOf } from '../../../model/thrown.ts'
import { sparkline } from '../../../report/sparkline.ts'
import { formatChange, formatMsOrNone, formatPlural } from '../../../wording/figures.ts'
import { readHistory } from '../../history-file.ts'
import { stdoutColors } from '../../terminal-colors.ts'
import { EXIT, type ExitCode } from '../host.ts'
import { type AskedBaseline, Mistake } from './arguments.ts'
import { commitOf, say } from './say.ts'

/** Figures whose trend is shown, with the words for one value. */
const TRENDS = [
  ['p50', (entry: HistoryEntry) => entry.p50Ms],
  ['p95', (entry: HistoryEntry) => entry.p95Ms],
  ['p99', (entry: HistoryEntry) => entry.p99Ms],
  ['mean', (entry: HistoryEntry) => entry.meanMs],
  ['CPU', (entry: HistoryEntry) => entry.cpuMsPerRequest],
] as const

const TREND_COLUMNS = 60

/** Prints the trend of each test in a history file. */
export function showHistory({ file, test }: AskedBaseline): ExitCode {
  const { entries, damagedLines } = historyIn(file)
  const asked = entries.filter((entry) => entry.test.includes(test))
  if (asked.length === 0) say(`${file} has no runs${test === '' ? '' : ` of a test whose name contains "${test}"`}`)
  for (const [name, all = []] of Object.entries(Object.groupBy(asked, (entry) => entry.test))) {
    const sorted = all.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
    const newest = sorted.at(-1)
    if (newest === undefined) continue
    const runs = sorted.filter((entry) => differencesBetween(entry, newest).length === 0)
    const left = sorted.length - runs.length
    say(stdoutColors().bold(name))
    say(
      `  ${formatPlural(runs.length, 'run')} since ${runs[0]?.startedAt.slice(0, 10) ?? ''}` +
        (left === 0 ? '' : `; ${formatPlural(left, 'run')} on other machines or with another plan left out`),
    )
    for (const [metric, valueOf] of TRENDS) showTrend(metric, runs, valueOf)
    say('')
  }
  if (damagedLines.length > 0) {
    say(`${file}: ignored ${formatPlural(damagedLines.length, 'damaged line')}: ${damagedLines.join(', ')}`)
  }
  return EXIT.pass
}

function historyIn(file: string): ReturnType<typeof readHistory> {
  try {
    return readHistory(file)
  } catch (error) {
    throw new Mistake(
      `${file} cannot be read: ${messageOf(error)}\n  → plugins: [load({ history: '${file}' })] writes it with every run`,
    )
  }
}

/** Prints the course of a figure in ms, and the commits at which it changed. */
function showTrend(
  metric: string,
  all: readonly HistoryEntry[],
  valueOf: (entry: HistoryEntry) => number | null,
): void {
  const runs = all.flatMap((entry) => {
    const value = valueOf(entry)
    return value === null ? [] : [{ entry, value }]
  })
  const newest = runs.at(-1)
  if (newest === undefined) return
  const values = runs.map(({ value }) => value)
  say(`  ${metric.padEnd(5)} ${sparkline(values, TREND_COLUMNS)} ${formatMsOrNone(newest.value)} ms`)
  for (const { index, before, after } of changePoints(values)) {
    const changed = runs[index]?.entry
    const previous = runs[index - 1]?.entry
    if (changed === undefined) continue
    const change = `${formatChange(after / before)} (${formatMsOrNone(before)} → ${formatMsOrNone(after)} ms)`
    const { red, green } = stdoutColors()
    const since = previous === undefined ? '' : `, after ${commitOf(previous.environment.commit)}`
    say(
      `        ${changed.startedAt.slice(0, 10)} ${commitOf(changed.environment.commit)}${since}: ${(after > before ? red : green)(change)}`,
    )
  }
}
