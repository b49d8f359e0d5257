import type { Ms, Ratio, Rps } from './units.ts'

/** Service level: latency limits on response time in ms, the maximum share of failed requests, the rate to sustain. */
export interface Sla {
  /** Maximum p50 response time in ms; requests without a response count as slower. */
  readonly p50Ms?: Ms
  /** Maximum p75 response time in ms; requests without a response count as slower. */
  readonly p75Ms?: Ms
  /** Maximum p90 response time in ms; requests without a response count as slower. */
  readonly p90Ms?: Ms
  /** Maximum p95 response time in ms; requests without a response count as slower. */
  readonly p95Ms?: Ms
  /** Maximum p99 response time in ms; requests without a response count as slower. */
  readonly p99Ms?: Ms
  /** Maximum p99.9 response time in ms. */
  readonly p999Ms?: Ms
  /** Maximum share of failed requests (errors and drops), 0–1. */
  readonly errorRate?: Ratio
  /** Minimum rate to sustain, in requests per second. */
  readonly rps?: Rps
}

/** The keys of an `Sla` that limit a percentile. */
export type PercentileKey = Exclude<keyof Sla, 'errorRate' | 'rps'>

/** Percentile of each `sla` key, lowest first. */
export const SLA_PERCENTILES: Readonly<Record<PercentileKey, number>> = {
  p50Ms: 50,
  p75Ms: 75,
  p90Ms: 90,
  p95Ms: 95,
  p99Ms: 99,
  p999Ms: 99.9,
}

/** Returns the number of requests from which one of them lies beyond a percentile: `1 / (1 − p)`, rounded up. */
export function requestsFor(percentile: number): number {
  return Math.ceil(100 / (100 - percentile) - 1e-9)
}
