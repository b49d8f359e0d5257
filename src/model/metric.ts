import type { Count, Ms } from './units.ts'

/**
 * Values that the code of a test recorded under one name with `metric(name, value, { unit })`, in their unit.
 * Percentiles have a relative error of at most 0.1%, and are exact for whole numbers up to 2 048.
 */
export interface MetricFigures {
  /** Name of the metric. */
  readonly name: string
  /** Unit of the values; an empty string if no call gave one. */
  readonly unit: string
  /**
   * Number of values, 1 or more.
   *
   * @minimum 1
   */
  readonly count: Count
  /** Smallest value. */
  readonly min: number
  /** Arithmetic mean. */
  readonly mean: number
  /** Standard deviation. */
  readonly stddev: number
  /** Median: half of the values are at or below it. */
  readonly p50: number
  /** 75% of the values are at or below it. */
  readonly p75: number
  /** 90% of the values are at or below it. */
  readonly p90: number
  /** 95% of the values are at or below it. */
  readonly p95: number
  /** 99% of the values are at or below it. */
  readonly p99: number
  /** 99.9% of the values are at or below it. */
  readonly p999: number
  /** Largest value. */
  readonly max: number
  /** All values, as a lossless compressed HDR histogram: base64, whole multiples of `resolution`. */
  readonly histogram: string
  /** Value of 1 in the histograms: a power of two. */
  readonly resolution: number
  /** The values over time, which verdicts require. */
  readonly batches: MetricBatches
}

/** The values of a metric in batches of equal length; a value belongs to the batch in which it was recorded. */
export interface MetricBatches {
  /** Start of the first batch since the start of the measured part, in ms. */
  readonly startMs: Ms
  /** Length of each batch, in ms. */
  readonly lengthMs: Ms
  /** The values of each batch, like `histogram`; an empty string where there were none. */
  readonly values: readonly string[]
}
