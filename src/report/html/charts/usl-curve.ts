import type { UslFit } from '../../../model/capacity-findings.ts'
import { formatCount, formatNumber } from '../../../wording/figures.ts'
import type { Chart } from './chart.ts'
import { tickCount } from './rates.ts'

/** Number of points of the fitted curve. */
const POINTS = 60

/** Measured throughputs by clients, and the fitted law: X(N) = γN / (1 + α(N − 1) + βN(N − 1)). */
export function uslCurve({ gamma, alpha, beta, intervals, points, peakClients }: UslFit): Chart {
  const maxClients = Math.max(...points.map(({ clients }) => clients))
  // A peak far beyond the measured points would hide them.
  const last = 1.1 * Math.max(maxClients, Math.min(peakClients ?? 0, 2 * maxClients))
  const steps = Array.from({ length: POINTS + 1 }, (_, i) => 1 + ((last - 1) * i) / POINTS)
  const xs = [...new Set([...steps, ...points.map(({ clients }) => clients)])].toSorted((a, b) => a - b)
  const law = (n: number, g: number, a: number, b: number): number => (g * n) / (1 + a * (n - 1) + b * n * (n - 1))
  const measured = new Map(points.map(({ clients, rps }) => [clients, rps]))
  const highest = Math.max(...points.map(({ rps }) => rps), ...xs.map((n) => law(n, gamma, alpha, beta)))
  // An interval may reach far above what was measured, so the axis does not follow it.
  const [lowGamma, highGamma] = intervals.gamma
  const bound = (name: string, g: number, end: 0 | 1): Chart['series'][number] => ({
    name,
    colour: end === 1 ? 'c6' : 'c7',
    shape: 'line',
    dashed: true,
    values: xs.map((n) => law(n, g, intervals.alpha[end], intervals.beta[end])),
  })
  return {
    title: 'Scalability',
    about: 'Measured throughput by clients, and the Universal Scalability Law with the ends of the 95% intervals.',
    x: { name: 'clients', min: 0, max: last, tick: tickCount, format: (n) => formatCount(n) },
    y: { name: 'req/s', min: 0, max: roundUp(1.3 * highest), tick: tickCount, format: formatNumber },
    xs,
    series: [
      { name: 'law', colour: 'c1', shape: 'line', values: xs.map((n) => law(n, gamma, alpha, beta)) },
      ...(highGamma === null ? [] : [bound('high end', highGamma, 0)]),
      bound('low end', lowGamma, 1),
      { name: 'measured', colour: 'c2', shape: 'points', values: xs.map((n) => measured.get(n) ?? null) },
    ],
  }
}

/** Rounds up to one or two digits, for the end of an axis. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10)
}
