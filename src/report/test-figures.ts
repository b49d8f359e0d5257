import type { LoadResult } from '../model/result.ts'
import { cleanUnknown } from '../model/text/clean.ts'
import { formatPlural } from '../wording/figures.ts'
import { describeRun, doubtEntries, figureLines } from './result-summary.ts'
import { wrap } from './page.ts'
import type { TestedLoad } from './run-records.ts'

/** Number of loads of one test that are shown; the artifacts have all of them. */
const SHOWN_LOADS = 4
const INDENT = 7

/**
 * Returns the lines that show the figures of a finished test: its name, then three entries for each of its loads. A
 * suite prints its own findings, so it has none. `failed`: the messages of the failed verdicts contain the figures of
 * their loads already.
 */
export function testFigures({ test, record }: TestedLoad, failed: boolean): readonly string[] {
  const { results, verdicts, suite } = record
  if (suite !== undefined) return []
  const explained = new Set(
    failed ? verdicts.filter(({ verdict }) => verdict !== 'pass').map(({ result }) => result) : [],
  )
  const shown = results.flatMap((result, index) => (explained.has(index) ? [] : [{ result, index }]))
  if (shown.length === 0) return []
  const rest = shown.length - SHOWN_LOADS
  const entries = shown.slice(0, SHOWN_LOADS).flatMap(({ result, index }) => {
    if (results.length === 1) return entriesOf(result, INDENT)
    const title = `load ${index + 1} of ${results.length}: ${titleOf(result)}`
    return [wrap(title, INDENT), entriesOf(result, INDENT + 2)]
  })
  const more = rest > 0 ? [wrap(`and ${formatPlural(rest, 'more load')}, see the reports`, INDENT)] : []
  return cleanUnknown([wrap(test, INDENT), ...entries, ...more].join('\n')).split('\n')
}

/** Requests beyond this length are left out of a title. */
const SHORT_REQUEST = 40

function titleOf(result: LoadResult): string {
  const { request } = result.plan
  return request.length > SHORT_REQUEST ? describeRun(result) : `${request}, ${describeRun(result)}`
}

function entriesOf(result: LoadResult, indent: number): string {
  return [...figureLines(result, indent), ...doubtEntries(result, indent)].join('\n')
}
