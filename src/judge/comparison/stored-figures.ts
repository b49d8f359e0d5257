import type { StoredFigures } from '../../model/baseline.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { Ms } from '../../model/units.ts'
import { histogramOf, percentileOf } from '../verdict/latencies.ts'
import type { LatencyOf } from '../verdict/percentile-share.ts'

/** Names of the figures that runs are compared by. */
export const COMPARED_METRICS = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'mean', 'cpu'] as const

export type ComparedMetric = (typeof COMPARED_METRICS)[number]

const PERCENTILES: Readonly<Record<Exclude<ComparedMetric, 'mean' | 'cpu'>, number>> = {
  p50: 50,
  p75: 75,
  p90: 90,
  p95: 95,
  p99: 99,
  p999: 99.9,
}

/** Returns the percentile of a metric; undefined if the metric is none. */
function percentileIn(metric: ComparedMetric): number | undefined {
  return metric === 'mean' || metric === 'cpu' ? undefined : PERCENTILES[metric]
}

/** Name of a metric in a sentence: `p99.9`, `mean`, `CPU time per request`. */
export function metricName(metric: ComparedMetric): string {
  const percentile = percentileIn(metric)
  if (percentile !== undefined) return `p${percentile}`
  return metric === 'mean' ? 'mean' : 'CPU time per request'
}

/** Which latencies are compared. */
export interface LatencyChoice {
  readonly of: LatencyOf
  /** Time that a request without a response counts with in a mean. */
  readonly requestTimeoutMs: Ms
}

/**
 * Returns a latency figure of a run or of a part of one, in ms; undefined if nothing was measured, or if the
 * percentile belongs to a request without a response. Such requests are slower than all others.
 */
export function latencyFigure(
  figures: Pick<StoredFigures, 'responseTime' | 'serviceTime' | 'unanswered'>,
  metric: Exclude<ComparedMetric, 'cpu'>,
  { of, requestTimeoutMs }: LatencyChoice,
): Ms | undefined {
  const times = of === 'response' ? figures.responseTime : figures.serviceTime
  if (times.meanMs === undefined) return undefined
  const { unanswered } = figures
  if (metric === 'mean') {
    return (times.meanMs * times.count + requestTimeoutMs * unanswered) / (times.count + unanswered)
  }
  return percentileOf({ histogram: histogramOf(times), unanswered }, PERCENTILES[metric])
}

/** Returns how many requests a percentile needs to lie among them, if these figures have fewer. */
export function missingRequests(
  figures: JudgedFigures,
  metric: ComparedMetric,
  of: LatencyOf,
): { readonly percentile: number; readonly requests: number; readonly requiredRequests: number } | undefined {
  const percentile = percentileIn(metric)
  if (percentile === undefined) return undefined
  const requests = (of === 'response' ? figures.responseTime : figures.serviceTime).count + figures.unanswered
  const requiredRequests = Math.ceil(100 / (100 - percentile) - 1e-9)
  return requests < requiredRequests ? { percentile, requests, requiredRequests } : undefined
}
