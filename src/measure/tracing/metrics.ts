import type { Attributes } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { HistogramMetricData } from '@opentelemetry/sdk-metrics'
import { decodeHdr } from '../../model/hdr-codec.ts'
import { bucketHighUs } from '../../model/hdr.ts'
import type { Distribution } from '../../model/figures.ts'
import type { Ms } from '../../model/units.ts'
import { hrTime } from './spans.ts'

/** A distribution of a run, to be exported as an OpenTelemetry histogram. */
export interface RunMetric {
  readonly name: string
  readonly description: string
  readonly attributes: Attributes
  readonly distribution: Distribution
  readonly startMs: Ms
  readonly endMs: Ms
}

/** Bucket boundaries in seconds, as the semantic conventions recommend for `http.client.request.duration`. */
const BOUNDARIES_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** The code of a successful export is 0 in every copy of OpenTelemetry's core; several copies may be installed. */
export function isExported({ code }: { readonly code: number }): boolean {
  return code === 0
}

/** Counts between the boundaries. An HDR bucket, at most 0.1% wide, is counted where its upper end lies. */
function bucketCounts(histogram: string, boundariesS: readonly number[] = BOUNDARIES_S): number[] {
  const { buckets, counts } = decodeHdr(histogram)
  const result = Array.from({ length: boundariesS.length + 1 }, () => 0)
  for (let i = 0; i < buckets.length; i++) {
    const seconds = bucketHighUs(buckets[i] ?? 0) / 1e6
    const place = boundariesS.findIndex((boundary) => seconds <= boundary)
    const index = place < 0 ? boundariesS.length : place
    result[index] = (result[index] ?? 0) + (counts[i] ?? 0)
  }
  return result
}

/** Sends the metrics once by OTLP over HTTP. Rejects if the collector does not accept them. */
export async function exportMetrics(metrics: readonly RunMetric[], resource: Resource): Promise<void> {
  const filled = metrics.filter(({ distribution }) => distribution.count > 0)
  if (filled.length === 0) return
  const [{ OTLPMetricExporter }, { AggregationTemporality, DataPointType }, { ValueType }] = await Promise.all([
    import('@opentelemetry/exporter-metrics-otlp-http'),
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
  ])
  const exporter = new OTLPMetricExporter()
  const data = filled.map(({ name, description, attributes, distribution, startMs, endMs }): HistogramMetricData => ({
    descriptor: { name, description, unit: 's', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.DELTA,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: [{ startTime: hrTime(startMs), endTime: hrTime(endMs), attributes, value: histogramOf(distribution) }],
  }))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  exporter.export({ resource, scopeMetrics: [{ scope: { name: 'describe-load' }, metrics: data }] }, (result) => {
    if (isExported(result)) resolve()
    else reject(result.error ?? new Error('it rejected the metrics'))
  })
  await promise.finally(() => void exporter.shutdown().catch(() => {}))
}

function histogramOf(distribution: Distribution): {
  buckets: { boundaries: number[]; counts: number[] }
  count: number
  sum: number
  min: number
  max: number
} {
  if (distribution.histogram === undefined) throw new TypeError('an empty distribution has no histogram')
  const { histogram, count, meanMs, minMs, maxMs } = distribution
  return {
    buckets: { boundaries: BOUNDARIES_S, counts: bucketCounts(histogram) },
    count,
    sum: (meanMs * count) / 1_000,
    min: minMs / 1_000,
    max: maxMs / 1_000,
  }
}
