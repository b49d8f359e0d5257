import type { HistoryEntry } from '../../model/baseline.ts'
import { type Trend, TREND_FIGURES, type TrendChange, type TrendFigure, type TrendPoint } from '../../model/trend.ts'
import { changePoints } from './change-points.ts'
import { differencesBetween } from './stored-run.ts'

/** Returns the trend of each test in a history, in the order of their first runs. */
export function trendsOf(entries: readonly HistoryEntry[]): readonly Trend[] {
  const sorted = entries.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
  return [...Map.groupBy(sorted, ({ test }) => test)].flatMap(([test, all]) => {
    const newest = all.at(-1)
    if (newest === undefined) return []
    const points = all.filter((entry) => differencesBetween(entry, newest).length === 0).map(pointOf)
    const changes = TREND_FIGURES.flatMap((figure) => changesOf(points, figure))
    return [{ test, points, changes, leftOut: all.length - points.length }]
  })
}

function pointOf(entry: HistoryEntry): TrendPoint {
  const { startedAt, environment, p50Ms, p95Ms, p99Ms, meanMs, cpuMsPerRequest } = entry
  return {
    startedAt,
    commit: environment.commit,
    p50: p50Ms,
    p95: p95Ms,
    p99: p99Ms,
    mean: meanMs,
    CPU: cpuMsPerRequest,
  }
}

function changesOf(points: readonly TrendPoint[], figure: TrendFigure): readonly TrendChange[] {
  const known = [...points.entries()].flatMap(([point, { [figure]: value }]) =>
    value === null ? [] : [{ point, value }],
  )
  return changePoints(known.map(({ value }) => value)).flatMap(({ index, before, after }) => {
    const point = known[index]?.point
    return point === undefined ? [] : [{ figure, point, beforeMs: before, afterMs: after }]
  })
}

/** Returns a trend with its newest points only, as a report shows it. */
export function newestOf({ points, changes, ...trend }: Trend, count: number): Trend {
  const before = Math.max(0, points.length - count)
  return {
    ...trend,
    points: points.slice(before),
    changes: changes.flatMap((change) => (change.point <= before ? [] : [{ ...change, point: change.point - before }])),
  }
}
