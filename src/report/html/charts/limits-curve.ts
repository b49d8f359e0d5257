import type { LimitsFindings, LimitTrial } from '../../../model/limits-findings.ts'
import type { VerdictValue } from '../../../model/verdict.ts'
import { formatLimit, formatMs, formatNumber, formatRate } from '../../../wording/figures.ts'
import type { Chart, Line, Series } from './chart.ts'
import { msAxis } from './latency-over-time.ts'
import { tickCount } from './rates.ts'

const VERDICTS: readonly VerdictValue[] = ['pass', 'fail', 'inconclusive', 'invalid']

/** p99 of every trial by its rate, with the service level, the knee and the confirmed limit. */
export function limitsCurve({ trials, slo, kneeRps, maxSustainableRps }: LimitsFindings): Chart | undefined {
  const measured = trials
    .filter((trial): trial is LimitTrial & { p99Ms: number } => trial.p99Ms !== null)
    .toSorted((a, b) => a.rate - b.rate)
  if (measured.length < 2) return undefined
  const series = VERDICTS.flatMap((verdict): Series[] => {
    const values = measured.map((trial) => (trial.verdict === verdict ? trial.p99Ms : null))
    return values.every((value) => value === null) ? [] : [{ name: verdict, colour: verdict, shape: 'points', values }]
  })
  return {
    title: 'p99 by rate',
    about: 'p99 of every trial by its rate, in ms on a logarithmic scale.',
    x: { name: 'req/s', min: 0, tick: tickCount, format: formatNumber },
    y: { ...msAxis(true), format: formatMs },
    xs: measured.map(({ rate }) => rate),
    series,
    lines: [
      { name: `service level ${formatLimit(slo.p99Ms)}`, axis: 'y', at: slo.p99Ms, colour: 'limit' },
      ...rateLine('limit', maxSustainableRps, 'pass'),
      ...(kneeRps === maxSustainableRps ? [] : rateLine('knee', kneeRps, 'mark')),
    ],
  }
}

function rateLine(name: string, rps: number | null, colour: Line['colour']): readonly Line[] {
  return rps === null ? [] : [{ name: `${name} ${formatRate(rps)}`, axis: 'x', at: rps, colour }]
}
