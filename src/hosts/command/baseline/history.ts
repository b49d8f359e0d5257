import { trendsOf } from '../../../judge/comparison/trends.ts'
import { messageOf } from '../../../model/thrown.ts'
import { type Trend, TREND_FIGURES, type TrendFigure } from '../../../model/trend.ts'
import { sparkline } from '../../../report/sparkline.ts'
import { formatChange, formatMsOrNone, formatPlural } from '../../../wording/figures.ts'
import { shortCommit } from '../../../wording/trend.ts'
import { readHistory } from '../../history-file.ts'
import { stdoutColors } from '../../terminal-colors.ts'
import { EXIT, type ExitCode } from '../host.ts'
import { type AskedBaseline, Mistake } from './arguments.ts'
import { say } from './say.ts'

const TREND_COLUMNS = 60

/** Prints the trend of each test in a history file. */
export function showHistory({ file, test }: AskedBaseline): ExitCode {
  const { entries, damagedLines } = historyIn(file)
  const asked = entries.filter((entry) => entry.test.includes(test))
  if (asked.length === 0) say(`${file} has no runs${test === '' ? '' : ` of a test whose name contains "${test}"`}`)
  for (const trend of trendsOf(asked)) {
    const { test: name, points, leftOut } = trend
    say(stdoutColors().bold(name))
    say(
      `  ${formatPlural(points.length, 'run')} since ${points[0]?.startedAt.slice(0, 10) ?? ''}` +
        (leftOut === 0 ? '' : `; ${formatPlural(leftOut, 'run')} on other machines or with another plan left out`),
    )
    for (const figure of TREND_FIGURES) showTrend(trend, figure)
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
function showTrend({ points, changes }: Trend, figure: TrendFigure): void {
  const values = points.flatMap((point) => point[figure] ?? [])
  const newest = values.at(-1)
  if (newest === undefined) return
  say(`  ${figure.padEnd(5)} ${sparkline(values, TREND_COLUMNS)} ${formatMsOrNone(newest)} ms`)
  for (const { point, beforeMs, afterMs } of changes.filter((change) => change.figure === figure)) {
    const [changed, previous] = [points[point], points[point - 1]]
    if (changed === undefined) continue
    const change = `${formatChange(afterMs / beforeMs)} (${formatMsOrNone(beforeMs)} → ${formatMsOrNone(afterMs)} ms)`
    const { red, green } = stdoutColors()
    const since = previous === undefined ? '' : `, after ${shortCommit(previous.commit)}`
    say(
      `        ${changed.startedAt.slice(0, 10)} ${shortCommit(changed.commit)}${since}: ${(afterMs > beforeMs ? red : green)(change)}`,
    )
  }
}
