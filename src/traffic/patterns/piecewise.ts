import { countSlack } from './count-slack.ts'
import { firstIndex } from './first-index.ts'
import { lineCount, lineRate, lineTime } from './line.ts'
import type { Line } from './line.ts'
import type { Curve } from './pattern-kind.ts'

/**
 * Builds a rate of consecutive straight lines, with jumps allowed between them. Λ is the sum of their trapezoids.
 * Binary search finds the line for a time, and for the inverse the line for a count. Where two lines meet, the rate of
 * the later one applies.
 */
export function piecewiseCurve(lines: readonly [Line, ...Line[]]): Curve {
  const endsMs = new Float64Array(lines.length)
  const countsBy = new Float64Array(lines.length)
  let endMs = 0
  let count = 0
  let peakRps = 0
  for (const [i, line] of lines.entries()) {
    endsMs[i] = endMs += line.widthMs
    countsBy[i] = count += lineCount(line, line.widthMs)
    peakRps = Math.max(peakRps, line.fromRps, line.toRps)
  }

  const lineAt = (i: number): Line => lines[i] ?? lines[0]
  const startOf = (i: number): number => (i === 0 ? 0 : (endsMs[i - 1] ?? 0))
  const countBefore = (i: number): number => (i === 0 ? 0 : (countsBy[i - 1] ?? 0))
  const indexAt = (tMs: number): number => firstIndex(lines.length, (i) => (endsMs[i] ?? 0) > tMs)

  return {
    peakRps,
    rateAt(tMs) {
      const i = indexAt(tMs)
      return lineRate(lineAt(i), tMs - startOf(i))
    },
    expectedBy(tMs) {
      const i = indexAt(tMs)
      return countBefore(i) + lineCount(lineAt(i), tMs - startOf(i))
    },
    timeOf(expected) {
      // Picks the first line whose end reaches the count, so that the arrival falls before a pause, not after it.
      const enough = expected - countSlack(expected)
      const i = firstIndex(lines.length, (index) => (countsBy[index] ?? 0) >= enough)
      const line = lineAt(i)
      return startOf(i) + Math.min(lineTime(line, expected - countBefore(i)), line.widthMs)
    },
  }
}
