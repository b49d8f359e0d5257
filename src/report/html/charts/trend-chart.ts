import type { Trend, TrendFigure } from '../../../model/trend.ts'
import { shortCommit } from '../../../wording/trend.ts'
import type { Chart, Colour } from './chart.ts'
import { msAxis, WIDE } from './latency-over-time.ts'

/** A line through fewer points shows no trend. */
const MIN_POINTS = 3

/** Number of commits that fit below the chart on a narrow screen, and of lines whose names fit into it. */
const MAX_TICKS = 4
const MAX_LINES = 15

const SHOWN: readonly (readonly [TrendFigure, Colour])[] = [
  ['p99', 'c3'],
  ['p95', 'c2'],
  ['p50', 'c1'],
]

/** Response times of a test over its runs, with lines at the commits from which on they differ. */
export function trendChart({ test, points, changes }: Trend): Chart | undefined {
  if (points.length < MIN_POINTS) return undefined
  const series = SHOWN.flatMap(([figure, colour]) => {
    const values = points.map((point) => point[figure])
    return values.every((value) => value === null) ? [] : [{ name: figure, colour, shape: 'line' as const, values }]
  })
  const values = series.flatMap((each) => each.values.flatMap((value) => value ?? []))
  if (values.length === 0) return undefined
  const changed = [...new Set(changes.filter(({ figure }) => figure !== 'CPU').map(({ point }) => point))].toSorted(
    (a, b) => a - b,
  )
  return {
    title: test,
    about:
      'Response times of the comparable runs in the history, by commit, in ms. Vertical lines are lasting changes.',
    x: { name: 'commit', tick: String, every: Math.ceil(points.length / MAX_TICKS) },
    y: msAxis(Math.max(...values) > WIDE * Math.min(...values)),
    xs: points.map((_, index) => index),
    names: points.map(({ commit }) => shortCommit(commit)),
    series,
    // The names of neighbours would hide each other.
    lines: changed
      .filter((point, i) => point - (changed[i - 1] ?? Number.NEGATIVE_INFINITY) >= points.length / MAX_LINES)
      .map((point) => ({
        name: shortCommit(points[point]?.commit ?? null),
        axis: 'x',
        at: point,
        colour: 'mark',
      })),
  }
}
