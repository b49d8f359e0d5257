import { formatCount } from '../../../wording/figures.ts'
import type { Chart } from './chart.ts'
import { tickCount } from './rates.ts'
import type { ResultChart } from './result-chart.ts'

/** Requests in flight: a line that keeps rising shows a target that falls behind. */
export const inFlight: ResultChart = (result, { axis, place }, timeline): Chart | undefined => {
  if (timeline.length === 0) return undefined
  return {
    title: 'In flight',
    about: 'Requests that were due and not yet done, over time.',
    isTime: true,
    x: axis,
    y: { name: 'requests', min: 0, whole: true, tick: tickCount, format: formatCount },
    xs: timeline.map(({ atMs }) => place(atMs)),
    series: [{ name: 'in flight', colour: 'c3', shape: 'area', values: timeline.map((point) => point.inFlight) }],
  }
}
