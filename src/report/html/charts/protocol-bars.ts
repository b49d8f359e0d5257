import type { ProtocolsFindings, RankedProtocol } from '../../../model/protocols-findings.ts'
import { formatMs, formatNumber } from '../../../wording/figures.ts'
import type { Chart } from './chart.ts'
import { msAxis } from './latency-over-time.ts'
import { tickCount } from './rates.ts'

/** Compares the protocols: rates, response times, and CPU of the target per request. */
export function protocolBars({ ranking }: ProtocolsFindings): readonly Chart[] {
  if (ranking.length < 2) return []
  const bars = (names: Readonly<Record<string, (ranked: RankedProtocol) => number | null>>): Chart['series'] =>
    Object.entries(names).map(([name, of], i) => ({
      name,
      colour: i === 0 ? 'c1' : 'c6',
      shape: 'bars',
      values: ranking.map(of),
    }))
  const x = { name: 'protocol', tick: String }
  const shared = { x, xs: ranking.map((_, i) => i), names: ranking.map(({ protocol }) => protocol) }
  return [
    {
      ...shared,
      title: 'Rates',
      about: 'Highest rate that met the service level, and the rate with all clients busy, in req/s.',
      y: { name: 'req/s', min: 0, tick: tickCount, format: formatNumber },
      series: bars({
        'within the service level': ({ maxRps }) => maxRps,
        'all clients busy': ({ throughputRps }) => throughputRps,
      }),
    },
    {
      ...shared,
      title: 'Response times at the common rate',
      about: 'p99 and p50 of the response time at the common rate, in ms.',
      y: { ...msAxis(false), format: formatMs },
      series: bars({ p99: ({ p99Ms }) => p99Ms, p50: ({ p50Ms }) => p50Ms }),
    },
    ...(ranking.some(({ cpuUsPerRequest }) => cpuUsPerRequest !== null)
      ? [
          {
            ...shared,
            title: 'CPU per request',
            about: 'CPU time of the target per request, in µs.',
            y: { name: 'µs', min: 0, tick: tickCount, format: formatNumber },
            series: bars({ 'CPU per request': ({ cpuUsPerRequest }) => cpuUsPerRequest }),
          },
        ]
      : []),
  ]
}
