import type { LoadResult } from '../../model/result.ts'
import type { MetricFigures } from '../../model/metric.ts'
import type { Ratio } from '../../model/units.ts'
import {
  formatCount,
  formatPercentile,
  formatQuantity,
  formatQuantityLimit,
  formatQuantityRange,
} from '../../wording/figures.ts'
import { type Claim, conclude } from './conclude.ts'
import { confidencePerLook } from './confidence-per-look.ts'
import { describePercentile, type QuantityFormat } from './described-percentile.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { type LatencyCourse, metricCourse, requestsIn } from './latencies.ts'
import { compareMean, describeMean, estimateFrom, type MeanEstimate, meanShortfall } from './mean.ts'
import { decisiveMargin } from './mean-margin.ts'
import {
  countedAs,
  LOWER_PERCENTILE,
  MOVE_LIMIT,
  notProven,
  onTheLimit,
  requestsForPercentile,
} from './more-requests.ts'
import { decidePercentile } from './percentile-decision.ts'
import { percentileDesignEffect, percentileShare } from './percentile-share.ts'
import { MIN_BREACH_REQUESTS, MIN_PROOF_MS } from './proof.ts'
import { judgeShare, type ShareQuestion } from './share.ts'
import { settle, type Standing } from './validity.ts'

/** A custom metric, and the run whose code recorded it. */
export interface JudgedMetric {
  readonly metric: MetricFigures
  readonly run: LoadResult
}

interface MetricQuestion {
  /** In the unit of the metric. */
  readonly limit: number
  /** Default: the plan's `confidence`. */
  readonly confidence?: Ratio
}

/**
 * Judges whether a percentile of a metric is below a limit, with the statistics of latencies: the values are deflated
 * by their correlation in time. Unlike a latency, a value does not depend on a late generator, so only a pass needs a
 * delivered load.
 */
export function metricPercentileVerdict(
  judged: JudgedMetric,
  { percentile, limit, confidence: required }: MetricQuestion & { readonly percentile: number },
): JudgedVerdict {
  const { metric } = judged
  const confidence = confidencePerLook(judged.run.plan, required)
  const course = metricCourse(metric)
  const asked = percentileShare(course, { percentile, limitMs: limit, confidence }, { unproven: 0 })
  const effects = { effect: percentileDesignEffect(course, percentile), verdictEffect: asked.designEffect }
  return claimed(judged, `${formatPercentile(percentile)} of ${metric.name}`, limit, {
    observed: describePercentile(course.whole, { percentile, confidence }, effects, formatIn(metric)),
    standing: percentileStanding(judged.run, { percentile, limit }, asked, course),
  })
}

function percentileStanding(
  run: LoadResult,
  { percentile, limit }: { readonly percentile: number; readonly limit: number },
  asked: ShareQuestion,
  course: LatencyCourse,
): Standing {
  const span = { spanMs: run.durationMs, requiredMs: MIN_PROOF_MS }
  const { verdict, leaning, ...decision } = decidePercentile(course, { percentile, limitMs: limit }, asked, span)
  const reasons = countedAs('value', decision.reasons)
  if (verdict !== 'inconclusive') return settle(run, run, { verdict, reasons, details: [] })
  const { forPass, forFail } = asked
  if (span.spanMs >= span.requiredMs && judgeShare({ ...asked, forPass: forFail }) === 'pass') {
    const within = forPass.over - forFail.over
    const options = { remedy: MOVE_LIMIT, counted: 'value' } as const
    return settle(run, run, onTheLimit(within, forPass.of, { leaning, reasons }, options))
  }
  const requiredRequests = requestsForPercentile(asked, decision.reasons)
  const easier = LOWER_PERCENTILE
  const shortfall = {
    requests: forPass.of,
    requiredRequests,
    easier,
    span,
    leaning,
    reasons,
    counted: 'value',
  } as const
  return settle(run, run, notProven(shortfall, run, run))
}

/** Judges whether the mean of a metric is below a limit, with the statistics of latencies (`meanVerdict`). */
export function metricMeanVerdict(
  judged: JudgedMetric,
  { limit, confidence: required }: MetricQuestion,
): JudgedVerdict {
  const { metric } = judged
  const confidence = confidencePerLook(judged.run.plan, required)
  const course = metricCourse(metric)
  const estimate = estimateFrom(metric, course, confidence)
  return claimed(judged, `mean of ${metric.name}`, limit, {
    observed: describeMean(estimate, confidence, formatIn(metric)),
    standing: meanStanding(judged, limit, estimate, course),
  })
}

function meanStanding(
  { metric, run }: JudgedMetric,
  limit: number,
  estimate: MeanEstimate,
  course: LatencyCourse,
): Standing {
  const { mean, min, count } = metric
  const span = { spanMs: run.durationMs, requiredMs: MIN_PROOF_MS }
  if (count >= MIN_BREACH_REQUESTS && min >= limit) return settle(run, run, { verdict: 'fail', details: [] })
  const verdict = span.spanMs < span.requiredMs ? 'inconclusive' : compareMean(estimate, mean, limit)
  if (verdict !== 'inconclusive') return settle(run, run, { verdict, details: [] })
  const filled = course.batches.filter((batch) => requestsIn(batch) > 0).length
  const shortfall = meanShortfall(filled, estimate, decisiveMargin(mean, limit), span)
  const reasons = countedAs('value', shortfall.reasons)
  const leaning = mean >= limit ? 'fail' : 'pass'
  return settle(run, run, notProven({ ...shortfall, reasons, leaning, counted: 'value' }, run, run))
}

/** Judges whether every value of a metric in this run was below a limit: an observation, not an estimate. */
export function metricMaximumVerdict(judged: JudgedMetric, { limit }: Pick<MetricQuestion, 'limit'>): JudgedVerdict {
  const { metric, run } = judged
  return claimed(judged, `maximum of ${metric.name}`, limit, {
    observed: `${formatQuantity(metric.max, metric.unit)} (n = ${formatCount(metric.count)})`,
    standing: settle(run, run, { verdict: metric.max < limit ? 'pass' : 'fail', details: [] }),
  })
}

function claimed(
  { metric, run }: JudgedMetric,
  subject: string,
  limit: number,
  { observed, standing }: Pick<Claim, 'observed'> & { readonly standing: Standing },
): JudgedVerdict {
  const below = `below ${formatQuantityLimit(limit, metric.unit)}`
  const claim = { claim: `${subject} ${below}`, contrary: `${subject} not ${below}`, observed, causes: [] }
  return conclude(claim, standing, run, run)
}

function formatIn({ unit }: MetricFigures): QuantityFormat {
  return {
    one: (value) => formatQuantity(value, unit),
    range: (low, high) => formatQuantityRange(low, high, unit),
  }
}
