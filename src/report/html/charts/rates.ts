import { formatNumber } from '../../../wording/figures.ts'
import type { Chart } from './chart.ts'
import type { ResultChart } from './result-chart.ts'

/** Offered against achieved rate. */
export const rates: ResultChart = (result, { axis, place }, timeline): Chart | undefined => {
  if (timeline.length === 0) return undefined
  // The responses determine the rate, also that of the steps of journeys.
  const isOffered = result.arrivals !== 'closed' && result.journeys === null
  const offered = { name: 'offered', colour: 'c2', shape: 'line', dashed: true } as const
  const achieved = { name: 'achieved', colour: 'c1', shape: 'line' } as const
  return {
    title: isOffered ? 'Offered and achieved rate' : 'Achieved rate',
    about: isOffered
      ? 'Requests that were due, and successful requests, per second over time.'
      : 'Successful requests per second over time.',
    isTime: true,
    x: axis,
    y: { name: 'req/s', min: 0, tick: tickCount, format: formatNumber },
    xs: timeline.map(({ atMs }) => place(atMs)),
    series: [
      { ...achieved, values: timeline.map(({ achievedRps }) => achievedRps) },
      ...(isOffered
        ? [
            {
              ...offered,
              values: timeline.map(({ atMs, offeredRps }) => (atMs <= result.durationMs ? offeredRps : null)),
            },
          ]
        : []),
    ],
  }
}

/** Formats a mark of an axis that counts something: `0`, `500`, `12k`. */
export function tickCount(count: number): string {
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))}M`
  return count >= 10_000 ? `${Number((count / 1_000).toPrecision(3))}k` : formatNumber(count)
}
