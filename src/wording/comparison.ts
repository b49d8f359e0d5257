import type { ComparedMetric, Exclusion } from '../model/comparison.ts'
import { formatCount, formatMs, formatNumber, formatPercent, formatPlural, formatRate } from './figures.ts'
import { sentenceFrom } from './sentences.ts'

/** How a compared metric is named. */
export const METRIC_NAMES: Readonly<Record<ComparedMetric, string>> = {
  p50: 'median response time',
  mean: 'mean response time',
  p90: 'p90 response time',
  p95: 'p95 response time',
  p99: 'p99 response time',
  throughput: 'completed requests',
  cpu: 'CPU per request of the target',
}

/** Formats a value of a compared metric: `12.3 ms`, `480 req/s`. */
export function formatCompared(metric: ComparedMetric, value: number): string {
  return metric === 'throughput' ? formatRate(value) : `${formatMs(value)} ms`
}

/** Formats candidate divided by baseline: `15.2% above`, `3.1% below`, `equal`. */
export function formatRatio(ratio: number): string {
  if (ratio === Number.POSITIVE_INFINITY) return 'infinitely far above'
  const percent = 100 * (ratio - 1)
  if (Math.abs(percent) < 0.05) return 'equal'
  return `${oneDecimal(Math.abs(percent))}% ${percent > 0 ? 'above' : 'below'}`
}

/** Formats candidate divided by baseline as a change: `+15.2%`, `−3.1%`. */
export function formatChange(ratio: number): string {
  if (!Number.isFinite(ratio)) return '+∞'
  const percent = 100 * (ratio - 1)
  const digits = oneDecimal(Math.abs(percent))
  return Number(digits) === 0 ? '±0%' : `${percent > 0 ? '+' : '−'}${digits}%`
}

function oneDecimal(value: number): string {
  return value >= 99.95 ? formatCount(value) : value.toFixed(1)
}

const SIDES = { candidate: "the candidate's", baseline: "the baseline's" } as const

/** Returns why a pair does not count. */
export const exclusionSentence: (exclusion: Exclusion) => string = sentenceFrom<Exclusion>({
  'foreign-load': ({ side, moreCores }) =>
    `other processes used ${formatNumber(moreCores)} cores more in ${SIDES[side]} block`,
  steal: ({ side, moreRatio }) =>
    `the hypervisor took ${formatPercent(moreRatio)} more CPU time in ${SIDES[side]} block`,
  'generator-late': ({ side, lagP99Ms }) =>
    `the generator was late in ${SIDES[side]} block (p99 ${formatMs(lagP99Ms)} ms)`,
  'few-requests': ({ side, requests, expected }) =>
    `the generator sent ${formatCount(requests)} of ${formatPlural(expected, 'request')} in ${SIDES[side]} block`,
})
