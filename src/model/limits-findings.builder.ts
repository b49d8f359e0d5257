import type { LimitsFindings } from './limits-findings.ts'

/** Findings of a search for a limit of 400 req/s, without its trials and evidence. */
export const foundLimit: LimitsFindings = {
  slo: { p99Ms: 250, errorRate: 0.01 },
  maxSustainableRps: 390,
  interval: [390, 414],
  confirmed: true,
  recommendedRps: 312,
  stableRps: 200,
  degradationPointRps: 500,
  failurePointRps: 500,
  kneeRps: 390,
  degradation: 'cliff',
  bottleneck: { resource: 'target-cpu', evidence: [] },
  recovery: { recovered: true, recoverMs: 1_800 },
  trials: [],
  saturation: null,
  ended: 'found',
  notes: [],
}
