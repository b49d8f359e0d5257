import { formatCpu, formatNumber } from '../../../wording/figures.ts'
import type { Chart } from './chart.ts'
import { MIN_SAMPLES, type ResultChart } from './result-chart.ts'

/** CPU of the target's processes, and of the busiest of them. */
export const targetCpu: ResultChart = ({ target: { samples, pids } }, { axis, place }): Chart | undefined => {
  if (samples.filter(({ cpuPercent }) => cpuPercent !== null).length < MIN_SAMPLES) return undefined
  const total = {
    name: 'target',
    colour: 'c1',
    shape: 'line',
    values: samples.map(({ cpuPercent }) => cpuPercent),
  } as const
  const busiest = {
    name: 'busiest process',
    colour: 'c2',
    shape: 'line',
    dashed: true,
    values: samples.map(({ busiestProcessCpuPercent }) => busiestProcessCpuPercent),
  } as const
  return {
    title: 'CPU of the target',
    about: 'CPU that the target used over time, in percent of one core.',
    isTime: true,
    x: axis,
    y: {
      name: '% of a core',
      min: 0,
      tick: (value) => `${formatNumber(value)}%`,
      format: formatCpu,
    },
    xs: samples.map(({ atMs }) => place(atMs)),
    series: pids.length > 1 ? [total, busiest] : [total],
  }
}
