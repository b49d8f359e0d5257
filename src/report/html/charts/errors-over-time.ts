import { formatCount } from '../../../wording/figures.ts'
import type { LoadResult } from '../../../model/result.ts'
import type { Interval } from '../../../model/figures.ts'
import { type Chart, MAX_SERIES, neutralColour } from './chart.ts'
import { tickCount } from './rates.ts'
import type { ResultChart } from './result-chart.ts'
import type { TimeAxis } from './time-axis.ts'

/** Failed requests over time, by error class; dropped requests are one of the classes. */
export const errorsOverTime: ResultChart = (result, time): Chart | undefined =>
  countsOverTime(result, time, {
    title: 'Failed requests',
    about: 'Errors by class, and dropped requests, per interval of the run.',
    countsOf: ({ errorsByClass, dropped }) => [
      ...Object.entries(errorsByClass).map(([name, { count }]): Counted => [name, count]),
      ...(dropped > 0 ? [['dropped', dropped] as const] : []),
    ],
  })

/** Responses by status over time, if there are several statuses. */
export const statusesOverTime: ResultChart = (result, time): Chart | undefined =>
  Object.keys(result.statuses).length < 2
    ? undefined
    : countsOverTime(result, time, {
        title: 'Responses by status',
        about: 'Responses by status, per interval of the run.',
        countsOf: ({ statuses }) => Object.entries(statuses),
      })

type Counted = readonly [name: string, count: number]

interface Counting {
  readonly title: string
  readonly about: string
  readonly countsOf: (interval: Interval) => readonly Counted[]
}

function countsOverTime(
  { intervals, intervalMs }: LoadResult,
  { axis, place }: TimeAxis,
  counting: Counting,
): Chart | undefined {
  const { title, about, countsOf } = counting
  const counts = intervals.map((interval) => new Map(countsOf(interval)))
  const totals = new Map<string, number>()
  for (const [name, count] of counts.flatMap((each) => [...each])) totals.set(name, (totals.get(name) ?? 0) + count)
  if (totals.size === 0) return undefined
  const names = [...totals].toSorted(([, a], [, b]) => b - a).map(([name]) => name)
  const shown = names.length <= MAX_SERIES ? names : names.slice(0, MAX_SERIES - 1)
  const rest = names.slice(shown.length)
  const series = [
    ...shown.map((name) => ({ name, values: counts.map((each) => each.get(name) ?? 0) })),
    ...(rest.length === 0
      ? []
      : [{ name: 'others', values: counts.map((each) => rest.reduce((all, name) => all + (each.get(name) ?? 0), 0)) }]),
  ]
  return {
    title,
    about,
    isTime: true,
    stacked: true,
    stepWidth: place(intervalMs),
    x: axis,
    y: { name: 'requests', min: 0, whole: true, tick: tickCount, format: formatCount },
    xs: intervals.map(({ startMs }) => place(startMs + intervalMs / 2)),
    series: series.map(({ name, values }, i) => ({ name, values, colour: neutralColour(i), shape: 'area' })),
  }
}
