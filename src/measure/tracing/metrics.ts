import type { Attributes } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { MetricData } from '@opentelemetry/sdk-metrics'
import { decodeHdr } from '../../model/hdr-codec.ts'
import { bucketHighUs, bucketLowUs } from '../../model/hdr.ts'
import type { Distribution } from '../../model/figures.ts'
import type { MetricFigures } from '../../model/metric.ts'
import type { Ms } from '../../model/units.ts'
import { hrTime } from './spans.ts'

/** A figure of a run, to be exported to OpenTelemetry. */
export interface RunMetric {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly attributes: Attributes
  readonly values: MetricValues | RunNumber
  readonly startMs: Ms
  readonly endMs: Ms
}

/** A single number, as a monotonic sum or a gauge. */
export interface RunNumber {
  readonly kind: 'sum' | 'gauge'
  readonly number: number
}

/** A histogram as OTLP defines it: `counts[i]` values are above `boundaries[i - 1]` and at most `boundaries[i]`. */
export interface MetricValues {
  readonly buckets: { readonly boundaries: number[]; readonly counts: number[] }
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
}

/** Bucket boundaries in seconds, as the semantic conventions recommend for `http.client.request.duration`. */
const BOUNDARIES_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Returns a distribution in seconds; undefined if it is empty. An HDR bucket is counted where its upper end lies. */
export function durationsIn(distribution: Distribution): MetricValues | undefined {
  if (distribution.histogram === undefined) return undefined
  const { histogram, count, meanMs, minMs, maxMs } = distribution
  return {
    buckets: bucketsOf(histogram, BOUNDARIES_S, (bucket) => bucketHighUs(bucket) / 1e6),
    count,
    sum: (meanMs * count) / 1_000,
    min: minMs / 1_000,
    max: maxMs / 1_000,
  }
}

/** Returns the values of a custom metric in their unit, between boundaries of 1, 2 and 5 times powers of ten. */
export function valuesOf({ histogram, resolution, count, mean, min, max }: MetricFigures): MetricValues {
  return {
    buckets: bucketsOf(histogram, boundariesBetween(min, max), (bucket) => bucketLowUs(bucket) * resolution),
    count,
    sum: mean * count,
    min,
    max,
  }
}

/** Returns the boundaries from the last one below `min` to the first one that is at least `max`. */
function boundariesBetween(min: number, max: number): number[] {
  if (max <= 0) return [0]
  // A histogram may contain zero, whose magnitude is infinitely small.
  const least = Math.max(min, max / 1e6)
  const boundaries = min < least ? [0] : []
  for (let exponent = Math.floor(Math.log10(least)); ; exponent++) {
    for (const digit of [1, 2, 5]) {
      const boundary = Number(`${digit}e${exponent}`)
      boundaries.push(boundary)
      if (boundary >= max) return boundaries
    }
  }
}

/** Counts the values of an HDR histogram between the boundaries. */
function bucketsOf(
  histogram: string,
  boundaries: number[],
  valueOf: (bucket: number) => number,
): MetricValues['buckets'] {
  const { buckets, counts: given } = decodeHdr(histogram)
  const counts = Array.from({ length: boundaries.length + 1 }, () => 0)
  for (let i = 0; i < buckets.length; i++) {
    const value = valueOf(buckets[i] ?? 0)
    const place = boundaries.findIndex((boundary) => value <= boundary)
    const index = place < 0 ? boundaries.length : place
    counts[index] = (counts[index] ?? 0) + (given[i] ?? 0)
  }
  return { boundaries, counts }
}

/** The code of a successful export is 0 in every copy of OpenTelemetry's core; several copies may be installed. */
export function isExported({ code }: { readonly code: number }): boolean {
  return code === 0
}

type Environment = Readonly<Record<string, string | undefined>>

/** Returns where metrics go; undefined if the environment names no collector for them. */
export function metricsEndpoint(env: Environment): string | undefined {
  if (env['OTEL_METRICS_EXPORTER'] === 'none') return undefined
  const named = [env['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'], env['OTEL_EXPORTER_OTLP_ENDPOINT']]
  return named.find((url) => url !== undefined && url !== '')
}

/**
 * Sends the metrics once by OTLP over HTTP. They are cumulative since the start of the run, which Prometheus requires,
 * unless the environment prefers delta. Rejects if the collector does not accept them.
 */
export async function exportMetrics(
  metrics: readonly RunMetric[],
  resource: Resource,
  env: Environment,
): Promise<void> {
  if (metrics.length === 0) return
  const [{ OTLPMetricExporter }, { AggregationTemporality, DataPointType }, { ValueType }] = await Promise.all([
    import('@opentelemetry/exporter-metrics-otlp-http'),
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
  ])
  const exporter = new OTLPMetricExporter()
  const preferred = env['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE']?.toLowerCase()
  const isDelta = preferred === 'delta' || preferred === 'lowmemory'
  const temporal = {
    aggregationTemporality: isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
  } as const
  const dataOf = ({ name, description, unit, attributes, values, startMs, endMs }: RunMetric): MetricData => {
    const point = { startTime: hrTime(startMs), endTime: hrTime(endMs), attributes }
    const descriptor = { name, description, unit, valueType: ValueType.DOUBLE }
    if (!('kind' in values)) {
      const dataPoints = [{ ...point, value: values }]
      return { descriptor, ...temporal, dataPointType: DataPointType.HISTOGRAM, dataPoints }
    }
    const dataPoints = [{ ...point, value: values.number }]
    return values.kind === 'gauge'
      ? { descriptor, ...temporal, dataPointType: DataPointType.GAUGE, dataPoints }
      : { descriptor, ...temporal, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
  }
  const data = metrics.map(dataOf)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  exporter.export({ resource, scopeMetrics: [{ scope: { name: 'describe-load' }, metrics: data }] }, (result) => {
    if (isExported(result)) resolve()
    else reject(result.error ?? new Error('it rejected the metrics'))
  })
  await promise.finally(() => void exporter.shutdown().catch(() => {}))
}
