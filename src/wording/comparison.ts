import {
  type ComparedChange,
  type ComparedErrors,
  type ComparedMetric,
  type Exclusion,
  type PairBlocks,
  pairsDurationMs,
} from '../model/comparison.ts'
import type { Count } from '../model/units.ts'
import {
  formatCount,
  formatMs,
  formatNumber,
  formatPercent,
  formatPlural,
  formatRate,
  formatChange,
  formatTenths,
} from './figures.ts'
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

/** The same in one word, for a column or an axis. */
export const SHORT_METRICS: Readonly<Record<ComparedMetric, string>> = {
  p50: 'median',
  mean: 'mean',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  throughput: 'rate',
  cpu: 'CPU',
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
  return `${formatTenths(Math.abs(percent))}% ${percent > 0 ? 'above' : 'below'}`
}

/** Formats the change of a metric: `+15.2%`, or `–` if one side has no value. */
export function formatComparedChange({ ratio }: Pick<ComparedChange, 'ratio'>): string {
  return ratio === null ? '–' : formatChange(ratio)
}

/** Formats the interval of a change: `+12.1% to +18.4%`; undefined if there are too few pairs for one. */
export function formatChangeInterval({ interval }: Pick<ComparedChange, 'interval'>): string | undefined {
  if (interval === null) return undefined
  const [low, high] = interval
  return `${low === null ? '−100%' : formatChange(low)} to ${high === null ? '+∞' : formatChange(high)}`
}

/** Formats both values of a metric: `12.3 ms, baseline 10.7 ms`. */
export function formatBothSides({ metric, candidate, baseline }: ComparedChange): string {
  const value = (side: number | null): string => (side === null ? 'no value' : formatCompared(metric, side))
  return `${value(candidate)}, baseline ${value(baseline)}`
}

/** Example: `the candidate failed 10% of its requests, the baseline 0%`. */
export function failedSentence({ candidate, baseline }: Pick<ComparedErrors, 'candidate' | 'baseline'>): string {
  return `the candidate failed ${formatPercent(candidate)} of its requests, the baseline ${formatPercent(baseline)}`
}

const SIDES = { candidate: "the candidate's", baseline: "the baseline's" } as const

/** Returns the `duration` of a plan whose comparison has at least this many pairs, to paste. */
export function durationOfPairs(pairs: Count, blocks: PairBlocks): string {
  // A longer minimum than these pairs take would delay the decision to the next check.
  const minSeconds = Math.floor(pairsDurationMs(pairs, blocks) / 1_000)
  return `duration: { min: '${minSeconds}s', max: '${2 * minSeconds}s' }`
}

/** Returns why a pair does not count. */
export const exclusionSentence: (exclusion: Exclusion) => string = sentenceFrom<Exclusion>({
  'foreign-load': ({ side, moreCores }) =>
    `other processes used ${formatNumber(moreCores)} cores more than usual in ${SIDES[side]} block`,
  steal: ({ side, moreRatio }) =>
    `the hypervisor took ${formatPercent(moreRatio)} more CPU time than usual in ${SIDES[side]} block`,
  'generator-late': ({ side, lagP99Ms }) =>
    `the generator was late in ${SIDES[side]} block (p99 ${formatMs(lagP99Ms)} ms)`,
  'few-requests': ({ side, requests, expected }) =>
    `the generator sent ${formatCount(requests)} of ${formatPlural(expected, 'request')} in ${SIDES[side]} block`,
  'baseline-failed': ({ errorRate }) => `the baseline failed ${formatPercent(errorRate)} of its requests`,
})
