import type { LoadResult } from '../../../model/result.ts'
import { formatLimit, formatMs, formatPercentile } from '../../../wording/figures.ts'
import type { LatencyLimit } from '../../../model/verdict.ts'
import { SLA_PERCENTILES, type PercentileKey } from '../../../model/sla.ts'
import type { Axis, Chart, Colour, Line } from './chart.ts'
import type { TimelinePoint } from './timeline.ts'
import type { ResultChart } from './result-chart.ts'

const PERCENTILES = [
  { key: 'p99Ms', name: 'p99', colour: 'p99' },
  { key: 'p95Ms', name: 'p95', colour: 'p95' },
  { key: 'p90Ms', name: 'p90', colour: 'p90' },
  { key: 'p50Ms', name: 'p50', colour: 'p50' },
] as const satisfies readonly { key: keyof TimelinePoint; name: string; colour: Colour }[]

/** Ratio of the largest to a usual value from which the y-axis is logarithmic, so that both are readable. */
export const WIDE = 25

/** Percentiles of the response time over time, as bands from p50 to p99, with their limits. */
export const latencyOverTime: ResultChart = (result, { axis, place }, timeline, limits): Chart | undefined => {
  const measured = timeline.flatMap(({ p99Ms }) => (p99Ms === null ? [] : [p99Ms]))
  if (measured.length === 0) return undefined
  const highest = Math.max(...measured)
  const usual = timeline.flatMap(({ p50Ms }) => p50Ms ?? []).toSorted((a, b) => a - b)[Math.floor(measured.length / 2)]
  const log = highest > WIDE * (usual ?? highest)
  return {
    title: 'Response time',
    about: `Percentiles of the response time over time, in ms${log ? ', on a logarithmic scale' : ''}.`,
    isTime: true,
    x: axis,
    y: msAxis(log),
    xs: timeline.map(({ atMs }) => place(atMs)),
    series: PERCENTILES.map(({ key, name, colour }) => ({
      name,
      colour,
      shape: 'area',
      values: timeline.map((point) => point[key]),
    })),
    lines: limitLines(result, highest, limits),
  }
}

export function msAxis(log: boolean): Axis {
  return { name: log ? 'ms, logarithmic' : 'ms', log, ...(log ? {} : { min: 0 }), tick: tickMs, format: formatMs }
}

/** Limits this much above the highest value would flatten the values; they are not drawn. */
const FAR_ABOVE = 3

/** Returns the limits of the service level, and those that verdicts asserted, each once. */
export function limitLines(
  { plan: { sla } }: Pick<LoadResult, 'plan'>,
  highestMs: number,
  asserted: readonly LatencyLimit[] = [],
): readonly Line[] {
  const planned = (Object.keys(SLA_PERCENTILES) as PercentileKey[]).flatMap((key): readonly LatencyLimit[] => {
    const limitMs = sla[key]
    return limitMs === undefined ? [] : [{ percentile: SLA_PERCENTILES[key], limitMs }]
  })
  const lines = [...planned, ...asserted]
    .filter(({ limitMs }) => limitMs <= FAR_ABOVE * highestMs)
    .map(({ percentile, limitMs }): Line => {
      const name = `${formatPercentile(percentile)} limit ${formatLimit(limitMs)}`
      return { name, axis: 'y', at: limitMs, colour: 'limit' }
    })
  return [...new Map(lines.map((line) => [line.name, line])).values()]
}

/** Formats a mark of an axis in ms: `0`, `0.5`, `250`, `1.5k`. */
function tickMs(ms: number): string {
  if (ms >= 10_000) return `${Number((ms / 1_000).toPrecision(3))}k`
  return String(Number(ms.toPrecision(3)))
}
