import { ratesOf } from '../../model/rates.ts'
import type { RunRecord } from '../../model/record.ts'
import { formatCount } from '../../wording/figures.ts'
import { findingsOf } from '../findings-of.ts'
import { headlineResults, type NamedResult } from '../headline-results.ts'
import { jsonText } from '../json-text.ts'
import type { Export } from './export.ts'

/** An entry as github-action-benchmark reads it. */
interface Entry {
  readonly name: string
  readonly unit: string
  readonly value: number
  /** Shown when the pointer is on the point of the chart. */
  readonly extra?: string
}

/**
 * Two files for github-action-benchmark, which draws charts of the figures of all commits: `customSmallerIsBetter` with
 * response times and error rates, and `customBiggerIsBetter` with rates
 * (https://github.com/benchmark-action/github-action-benchmark#examples).
 */
export const benchmark: Export<'benchmark'> = {
  name: 'benchmark',
  render: (runs) => {
    const named = headlineResults(runs)
    return [
      ...fileOf('benchmark_smaller_is_better.json', named.flatMap(smallerIsBetter)),
      ...fileOf('benchmark_bigger_is_better.json', [...named.map(achieved), ...runs.flatMap(limitOf)]),
    ]
  },
}

function fileOf(fileName: string, entries: readonly Entry[]): readonly { fileName: string; text: string }[] {
  return entries.length === 0 ? [] : [{ fileName, text: `${jsonText(entries)}\n` }]
}

function smallerIsBetter({ name, result }: NamedResult): readonly Entry[] {
  const { p50Ms, p95Ms, p99Ms } = result.responseTime
  const extra = `n = ${formatCount(result.responseTime.count)}, seed ${result.seed}`
  const times = Object.entries({ p50: p50Ms, p95: p95Ms, p99: p99Ms }).flatMap(([percentile, value]): Entry[] =>
    value === undefined ? [] : [{ name: `${name}: ${percentile}`, unit: 'ms', value, extra }],
  )
  return [...times, { name: `${name}: error rate`, unit: '%', value: 100 * result.errorRate }]
}

function achieved({ name, result }: NamedResult): Entry {
  const { achieved: value, unit } = ratesOf(result)
  return { name: `${name}: achieved rate`, unit, value, extra: `seed ${result.seed}` }
}

/** Returns the limit that the limits suite found. */
function limitOf(run: RunRecord): readonly Entry[] {
  const value = findingsOf(run, 'limits')?.maxSustainableRps ?? null
  return value === null ? [] : [{ name: `${run.name}: highest rate within the service level`, unit: 'req/s', value }]
}
