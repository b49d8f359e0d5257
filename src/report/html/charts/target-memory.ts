import { formatMb, formatNumber } from '../../../wording/figures.ts'
import type { Chart } from './chart.ts'
import { MIN_SAMPLES, type ResultChart } from './result-chart.ts'

/** Resident memory of the target's processes. */
export const targetMemory: ResultChart = ({ target: { samples } }, { axis, place }): Chart | undefined => {
  if (samples.filter(({ rssMb }) => rssMb !== null).length < MIN_SAMPLES) return undefined
  return {
    title: 'Memory of the target',
    about: 'Resident memory of the target over time, in MB.',
    isTime: true,
    x: axis,
    y: { name: 'MB', min: 0, tick: formatNumber, format: formatMb },
    xs: samples.map(({ atMs }) => place(atMs)),
    series: [{ name: 'memory', colour: 'c4', shape: 'area', values: samples.map(({ rssMb }) => rssMb) }],
  }
}
