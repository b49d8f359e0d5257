import { ratesOf, type RateUnit } from '../../model/rates.ts'
import type { RunRecord } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import { countVerdicts } from '../../model/verdict.ts'
import { headlineResults, type NamedResult } from '../headline-results.ts'
import type { Export } from './export.ts'

interface Gauge {
  readonly name: string
  readonly help: string
  /** The unit in which the name ends, if it is one of OpenMetrics. */
  readonly unit?: 'seconds' | 'ratio'
  samples(named: NamedResult): readonly Sample[]
}

/** A value, with the labels beside those of its result; null if it was not measured. */
interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number | null
}

const GAUGES: readonly Gauge[] = [
  ...ratesIn('req/s', 'requests'),
  ...ratesIn('journeys/s', 'journeys'),
  {
    name: 'load_response_time_seconds',
    help: 'Response time from the intended start, by quantile.',
    unit: 'seconds',
    samples: ({ result: { responseTime } }) =>
      (
        [
          ['0.5', responseTime.p50Ms],
          ['0.95', responseTime.p95Ms],
          ['0.99', responseTime.p99Ms],
        ] as const
      ).map(([quantile, ms]) => ({ labels: { quantile }, value: ms === undefined ? null : ms / 1_000 })),
  },
  {
    name: 'load_error_ratio',
    help: 'Share of the scheduled requests that failed or were dropped.',
    unit: 'ratio',
    samples: ({ result }) => [{ value: result.errorRate }],
  },
  {
    name: 'load_baseline_ratio',
    help: 'Candidate divided by baseline in a comparison side by side, by metric.',
    unit: 'ratio',
    samples: ({ result }) =>
      (result.comparison?.changes ?? []).map(({ metric, ratio }) => ({ labels: { metric }, value: ratio })),
  },
]

/** Returns the rates of the results that have this unit. */
function ratesIn(unit: RateUnit, counted: string): readonly Gauge[] {
  const samples = (result: LoadResult, of: 'offered' | 'achieved'): readonly Sample[] => {
    const rates = ratesOf(result)
    return rates.unit === unit ? [{ value: rates[of] }] : []
  }
  return [
    {
      name: `load_offered_${counted}_per_second`,
      help: `Arrivals of ${counted} per second.`,
      samples: ({ result }) => samples(result, 'offered'),
    },
    {
      name: `load_achieved_${counted}_per_second`,
      help: `Successful ${counted} per second until the last success.`,
      samples: ({ result }) => samples(result, 'achieved'),
    },
  ]
}

/**
 * `load_metrics.txt`: the main figures in the text format of OpenMetrics 1.0, which the metrics report of GitLab reads.
 * GitLab compares values as texts, so they have three significant digits.
 */
export const openMetrics: Export<'openmetrics'> = {
  name: 'openmetrics',
  automaticIn: 'gitlab',
  render: (runs) => {
    const named = headlineResults(runs)
    if (named.length === 0) return []
    const lines = [...GAUGES.flatMap((gauge) => familyOf(gauge, named)), ...verdictsOf(runs), '# EOF', '']
    return [{ fileName: 'load_metrics.txt', text: lines.join('\n') }]
  },
}

function familyOf({ name, help, unit, samples }: Gauge, named: readonly NamedResult[]): readonly string[] {
  const lines = named.flatMap((each) =>
    samples(each).flatMap(({ labels, value }) =>
      value === null ? [] : [sampleOf(name, { suite: each.run.suite, test: each.name, ...labels }, value)],
    ),
  )
  return lines.length === 0 ? [] : [...headOf(name, help, unit), ...lines]
}

function verdictsOf(runs: readonly RunRecord[]): readonly string[] {
  const counts = countVerdicts(runs.flatMap(({ verdicts }) => verdicts))
  return [
    ...headOf('load_verdicts', 'Number of verdicts by value.'),
    ...counts.map(({ value, count }) => sampleOf('load_verdicts', { verdict: value }, count)),
  ]
}

function headOf(name: string, help: string, unit?: string): readonly string[] {
  return [`# TYPE ${name} gauge`, ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]), `# HELP ${name} ${help}`]
}

function sampleOf(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}{${pairs.join(',')}} ${Number(value.toPrecision(3))}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
